"""Whether the other side of a connection is there still: looked at now and then, every connection in turn.

Strategy: a function of the connection and the moment. Who has said their last is given a little time to close; who
takes nothing, or does not come in, or says nothing, is told so and closed; silence counts only while they are waited
for.
"""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatroom.server.connection import Connection

LINGER_SECONDS = 2.0  # for the other side to close too


def look(connection: Connection, now: float) -> None:
    """See whether the other side has been silent, or deaf, for too long."""
    _wake(connection)
    outbox = connection.outbox
    patience = connection.house.settings.limits.stall_seconds
    if connection.visit is not None:
        connection.visit.look(now)
    elif outbox.is_ended:
        connection.ended_at = connection.ended_at or now
        if now - connection.ended_at > LINGER_SECONDS:
            outbox.cut()
    elif outbox.stalled_since and now - outbox.stalled_since > patience:
        connection.log.info("closed: took nothing for {} s", patience)
        outbox.cut()
    elif not connection.is_entered:
        _look_at_newcomer(connection, now)
    else:
        _look_for_silence(connection, now)


def _wake(connection: Connection) -> None:
    """Let one that waits for its flood allowance, and for which nobody is there any more, come to its end."""
    if connection.resting is not None:
        if not connection.outbox.is_ended and _is_gone(connection.sock):
            connection.outbox.cut()
        if connection.outbox.is_ended:
            connection.resting.set()


def _look_at_newcomer(connection: Connection, now: float) -> None:
    seconds = connection.house.settings.limits.registration_seconds
    if now - connection.born > seconds:
        connection.log.info("closed: did not come in within {} s", seconds)
        connection.say_last(f"Nobody came in within {seconds} s. Connect again when you are ready.")


def _look_for_silence(connection: Connection, now: float) -> None:
    """Silence counts only while the client is waited for: not while its lines or its backlog are worked off."""
    limit = connection.house.settings.limits.idle_ping_seconds
    dialect = connection.dialect
    if not connection.is_waiting or connection.outbox.stalled_since:
        connection.probed_at = 0.0
    elif connection.probed_at and now - connection.probed_at > limit:
        connection.log.info("closed: no answer to PING")
        connection.say_last(f"Ping timeout: {int(now - connection.heard)} seconds")
    elif not connection.probed_at and now - connection.heard > limit and dialect is not None and dialect.probe():
        connection.probed_at = now


def _is_gone(sock: socket.socket) -> bool:
    """Whether the other side is there no more: not only done with writing."""
    poll = select.poll()
    poll.register(sock, 0)  # errors and the end of both directions are told unasked
    return bool(poll.poll(0))
