"""One person in the chat: what they are called, where they are, what they want to hear.

Strategy: a plain holder of state. Only `Chat` changes it; everybody else reads. `outboxes` are the person's
connections, put there by the server and of no concern to the core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatroom.core.events import Who

if TYPE_CHECKING:
    from chatroom.core.room import Room


MOST_NAMES = 16  # the last names that are remembered of somebody
ABSENT = "*"  # the message of somebody who is away and does not say why (IRCv3 pre-away)


class User:
    """One person, present with one connection or several."""

    __slots__ = (
        *("who", "folded", "key", "own_host", "realname", "rooms", "facing", "away", "aways", "modes", "metadata"),
        *("ignoring", "ignored_by", "accepting", "accepted_by", "invitations", "answers_to"),
        *("since", "spoke", "address", "outboxes", "secure", "markers", "_names"),
    )

    def __init__(self, who: Who, folded: str, realname: str, since: int) -> None:
        self.who = who
        self.folded = folded
        self.key = folded  # what their private talk is kept under; of those with an account, that
        self.realname = realname
        self.rooms: dict[str, Room] = {}  # by place, in the order of joining
        self.facing: Room | None = None  # where what they type goes, in plain
        self.own_host = who.host  # what others saw of it at first
        self.away = ""
        self.aways: dict[Any, str] = {}  # what those of their connections say that are away, the last one last
        self.modes: dict[str, None] = {}
        self.metadata: dict[str, str] = {}  # what they say of themselves, by key
        self.ignoring: dict[User, None] = {}
        self.ignored_by: dict[User, None] = {}
        self.accepting: dict[User, None] = {}  # guests they hear in private, though they hear only accounts (mode R)
        self.accepted_by: dict[User, None] = {}
        self.invitations: dict[Room, None] = {}  # rooms they may enter, whatever keeps others out
        self.answers_to: User | None = None  # who wrote to them in private last
        self.since = since  # milliseconds
        self.spoke = since
        self.address = ""
        self.outboxes: list[Any] = []
        self.secure: dict[Any, None] = {}  # those of them over TLS
        self.markers: dict[str, int] = {}  # up to when a guest has read what (ms); of accounts it is kept on disk

        self._names: list[tuple[int, str]] = []  # their last ones, folded, each with the event that gave it to them

    def __repr__(self) -> str:
        return f"<User {self.nick}>"

    def be_called(self, folded: str, number: int) -> None:
        """Have this name (folded) from event `number` on."""
        self.folded = folded
        self._names = [*self._names, (number, folded)][-MOST_NAMES:]

    def was_called(self, number: int) -> str:
        """Their name (folded) when event `number` happened; "" before they came, or too many names ago."""
        return next((folded for first, folded in reversed(self._names) if first <= number), "")

    @property
    def nick(self) -> str:
        """What they are called."""
        return self.who.nick

    @property
    def is_invisible(self) -> bool:
        """Whether only those who share a room see them in lists (user mode i)."""
        return "i" in self.modes

    @property
    def is_server_operator(self) -> bool:
        """Whether they keep order on the whole server (user mode o)."""
        return "o" in self.modes

    def hears_in_private(self, other: User) -> bool:
        """Whether `other` may write to them in private: with user mode R only those with an account may."""
        is_known = bool(other.who.account) or other.is_server_operator or other is self
        return "R" not in self.modes or is_known or other in self.accepting

    def rooms_seen_by(self, other: User) -> list[Room]:
        """Those of their rooms that `other` may know them to be in."""
        rooms = list(self.rooms.values())
        if other is self or other.is_server_operator:
            return rooms
        return [room for room in rooms if room.is_visible_to(other) and self._is_seen_in(room, other)]

    def _is_seen_in(self, room: Room, other: User) -> bool:
        if room.is_unseen(self):
            return bool(room.members.get(other))
        return not self.is_invisible or other in room.members

    # ---- connections, put there by the dialects

    def connected(self, outbox: Any, address: str, is_secure: bool) -> None:
        """Have one more connection."""
        self.address = address
        self.outboxes.append(outbox)
        if is_secure:
            self.secure[outbox] = None

    def disconnected(self, outbox: Any) -> None:
        """Have one less."""
        self.outboxes.remove(outbox)
        self.secure.pop(outbox, None)
        self.say_away(outbox, "")

    @property
    def is_secure(self) -> bool:
        """Whether all their connections are over TLS."""
        return bool(self.outboxes) and len(self.secure) == len(self.outboxes)

    def say_away(self, outbox: Any, message: str) -> None:
        """Take down that one of their connections is away, and why; or that somebody is there (no message)."""
        self.aways.pop(outbox, None)
        if message:
            self.aways[outbox] = message

    @property
    def away_of_all(self) -> str:
        """Why nobody is present at any of their connections, "*" when none says why; "" when somebody is."""
        if any(outbox not in self.aways for outbox in self.outboxes):
            return ""
        said = [message for message in self.aways.values() if message != ABSENT]
        return said[-1] if said else ("" if self.outboxes else self.away) or ABSENT

    def is_witnessed_by(self, other: User) -> bool:
        """Whether `other` is told what they do, from one of their rooms: in an auditorium not everybody is."""
        rooms = self.rooms.values()
        return any(other in room.members and (room.members[other] or not room.is_unseen(self)) for room in rooms)

    def places(self) -> tuple[str, ...]:
        """Where that is kept which they do in all their rooms at once."""
        return tuple([room.place_of(self) for room in self.rooms.values()])

    def neighbours(self) -> dict[User, None]:
        """Everybody who is in a room with them, and they themselves, each once."""
        found: dict[User, None] = {self: None}
        for room in self.rooms.values():
            found.update(dict.fromkeys(room.witnesses(self)))
        return found
