"""Which backups stay: the newest, then fewer the older they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chatroom.storage.thinning import Keep, staying

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
DEFAULT = Keep(48, 48, 14, 52)


def test_a_year_of_hourly_backups(tmp_path):
    """Thinned out at each, as a server does: all of two days, a day each of two weeks, a week each of a year."""
    left: list[datetime] = []
    for hour in range(400 * 24):
        left.append(NOON + timedelta(hours=hour))
        stay = staying(left, DEFAULT)
        left = [moment for position, moment in enumerate(left) if position in stay]
    newest = left[-1]
    ages = [newest - moment for moment in left]
    assert sum(age < timedelta(days=2) for age in ages) == 48
    days = {moment.date() for moment in left}
    assert {newest.date() - timedelta(days=n) for n in range(14)} <= days
    weeks = {moment.isocalendar()[:2] for moment in left}
    assert len(weeks) == 52
    assert len(left) <= 48 + 14 + 52


def test_the_newest_stay_however_close_together():
    taken = [NOON + timedelta(seconds=n) for n in range(10)]
    assert staying(taken, Keep(3, 1, 1, 1)) == {7, 8, 9}


def test_of_each_hour_the_last_stays():
    taken = [NOON + timedelta(minutes=20 * n) for n in range(9)]
    assert staying(taken, Keep(1, hourly=2)) == {5, 8}


def test_a_server_that_stood_still_keeps_what_it_has():
    taken = [NOON + timedelta(days=100 * n) for n in range(5)]
    assert staying(taken, DEFAULT) == {0, 1, 2, 3, 4}


@given(st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), max_size=60).map(sorted), st.integers(1, 5))
def test_the_newest_always_stays_and_thinning_again_changes_nothing(taken, newest):
    keep = Keep(newest, 4, 3, 2)
    stay = staying(taken, keep)
    assert not taken or len(taken) - 1 in stay
    left = [moment for position, moment in enumerate(taken) if position in stay]
    assert len(staying(left, keep)) == len(left)
