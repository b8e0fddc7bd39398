"""What every dialect has: a connection to write to, perhaps a person, and the way in and out.

Strategy: the server makes one dialect for each connection and hands it lines; the dialect runs calls and writes
bytes. It knows no socket and no clock, so a test can be the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from chatroom.commands.call import Call, Server
from chatroom.commands.door import refusal_of
from chatroom.commands.table import run
from chatroom.core.account_replies import LoggedIn, LoggedOut
from chatroom.core.events import (
    AccountChanged,
    AwayChanged,
    Barred,
    Event,
    Ghosted,
    Joined,
    Killed,
    ModesChanged,
    OfficeChanged,
    Quit,
    Record,
    Tags,
    Unbarred,
)
from chatroom.core.listed import Listed
from chatroom.core.modes import MUTE
from chatroom.core.order_replies import Hushed, OrderTold
from chatroom.core.refusals import Refused
from chatroom.core.replies import Page, Reply, RoomShown
from chatroom.core.user import User
from chatroom.wire.lines import TooLong


class Outbox(Protocol):
    """Where a dialect writes; what is written goes out at the end of the turn, in order."""

    flavour: Any
    echo: Callable[[Record], None]
    notice: Callable[[Record], None]
    is_ended: bool

    def write(self, data: bytes) -> None:
        """Send `data`."""

    def write_alive(self, data: bytes) -> None:
        """The same, for what only tells that the server is there: it goes out also when the disk refuses."""

    def end(self) -> None:
        """Close the connection when all that was written has been sent."""


class Dialect:
    """One connection, seen as a conversation. `address` is where from, `host` what others may see of it."""

    # A dialect's own stand in a dict beside them. One for all of them would take 1.5 KiB: past 30 keys none is shared.
    __slots__ = (
        *("__dict__", "__weakref__", "account", "address", "certificate", "cost", "echoed", "gone_since", "host"),
        *("is_back", "is_secure", "outbox", "server", "settled", "user", "verb"),
    )

    limit = 4096  # bytes a line may have
    patience = 0  # bytes after which a line is none, and the connection not worth keeping; 0: it always is
    hung_up = "Connection closed"  # the reason others are told when the other end closes without a word

    def __init__(self, server: Server, outbox: Outbox, address: str, host: str) -> None:
        self.server = server
        self.outbox = outbox
        self.address = address
        self.pace_of = address  # whom it is counted for, what a guest does often
        self.host = host
        self.user: User | None = None
        self.account = ""  # that was logged in to before the person came in
        self.is_back = False  # whether the person was here before this connection was theirs
        self.gone_since = 0  # when they lost their last one before it (ms), 0 when they had another
        self.echoed: Record | None = None  # what this connection did last
        self.verb = ""  # what the last line asked for, for the log: never its text
        self.cost = 0.0  # of the last line, in lines
        self.is_secure = False  # over TLS
        self.certificate = ""  # the SHA-256 fingerprint of the client's, in hexadecimal digits; "" without one
        self.settled: Callable[[], object] = lambda: None  # called when somebody has entered by it, and when it ends

    # ---- from the connection

    def receive(self, line: bytes | TooLong) -> None:
        """Take one line."""
        raise NotImplementedError

    def probe(self) -> bool:
        """Ask a silent connection whether it is there. Whether an answer can be expected."""
        return False

    def slowed(self, seconds: float) -> None:
        """What this connection writes is taken more slowly from now on; its next line in so many seconds."""

    def leave(self, reason: str) -> None:
        """The connection is gone, or about to be; with the last one the person is."""
        user, self.user = self.user, None
        if user is None:
            self.settled()
            return
        user.disconnected(self.outbox)
        if not (user.outboxes or self.server.presences.stays(user)):
            self.server.chat.happen(Quit(user.who, reason))
            return
        self._settle_away(user)
        if not user.outboxes:
            self.server.presences.save(self.server.chat.names.fold(user.who.account))

    # ---- from other connections

    def heard_of_self(self, record: Record) -> None:
        """What was done to the person, or by another of their connections, as far as it is to be told apart from it."""
        event = record.event
        if record is self.echoed:  # this one did it, and is told by replies
            return
        if isinstance(event, Killed):
            reason = f": {event.reason}" if event.reason else ""
            bar = self.bar
            if bar is not None:
                self._put_out(refusal_of(self.server, bar).sentence)
                return
            self._put_out(f"{event.who.nick}, who runs the server, ended your connection{reason}")
        elif isinstance(event, Ghosted):
            self._put_out(f"{event.who.nick}, to whom this name belongs, ended your connection")
        elif isinstance(event, ModesChanged):
            self.heard_of_hush(event)
        elif isinstance(event, (Barred, Unbarred, OfficeChanged)):
            self.tell(OrderTold(event))
        elif self.server.chat.user(event.who.nick) is self.user is not None:
            self._heard_of_own_deed(event)

    def heard_of_hush(self, event: ModesChanged) -> None:
        """The person was muted or banned in a room they are in, or may speak there again."""
        room = self.server.chat.room(event.room)
        if self.user is not None and room is not None:
            ban = room.silence_of(self.user.who, self.server.chat.names.fold)
            self.tell(Hushed(event, ban is not None and not ban.mask.startswith(MUTE), ban is None))

    def _heard_of_own_deed(self, event: Event) -> None:
        if isinstance(event, Joined):
            room = self.server.chat.room(event.room)
            if room is not None and self.user in room.members:  # still, if it is told late
                self.tell(RoomShown(room, Page(room.name, [], "tail"), room.seen_by(self.user)))
        elif isinstance(event, AccountChanged):
            self.tell(LoggedIn(event.account) if event.account else LoggedOut(event.who.account))

    @property
    def bar(self) -> Listed | None:
        """What keeps the person out of the server, or everybody at their address."""
        bars = self.server.chat.bars
        return bars.of_person(self.user.who, self.address) if self.user else bars.of_address(self.address)

    def is_turned_away(self) -> bool:
        """Whether everybody at this address is kept out; then they are told so, and it is over."""
        bar = self.bar
        if bar is not None:
            self.turn_away(refusal_of(self.server, bar))
        return bar is not None

    def turn_away(self, refused: Refused) -> None:
        """They may not come in: say why, and close."""
        self.close(refused.sentence)

    def _put_out(self, reason: str) -> None:
        """The person was put out of the chat: say why, and close."""
        user, self.user = self.user, None
        if user is not None:
            user.disconnected(self.outbox)
        self.close(reason)

    # ---- for the commands

    def tell(self, reply: Reply) -> None:
        """Tell the person at this connection something."""
        raise NotImplementedError

    def refuse(self, refused: Refused, call: Call) -> None:
        """Tell them why not."""
        raise NotImplementedError

    def become(self, user: User, is_back: bool = False) -> None:
        """Be that person from now on; `is_back`: who is here already."""
        self.user, self.is_back = user, is_back
        self.gone_since = self.server.presences.left(user) if is_back else 0
        user.connected(self.outbox, self.address, self.is_secure)
        self.settled()
        self._settle_away(user)

    def _settle_away(self, user: User) -> None:
        """Somebody is away when nobody is there at any of their connections."""
        if user.away_of_all != user.away:
            with suppress(Refused):  # nothing can be recorded just now; the next change of theirs says so
                self.server.chat.happen(AwayChanged(user.who, user.away_of_all), self.outbox)

    def end(self, reason: str) -> None:
        """Leave by the person's own wish: others are told `reason`."""
        self.close(reason)

    def close(self, reason: str) -> None:
        """Leave for a reason the person is told too; the connection closes when that has been sent."""
        raise NotImplementedError

    # ---- for the dialects

    def call(self, verb: str, words: str | Sequence[str] = "", tags: Tags = (), cuts: tuple[int, ...] = ()) -> bool:
        """Run one row of the table; whether it was done."""
        call = Call(self, self.server, verb, words, tags=tags, cuts=cuts)
        done = run(call)
        self.cost += call.extra + (call.row.cost if call.row else 1.0)
        return done
