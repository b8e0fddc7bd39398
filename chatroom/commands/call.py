"""What a handler is given: who calls, and what of the server it may use.

Strategy: handlers see protocols, never sockets, disks or clocks, so that they run the same in a test as in the
server.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Protocol

from chatroom.core.account import Account
from chatroom.core.chat import Chat
from chatroom.core.events import Record, Tags, Who
from chatroom.core.names import as_number
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.user import User

if TYPE_CHECKING:
    from chatroom.commands.table import Row


MOST_DIGITS = 18  # of an event's number


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
        kinds: Collection[str] | None = ("said",),
        oldest: bool = False,
    ) -> list[Record]:
        """At most `limit` records of `places` between two numbers and from `since` (ms); the newest, or the oldest."""

    def record(self, number: int) -> Record | None:
        """One event, with all its places; None when there is none, or its words were taken back."""

    def number_at(self, time: int) -> int:
        """The number of the first event at or after `time` (ms)."""

    def private_places(self, owner: str) -> list[tuple[str, int]]:
        """With whom `owner` (see User.key) has talked in private: each place, and the newest number said in it."""


class Markers(Protocol):
    """Up to when accounts have read what (ms since 1970); names are folded."""

    def mark(self, owner: str, target: str, time: int) -> None:
        """`owner` has read `target` up to `time`. A marker never moves back."""

    def marker(self, owner: str, target: str) -> int:
        """Up to when `owner` has read `target`; 0 when that was never said."""

    def markers(self, owner: str) -> dict[str, int]:
        """All markers of `owner`, by target."""


class Exchange(Protocol):
    """A proof in several steps (SCRAM). `name` is who wants to log in, `is_proven` whether it is done."""

    name: str
    is_proven: bool

    def step(self, data: bytes) -> bytes | None:
        """The answer to the client's message, None when it failed. Refused after too many failures."""


class Accounts(Protocol):
    """The accounts there are, by name however it is written. What is slow lets others be served meanwhile."""

    @property
    def may_register(self) -> bool:
        """Whether anybody may make an account."""

    @property
    def before_connect(self) -> bool:
        """Whether they may do so before they have come in."""

    def find(self, name: str) -> Account | None:
        """The account called `name`."""

    def lookalike(self, name: str) -> Account | None:
        """The account called `name`, or what looks the same."""

    def of_certificate(self, fingerprint: str) -> Account | None:
        """The account that a certificate opens."""

    def decided(self, setting: str) -> str:
        """What the server's configuration says of a setting, "" where people choose."""

    def wants(self, account: Account | None, setting: str) -> bool:
        """Whether a setting is on for `account`."""

    def prove(self, name: str, password: str, address: str) -> Account | None:
        """The account called `name`, if that is its password. Slow; Refused after too many wrong ones."""

    def scram(self, address: str) -> Exchange:
        """An exchange that proves a password without showing it (SCRAM-SHA-256)."""

    def take_new(self, name: str, address: str) -> None:
        """Count an account that is to be made; Refused when there were too many."""

    def credentials(self, password: str) -> tuple[str, str]:
        """What is kept for a new password: its hash, and what SCRAM needs. Slow."""

    def put(self, account: Account) -> None:
        """Keep `account`, new or in place of what was kept under its name."""

    def remove(self, account: Account) -> None:
        """Forget an account."""


class Presences(Protocol):
    """Who stays here without a connection."""

    def stays(self, user: User) -> bool:
        """Whether `user` stays when their last connection ends."""

    def save(self, name: str) -> None:
        """Keep where the one who stays of an account (folded) is now."""

    def left(self, user: User) -> int:
        """When the last connection of `user` ended, if they have stayed without (ms); 0 if not."""


class Kept(Protocol):
    """What accounts say of themselves, beside the log. An `owner` is an account's folded name."""

    def metadata(self, owner: str) -> Mapping[str, str]:
        """What is kept of `owner`, by key."""

    def put_metadata(self, owner: str, key: str, value: str) -> None:
        """Keep `value` for a key of `owner`."""

    def remove_metadata(self, owner: str, key: str | None = None) -> None:
        """Forget one key of `owner`, or all."""


class Calm(Protocol):
    """What is fine once and a nuisance a hundred times."""

    def take(self, deed: str, by: str) -> float:
        """`by` wants to do something that has a pace. How many seconds too early that is; 0: it is counted."""

    def repeat(self, place: str, text: str) -> tuple[float, float]:
        """`text` is to be said in `place`: what it costs more than others, and how many seconds too early it is."""

    def naming(self, text: str, people: Collection[str], by: str) -> tuple[float, float]:
        """As `repeat`, for a text with names of `people` (folded) in it."""

    def come(self, place: str, members: int) -> float:
        """Somebody wants into `place`, where so many are. How many seconds they have to wait before."""

    def pause(self, seconds: float) -> object:
        """Block the caller; others are served meanwhile."""


