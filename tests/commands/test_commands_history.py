"""Times as people type them, in the zone they are shown in."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from inside import StillHouse

from chatroom.commands.call import Call
from chatroom.commands.history import _moment
from chatroom.core.refusals import Refused

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def moment(tmp_path: Path):
    """What a word means in São Paulo, where it is 9 o'clock on Sunday 22 November 2026."""
    house = StillHouse(tmp_path)
    alice = house.plain("alice")

    def meant(word: str, zone: ZoneInfo | None = SAO_PAULO) -> datetime:
        house.server.zone = zone
        return _moment(Call(alice.dialect, house.server, "since", word), word)

    yield meant
    house.history.close()


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("90s", "2026-11-22T08:58:30-03:00"),
        ("90m", "2026-11-22T07:30:00-03:00"),
        ("2h", "2026-11-22T07:00:00-03:00"),
        ("7d", "2026-11-15T09:00:00-03:00"),
        ("8:30", "2026-11-22T08:30:00-03:00"),
        ("09:00", "2026-11-22T09:00:00-03:00"),
        ("09:01", "2026-11-21T09:01:00-03:00"),
        ("today", "2026-11-22T00:00:00-03:00"),
        ("Yesterday", "2026-11-21T00:00:00-03:00"),
        ("2026-11-20", "2026-11-20T00:00:00-03:00"),
        ("2026-11-20T14:00", "2026-11-20T14:00:00-03:00"),
        ("2026-11-20T14:00:30", "2026-11-20T14:00:30-03:00"),
    ],
)
def test_a_time(moment, word: str, meant: str) -> None:
    assert moment(word) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("word", ["", "tomorrow", "24:00", "12:60", "2026-13-01", "5x", "9999999d", "m", "-5m", "1"])
def test_no_time(moment, word: str) -> None:
    with pytest.raises(Refused):
        moment(word)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("2026-07-01", "2026-07-01T00:00:00+02:00"),
        ("2026-11-20T14:00", "2026-11-20T14:00:00+01:00"),
        ("12:30", "2026-11-22T12:30:00+01:00"),
        ("yesterday", "2026-11-21T00:00:00+01:00"),
        ("90m", "2026-11-22T11:30:00+01:00"),
        ("0001-01-01", "0001-01-01T00:00:00+00:00"),
    ],
)
def test_on_the_machines_own_clock_the_offset_is_that_days(
    moment, monkeypatch: pytest.MonkeyPatch, word: str, meant: str
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert moment(word, None) == datetime.fromisoformat(meant)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("word", ["99999d", "0001-01-01", "9999-12-31", "1970-01-01"])
def test_the_far_past_and_future_are_times_too(moment, word: str) -> None:
    moment(word).timestamp()
