"""What a handler is given: who calls, and what of the server it may use.

Strategy: handlers see protocols, never sockets, disks or clocks, so that they run the same in a test as in the
server.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Protocol

from chatroom.core.chat import Chat
from chatroom.core.events import Record, Who
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.user import User

if TYPE_CHECKING:
    from chatroom.commands.table import Row


class History(Protocol):
    """The log, as far as commands read it. Pages are in the order of the log, oldest first."""

    def page(
        self,
        places: Collection[str],
        *,
        limit: int,
        after: int = 0,
        before: int | None = None,
        since: int = 0,
        kinds: Collection[str] = ("said",),
        oldest: bool = False,
    ) -> list[Record]:
        """At most `limit` records of `places` between two numbers and from `since` (ms); the newest, or the oldest."""

    def search(self, places: Mapping[str, int], words: str, *, limit: int) -> list[Record]:
        """The newest records that hold all `words`, in each place after its number."""


@dataclass
class Server:
    """What commands may know of the server they run in."""

    chat: Chat
    history: History
    name: str = "chat.example.net"
    network: str = "Chatroom"
    description: str = "A chat room"
    password: str = ""
    version: str = ""
    motd: Sequence[str] = ()
    log: str = "0"  # names this log, wherever an event's number alone could be mistaken for another log's
    default_room: str = "#lobby"
    joins_irc: bool = False  # put IRC programs into the default room too
    user_modes: str = ""  # that every IRC program starts with
    zone: tzinfo | None = None  # for times shown to people; None: the machine's own
    started: int = 0  # milliseconds since 1970
    entered: int = 0  # connections by which somebody is in the chat
    now: Callable[[], int] = lambda: 0
    status: Callable[[], Mapping[str, str]] = dict
    counts: Callable[[], Mapping[str, int]] = dict  # unknown and most connections
    # Runs a slow function elsewhere and gives its result; meanwhile others are served.
    offload: Callable[..., Any] = lambda function, *arguments: function(*arguments)

    def lets_in(self, password: str) -> bool:
        """Whether `password` opens the server; takes as long whatever it is."""
        return hmac.compare_digest(password.encode(), self.password.encode()) or not self.password


class Session(Protocol):
    """One connection, as its dialect keeps it."""

    user: User | None
    outbox: Any
    address: str

    def tell(self, reply: Reply) -> None:
        """Tell the person at this connection something."""

    def refuse(self, refused: Refused, call: Call) -> None:
        """Tell them why not."""

    def become(self, user: User) -> None:
        """Be that person from now on."""

    def end(self, reason: str) -> None:
        """Leave by the person's own wish: others are told `reason`, and the connection closes."""


@dataclass
class Call:
    """One command called by one connection. `words` is the text after it, or its parameters already taken apart."""

    session: Session
    server: Server
    verb: str
    words: str | Sequence[str] = ""
    row: Row | None = field(default=None)

    @property
    def chat(self) -> Chat:
        """The chat."""
        return self.server.chat

    @property
    def user(self) -> User:
        """Who calls; Refused when nobody has entered."""
        if self.session.user is None:
            raise Refused(Why.NOT_ENTERED, command=self.verb)
        return self.session.user

    @property
    def who(self) -> Who:
        """Who calls, as events name them."""
        return self.user.who

    @property
    def room(self) -> Room:
        """The room the caller faces; Refused when there is none."""
        if self.user.facing is None:
            raise Refused(Why.NO_ROOM)
        return self.user.facing
