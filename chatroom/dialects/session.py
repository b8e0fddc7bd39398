"""What every dialect has: a connection to write to, perhaps a person, and the way in and out.

Strategy: the server makes one dialect for each connection and hands it lines; the dialect runs calls and writes
bytes. It knows no socket and no clock, so a test can be the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from chatroom.commands.call import Call, Server
from chatroom.commands.table import run
from chatroom.core.events import Quit, Record
from chatroom.core.refusals import Refused
from chatroom.core.replies import Reply
from chatroom.core.user import User
from chatroom.wire.lines import TooLong


class Outbox(Protocol):
    """Where a dialect writes; what is written goes out at the end of the turn, in order."""

    flavour: Any
    echo: Callable[[Record], None]
    notice: Callable[[Record], None]

    def write(self, data: bytes) -> None:
        """Send `data`."""

    def end(self) -> None:
        """Close the connection when all that was written has been sent."""


class Dialect:
    """One connection, seen as a conversation. `address` is where from, `host` what others may see of it."""

    limit = 4096  # bytes a line may have
    hung_up = "Connection closed"  # the reason others are told when the other end closes without a word

    def __init__(self, server: Server, outbox: Outbox, address: str, host: str) -> None:
        self.server = server
        self.outbox = outbox
        self.address = address
        self.host = host
        self.user: User | None = None
        self.verb = ""  # what the last line asked for, for the log: never its text
        self.cost = 0.0  # of the last line, in lines

    # ---- from the connection

    def receive(self, line: bytes | TooLong) -> None:
        """Take one line."""
        raise NotImplementedError

    def probe(self) -> bool:
        """Ask a silent connection whether it is there. Whether an answer can be expected."""
        return False

    def leave(self, reason: str) -> None:
        """The connection is gone, or about to be; with the last one the person is."""
        user, self.user = self.user, None
        if user is None:
            return
        self.server.entered -= 1
        user.outboxes.remove(self.outbox)
        if not user.outboxes:
            self.server.chat.happen(Quit(user.who, reason))

    # ---- for the commands

    def tell(self, reply: Reply) -> None:
        """Tell the person at this connection something."""
        raise NotImplementedError

    def refuse(self, refused: Refused, call: Call) -> None:
        """Tell them why not."""
        raise NotImplementedError

    def become(self, user: User) -> None:
        """Be that person from now on."""
        self.user = user
        self.server.entered += 1
        user.address = self.address
        user.outboxes.append(self.outbox)

    def end(self, reason: str) -> None:
        """Leave by the person's own wish: others are told `reason`."""
        self.close(reason)

    def close(self, reason: str) -> None:
        """Leave for a reason the person is told too; the connection closes when that has been sent."""
        raise NotImplementedError

    # ---- for the dialects

    def call(self, verb: str, words: str | Sequence[str] = "") -> bool:
        """Run one row of the table; whether it was done."""
        call = Call(self, self.server, verb, words)
        done = run(call)
        self.cost += call.row.cost if call.row else 1.0
        return done