@dataclass
class Server:
    """What commands may know of the server they run in."""

    chat: Chat
    history: History
    markers: Markers
    accounts: Accounts
    presences: Presences
    name: str = "chat.example.net"
    network: str = "Chatroom"
    description: str = "A chat room"
    password: str = ""
    version: str = ""
    admin: str = ""  # who runs it
    motd: Sequence[str] = ()
    operators: Mapping[str, str] = field(default_factory=dict)  # hashes of passwords, by the name given to OPER
    verify: Callable[[str, str], bool] = lambda password_hash, password: False  # slow; to be offloaded
    configuration: str = "chatroom.toml"  # the name of the file it is configured by
    reload: Callable[[], str] = lambda: ""  # reads the configuration again; why not, or ""
    take_code: Callable[[str], bool] = lambda word: False  # whether that makes the first operator; it counts once
    network_of: Callable[[str], str] = lambda address: address  # what counts as one place with an address
    rotate_cloak: Callable[[], None] = lambda: None  # has addresses hashed with a new key
    privacy: Callable[[], Mapping[str, str]] = dict  # what is kept, where, how long, who can read it
    kept: Kept | None = None
    calm: Calm | None = None  # None: everything may be done as often as one likes
    log: str = "0"  # names this log, wherever an event's number alone could be mistaken for another log's
    default_room: str = "#lobby"
    joins_irc: bool = False  # put IRC programs into the default room too
    user_modes: str = ""  # that every IRC program starts with
    zone: tzinfo | None = None  # for times shown to people; None: the machine's own
    sts: str = ""  # the value of the sts capability, true on any connection: "duration=S,port=P"; "": not announced
    started: int = 0  # milliseconds since 1970
    now: Callable[[], int] = lambda: 0
    status: Callable[[], Mapping[str, str]] = dict
    counts: Callable[[], Mapping[str, int]] = dict  # unknown and most connections
    refused: Counter[str] = field(default_factory=Counter)  # how often what was refused, by the reason's name
    # Runs a slow function elsewhere and gives its result; meanwhile others are served.
    offload: Callable[..., Any] = lambda function, *arguments: function(*arguments)
    # The newest that was said in places (each after a number) and holds all words, at most so many; likewise slow.
    search: Callable[[Mapping[str, int], str, int], list[Record]] = lambda places, words, limit: []

    def msgid(self, number: int) -> str:
        """What IRC calls event `number` of this log."""
        return f"{self.log}-{number}"

    def number_of(self, msgid: str) -> int | None:
        """Which event is called so; None for one that can't be of this log, or has not happened yet."""
        number = as_number(msgid.rpartition("-")[2], MOST_DIGITS)
        return number if number and msgid == self.msgid(number) and number <= self.chat.number else None

    def lets_in(self, password: str) -> bool:
        """Whether `password` opens the server; takes as long whatever it is."""
        return hmac.compare_digest(password.encode(), self.password.encode()) or not self.password


class Session(Protocol):
    """One connection, as its dialect keeps it."""

    user: User | None
    outbox: Any
    address: str
    pace_of: str  # whom it is counted for, what a guest does often
    account: str  # that they have logged in to before they came in
    certificate: str  # the SHA-256 fingerprint of the one it showed, "" without one
    gone_since: int  # when the person lost their last connection before this one (ms), 0 when they had another

    def tell(self, reply: Reply) -> None:
        """Tell the person at this connection something."""

    def refuse(self, refused: Refused, call: Call) -> None:
        """Tell them why not."""

    def become(self, user: User, is_back: bool = False) -> None:
        """Be that person from now on; `is_back`: who is here already."""

    def end(self, reason: str) -> None:
        """Leave by the person's own wish: others are told `reason`, and the connection closes."""


@dataclass
class Call:
    """One command called by one connection.

    `words` is the text after it, or its parameters already taken apart; `tags` come with what is said, `cuts` tell
    where a line of it was only cut to be sent.
    """

    session: Session
    server: Server
    verb: str
    words: str | Sequence[str] = ""
    row: Row | None = field(default=None)
    tags: Tags = ()
    cuts: tuple[int, ...] = ()
    extra: float = 0.0  # lines that this call costs beside those of its row

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
