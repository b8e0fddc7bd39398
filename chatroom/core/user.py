"""One person in the chat: what they are called, where they are, what they want to hear.

Strategy: a plain holder of state. Only `Chat` changes it; everybody else reads. `outboxes` are the person's
connections, put there by the server and of no concern to the core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatroom.core.events import Who

if TYPE_CHECKING:
    from chatroom.core.room import Room


class User:
    """One person, present with one connection or several."""

    __slots__ = (
        *("who", "folded", "key", "realname", "rooms", "facing", "away", "modes"),
        *("ignoring", "ignored_by", "invitations", "answers_to", "since", "spoke", "address", "outboxes"),
    )

    def __init__(self, who: Who, folded: str, realname: str, since: int) -> None:
        self.who = who
        self.folded = folded
        self.key = folded  # what their private talk is kept under; of those with an account, that
        self.realname = realname
        self.rooms: dict[str, Room] = {}  # by folded name, in the order of joining
        self.facing: Room | None = None  # where what they type goes, in plain
        self.away = ""
        self.modes: dict[str, None] = {}
        self.ignoring: dict[User, None] = {}
        self.ignored_by: dict[User, None] = {}
        self.invitations: dict[Room, None] = {}  # rooms they may enter, whatever keeps others out
        self.answers_to: User | None = None  # who wrote to them in private last
        self.since = since  # milliseconds
        self.spoke = since
        self.address = ""
        self.outboxes: list[Any] = []

    def __repr__(self) -> str:
        return f"<User {self.nick}>"

    @property
    def nick(self) -> str:
        """What they are called."""
        return self.who.nick

    @property
    def is_invisible(self) -> bool:
        """Whether only those who share a room see them in lists (user mode i)."""
        return "i" in self.modes

    def shares_room_with(self, other: User) -> bool:
        """Whether the two are in a room together."""
        return any(room in other.rooms for room in self.rooms)

    def neighbours(self) -> dict[User, None]:
        """Everybody who is in a room with them, and they themselves, each once."""
        found: dict[User, None] = {self: None}
        for room in self.rooms.values():
            found.update(dict.fromkeys(room.members))
        return found
