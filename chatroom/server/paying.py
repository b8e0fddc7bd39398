"""Waiting: for one's turn, and for one's flood allowance.

Strategy: functions of the connection, called in the greenlet that reads for it and block that alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import gevent
from gevent.event import Event

if TYPE_CHECKING:
    from chatroom.server.connection import Connection

Line = TypeVar("Line")
SLICE_SECONDS = 0.003  # of lines dealt with for one client, before others are
TOLD_WAIT = 1.0  # seconds of waiting for the flood allowance that people are told of
LONGEST_WAIT = 30.0  # seconds that flood control waits before it reads on


def slices(lines: Iterable[Line], clock: Callable[[], float]) -> Iterator[Line]:
    """The same lines; when they have taken some milliseconds, others go on before the next."""
    began = clock()
    for line in lines:
        if clock() - began > SLICE_SECONDS:
            gevent.sleep(0)
            began = clock()
        yield line


def await_turn(connection: Connection) -> None:
    """Wait until it is the client's turn, where much is asked for at once."""
    house = connection.house
    is_quiet = connection.is_entered and connection.allowance.is_quiet(house.seconds())
    house.turns.wait(connection.number, is_quiet)


def pay(connection: Connection, cost: float) -> None:
    """Take `cost`, in lines, from what the client may ask for; wait when that is spent."""
    if not connection.allowance.is_limited:
        return
    user = connection.dialect.user if connection.dialect is not None else None
    wait = connection.allowance.pay(cost, user.who.account if user else "", connection.house.seconds())
    if wait > 0:
        _slow_down(connection, wait)
    else:
        connection.is_slowed = False


def pay_for_bytes(connection: Connection, size: int) -> None:
    """As for a line, for bytes that make none yet."""
    await_turn(connection)
    if (wait := connection.allowance.pay_for_bytes(size, connection.house.seconds())) > 0:
        _rest(connection, wait)


def _slow_down(connection: Connection, wait: float) -> None:
    """Take nothing more for `wait` seconds; of a wait that is felt the person is told, once."""
    if wait > TOLD_WAIT and not connection.is_slowed and connection.dialect is not None and connection.is_entered:
        connection.is_slowed = True
        connection.dialect.slowed(wait)
    _rest(connection, wait)


def _rest(connection: Connection, seconds: float) -> None:
    """Wait; less, when meanwhile it is seen that nobody is there any more."""
    connection.resting = Event()
    connection.resting.wait(min(seconds, LONGEST_WAIT))
    connection.resting = None
