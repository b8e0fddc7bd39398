"""Whose line is dealt with next when there is more to do than fits into a turn of the loop."""

from __future__ import annotations

import gevent
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatroom.server import turns as module
from chatroom.server.turns import Turns


@pytest.fixture
def turns(monkeypatch):
    """Every turn is full from its beginning on."""
    monkeypatch.setattr(module, "HURRIED_SECONDS", -1.0)
    monkeypatch.setattr(module, "QUIET_SECONDS", -1.0)
    return Turns()


def come(turns, numbers, order):
    def go(number):
        turns.wait(number, is_quiet=False)
        order.append(number)

    return [gevent.spawn(go, number) for number in numbers]


def test_on_a_quiet_day_nobody_waits():
    turns, order = Turns(), []
    turns.wait(1, is_quiet=False)
    gevent.joinall(come(turns, range(20), order))
    assert (sorted(order), turns.waiting) == (list(range(20)), 0)


def test_everybody_is_let_on_once(turns):
    order = []
    gevent.joinall(come(turns, range(500), order))
    assert sorted(order) == list(range(500))
    assert turns.waiting == 0
    gevent.joinall(come(turns, range(10), order))
    assert len(order) == 510


def test_who_came_first_to_the_server_goes_before_a_crowd_that_came_later(turns):
    order = []
    crowd = come(turns, range(1000, 1400), order)
    gevent.sleep(0)
    friend = come(turns, [7], order)
    gevent.joinall([*crowd, *friend])
    assert order.index(7) < 50


def test_newcomers_do_not_wait_for_ever(turns):
    order = []
    waiting = come(turns, [9999], order)
    others = come(turns, range(200), order)
    gevent.joinall([*waiting, *others])
    assert order.index(9999) <= 2


def test_who_is_quiet_need_not_stand_in_line(turns, monkeypatch):
    order = []
    crowd = come(turns, range(100), order)
    gevent.sleep(0)
    monkeypatch.setattr(module, "QUIET_SECONDS", 60.0)
    assert turns.waiting
    turns.wait(5000, is_quiet=True)
    assert turns.waiting
    gevent.joinall(crowd)


def test_fewer_are_let_on_when_they_take_long(turns, monkeypatch):
    monkeypatch.setattr(module, "BATCH_SECONDS", -1.0)
    gevent.joinall(come(turns, range(30), []))
    assert turns._batch == 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 50), max_size=20), max_size=6))
def test_nothing_is_kept_of_those_who_went_on(groups):
    turns, order, everyone = Turns(), [], []
    turns_full = -1.0
    before = module.HURRIED_SECONDS
    module.HURRIED_SECONDS = turns_full
    try:
        for group in groups:
            everyone += come(turns, group, order)
            gevent.sleep(0)
        gevent.joinall(everyone)
    finally:
        module.HURRIED_SECONDS = before
    assert sorted(order) == sorted(number for group in groups for number in group)
    assert turns.waiting == 0
    while turns._is_letting_on:
        gevent.sleep(0)
    assert [list(kept) for kept in (turns._oldest, turns._longest, turns._gone)] == [[], [], []]
