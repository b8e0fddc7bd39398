"""What SIGHUP takes over, without a process."""

from __future__ import annotations

from pathlib import Path

from inside import StillHouse

from chatroom.server import config, main


def test_how_much_history_is_kept_is_taken_over_and_how_durable_it_is_is_not(tmp_path: Path) -> None:
    house = StillHouse(tmp_path / "house")
    before = house.settings.history.durability
    file = tmp_path / "chatroom.toml"
    other = "os" if before == "fsync" else "fsync"
    file.write_text(f'[history]\nkeep_days = 3\nkeep_bytes = 1000000\ndurability = "{other}"\n')
    house.settings.path = config.load(file).path
    assert main._reload(house) == ""
    history = house.settings.history
    assert (history.keep_days, history.keep_bytes, history.durability) == (3, 1_000_000, before)
    house.history.close()
