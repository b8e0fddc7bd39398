"""One room: who is in it with which privileges, its modes, bans and topic, and what it permits.

Strategy: questions are answered here (`is_`, `check_`), so no handler and no dialect spells out a rule again.
`change_mode` and `change_privilege` are total: they never fail, whatever the log holds. Only `Chat` calls what
changes the room.
"""

from __future__ import annotations

from dataclasses import dataclass

from chatroom.core.events import Change
from chatroom.core.modes import PREFIXES, PRIVATE, ROOM_MODES, ModeKind, is_match
from chatroom.core.refusals import Refused, Why
from chatroom.core.user import User

NEW_ROOM_MODES = ("n", "t")


@dataclass(frozen=True, slots=True)
class Topic:
    """What a room is about, who said so (nick!username@host) and when (milliseconds)."""

    text: str
    by: str
    time: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A mask on one of a room's lists, who put it there and when (milliseconds)."""

    mask: str
    by: str
    time: int


class Room:
    """One room. `is_permanent` rooms never close, and nobody becomes their operator by coming first."""

    __slots__ = (
        *("name", "folded", "created", "is_permanent", "is_open", "is_hidden", "topic"),
        *("members", "modes", "lists", "invited", "history_from"),
    )

    def __init__(self, name: str, folded: str, created: int, is_permanent: bool = False) -> None:
        self.name = name
        self.folded = folded
        self.created = created
        self.is_permanent = is_permanent
        self.is_open = is_permanent
        self.is_hidden = False  # closed while private: listed nowhere
        self.topic: Topic | None = None
        self.members: dict[User, str] = {}  # the letters of their privileges, in the order of joining
        self.modes: dict[str, str] = {"n": ""} if is_permanent else {}
        self.lists: dict[str, dict[str, Listed]] = {"b": {}, "e": {}, "I": {}}  # by letter, then folded mask
        self.invited: dict[User, None] = {}  # whom an operator asked in
        self.history_from = 0  # events before this number are not for those who come now

    def __repr__(self) -> str:
        return f"<Room {self.name}>"

    @property
    def is_private(self) -> bool:
        """Whether not everybody may come in or know of it."""
        return any(letter in self.modes for letter in PRIVATE)

    @property
    def leaves_something(self) -> bool:
        """Whether there is anything to be kept of the room while it is closed: a topic, or what it hides."""
        return self.topic is not None or self.history_from > 0

    def is_operator(self, user: User) -> bool:
        """Whether `user` may keep order here."""
        return "o" in self.members.get(user, "")

    def is_visible_to(self, user: User | None) -> bool:
        """Whether `user` may know of the room."""
        return not self.is_hidden and ("s" not in self.modes or user in self.members)

    def prefixes(self, user: User) -> str:
        """The signs of a member's privileges, highest first, such as "@+"."""
        letters = self.members.get(user, "")
        return "".join(sign for letter, sign in PREFIXES.items() if letter in letters) if letters else ""

    def is_banned(self, folded_mask: str) -> bool:
        """Whether a ban fits `folded_mask` and no exception does."""
        return self.is_listed("b", folded_mask) and not self.is_listed("e", folded_mask)

    def is_listed(self, letter: str, folded_mask: str) -> bool:
        """Whether a mask on the list `letter` fits `folded_mask`."""
        return any(is_match(mask, folded_mask) for mask in self.lists[letter])

    def check_operator(self, user: User) -> None:
        """Raise Refused unless `user` may keep order here."""
        if not self.is_operator(user):
            raise Refused(Why.OPERATORS_ONLY, room=self.name)

    def check_entry(self, user: User, folded_mask: str, key: str) -> None:
        """Raise Refused when `user` may not come in now, with `key`."""
        if user in self.invited:
            return
        if self.is_banned(folded_mask):
            raise Refused(Why.BANNED, room=self.name)
        if "i" in self.modes and not self.is_listed("I", folded_mask):
            raise Refused(Why.INVITE_ONLY, room=self.name)
        if "k" in self.modes and key != self.modes["k"]:
            raise Refused(Why.KEY_WRONG, room=self.name)
        if "l" in self.modes and len(self.members) >= int(self.modes["l"]):
            raise Refused(Why.ROOM_FULL, room=self.name)

    def check_speaking(self, user: User, folded_mask: str) -> None:
        """Raise Refused when `user` may not speak here now."""
        if self.members.get(user):
            return
        if "n" in self.modes and user not in self.members:
            raise Refused(Why.OUTSIDERS_SILENT, room=self.name)
        if "m" in self.modes:
            raise Refused(Why.MODERATED, room=self.name)
        if self.lists["b"] and self.is_banned(folded_mask):
            raise Refused(Why.BANNED_FROM_SPEAKING, room=self.name)

    def draft(self) -> Room:
        """Another room with the same members, modes and lists, to try changes on."""
        draft = Room(self.name, self.folded, self.created, self.is_permanent)
        draft.members, draft.modes = dict(self.members), dict(self.modes)
        draft.lists = {letter: dict(masks) for letter, masks in self.lists.items()}
        return draft

    # ---- changes, for Chat alone; anybody may make them to a draft

    def open(self, time: int) -> None:
        """Come to life with the modes of a new room."""
        self.is_open, self.is_hidden, self.created = True, False, time
        self.modes = dict.fromkeys(NEW_ROOM_MODES, "")

    def close(self, number: int) -> None:
        """Forget all but topic and history; a private room's are not for whoever comes next."""
        if self.is_private:
            self.topic, self.history_from, self.is_hidden = None, number, True
        self.is_open = False
        self.modes = {}
        for user in self.invited:
            user.invitations.pop(self, None)
        self.invited = {}
        self.lists = {letter: {} for letter in self.lists}

    def change_mode(self, change: Change, folded_value: str, by: str, time: int) -> None:
        """Apply one change that is not about a member's privileges."""
        if ROOM_MODES.get(change.letter) is ModeKind.LIST:
            if change.adding:
                self.lists[change.letter][folded_value] = Listed(change.value, by, time)
            else:
                self.lists[change.letter].pop(folded_value, None)
        elif change.adding:
            self.modes[change.letter] = change.value
        else:
            self.modes.pop(change.letter, None)

    def change_privilege(self, member: User, change: Change) -> None:
        """Give or take one privilege."""
        letters = self.members[member].replace(change.letter, "")
        self.members[member] = letters + change.letter if change.adding else letters
