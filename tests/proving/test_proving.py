"""The experiments of `make prove`, in short: each promise is kept, and each experiment would notice if it were not."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [path for path in (str(HERE), str(HERE.parent / "storage")) if path not in sys.path]

import killing  # noqa: E402
from experiments import EXPERIMENTS  # noqa: E402


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_is_promised_is_kept(tmp_path, name):
    experiment = EXPERIMENTS[name]
    found = experiment.run(tmp_path / "run", experiment.briefly, 5)
    assert found.is_proven, found


def test_a_line_that_was_shown_and_is_not_there_is_noticed(tmp_path, monkeypatch):
    real = killing.said_on_disk

    def lossy(server):
        said = real(server)
        said.pop(min(said))
        return said

    monkeypatch.setattr(killing, "said_on_disk", lossy)
    assert killing.kill(tmp_path / "run", 1, 5, "os").missing > 0


def test_what_was_not_synced_is_really_lost(tmp_path):
    """With the durability that promises nothing for a power cut, the same experiment finds something missing."""
    server = killing.ForgetfulServer(tmp_path / "run", {"history": {"durability": "os"}})
    assert killing._rounds(server, 3, 5).missing > 0
    with sqlite3.connect(server.data / "chatroom.db") as log:  # but what there is, is whole
        assert log.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    log.close()
