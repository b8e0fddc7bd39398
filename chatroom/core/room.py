"""One room: who is in it with which privileges, its modes, bans and topic, and what it permits.

Strategy: questions are answered here (`is_`, `check_`), so no handler and no dialect spells out a rule again.
`change_mode` and `change_privilege` are total: they never fail, whatever the log holds. Only `Chat` calls what
changes the room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from chatroom.core.events import Change, ModesChanged, Record, Redacted, RoomEvent, Who
from chatroom.core.listed import Clock, Fold, Listed, terms
from chatroom.core.modes import (
    FOUNDER,
    HALF_OPERATOR,
    LETTERS,
    MUTE,
    OPERATOR,
    PREFIXES,
    PRIVATE,
    RANKS,
    ROOM_MODES,
    ModeKind,
    fits,
    rank_of,
)
from chatroom.core.refusals import Refused, Why
from chatroom.core.spans import in_words
from chatroom.core.user import User

NEW_ROOM_MODES = ("n", "t")


@dataclass(frozen=True, slots=True)
class Topic:
    """What a room is about, who said so (nick!username@host) and when (milliseconds)."""

    text: str
    by: str
    time: int


class Grant(NamedTuple):
    """What an account has in a registered room, whenever its owner comes in: the letters of privileges."""

    account: str
    letters: str


class Room:
    """One room. `is_permanent` rooms never close, and nobody becomes their operator by coming first.

    `place` is what its history is kept under: what it was called (folded) when it was made. It keeps that when it is
    called something else.
    """

    __slots__ = (
        *(
            "name",
            "folded",
            "place",
            "created",
            "is_permanent",
            "founder",
            "founder_name",
            "grants",
            "is_open",
            "is_hidden",
            "topic",
        ),
        *("members", "modes", "lists", "held", "metadata", "invited", "history_from", "said_at"),
    )

    def __init__(self, name: str, folded: str, created: int, is_permanent: bool = False, *, place: str = "") -> None:
        self.name = name
        self.folded = folded
        self.place = place or folded
        self.created = created
        self.is_permanent = is_permanent
        self.founder = ""  # the account it belongs to, folded
        self.founder_name = ""  # the same, as it is written
        self.grants: dict[str, Grant] = {}  # by folded account, as long as it belongs to somebody
        self.is_open = is_permanent
        self.is_hidden = False  # closed while private: listed nowhere
        self.topic: Topic | None = None
        self.members: dict[User, str] = {}  # the letters of their privileges, in the order of joining
        self.modes: dict[str, str] = {"n": ""} if is_permanent else {}
        self.lists: dict[str, dict[str, Listed]] = {"b": {}, "e": {}, "I": {}}  # by letter, then folded mask
        self.held: dict[str, Listed] = {}  # those of the modes that have an end or a reason, by letter
        self.said_at: dict[User, int] = {}  # when who said something (ms), while the room is slowed
        self.metadata: dict[str, str] = {}  # what its operators say of it, by key
        self.invited: dict[User, None] = {}  # whom an operator asked in
        self.history_from = 0  # events before this number are not for those who come now

    def __repr__(self) -> str:
        return f"<Room {self.name}>"

    @property
    def is_private(self) -> bool:
        """Whether not everybody may come in or know of it."""
        return any(letter in self.modes for letter in PRIVATE)

    @property
    def is_registered(self) -> bool:
        """Whether it belongs to an account: such a room never closes, and keeps who may do what in it."""
        return self.founder != ""

    @property
    def leaves_something(self) -> bool:
        """Whether there is anything to be kept of the room while it is closed, beside what it was called before."""
        return self.topic is not None or self.history_from > 0 or any(self.lists.values())

    def is_visible_to(self, user: User | None) -> bool:
        """Whether `user` may know of the room; those who keep order on the server know of all."""
        is_open = "s" not in self.modes or user in self.members or (user is not None and user.is_server_operator)
        return is_open and not self.is_hidden

    # ---- who is what

    def rank(self, user: User) -> int:
        """How much `user` may do here; see `modes.RANKS`. Operators of the server are above all."""
        return len(RANKS) + 1 if user.is_server_operator else rank_of(self.members.get(user, ""))

    def is_operator(self, user: User) -> bool:
        """Whether `user` may keep order here."""
        return self.rank(user) >= OPERATOR

    def prefixes(self, user: User) -> str:
        """The signs of a member's privileges, highest first, such as "@+"."""
        letters = self.members.get(user, "")
        return "".join(sign for letter, sign in PREFIXES.items() if letter in letters) if letters else ""

    def letters_given(self, account: str) -> str:
        """What the owner of `account` (folded) was given here to have on coming in."""
        return self.grants[account].letters if account in self.grants else ""

    def letters_for(self, account: str) -> str:
        """What the owner of `account` (folded) has here on coming in, highest first."""
        letters = self.letters_given(account)
        is_founder = account != "" and account == self.founder
        return "".join(letter for letter in PREFIXES if letter in letters or (letter == "q" and is_founder))

    # ---- who hears and sees whom

    def above(self, sign: str) -> list[User]:
        """The members who have the privilege of `sign` or a higher one."""
        least = RANKS[LETTERS[sign]]
        return [user for user, letters in self.members.items() if rank_of(letters) >= least]

    def is_unseen(self, user: User) -> bool:
        """Whether only members with a privilege see `user` come and go: in an auditorium, those without."""
        return "u" in self.modes and not self.members.get(user)

    def witnesses(self, user: User) -> Collection[User]:
        """Who sees what `user` does here, beside talking."""
        if not self.is_unseen(user):
            return self.members
        return [member for member, letters in self.members.items() if letters or member is user]

    def place_of(self, user: User) -> str:
        """Where that which `user` does here, beside talking, is kept: not where everybody may read what few saw."""
        return f"+{self.place}" if self.is_unseen(user) else self.place

    def places_for(self, user: User) -> list[str]:
        """Where that is kept which `user` hears here: the room's place, and those of what is for the privileged."""
        rank = rank_of(self.members.get(user, ""))
        return [self.place, *(f"{sign}{self.place}" for letter, sign in PREFIXES.items() if RANKS[letter] <= rank)]

    def seen_by(self, viewer: User | None) -> Collection[User]:
        """The members that `viewer` may know to be here."""
        is_member = viewer in self.members
        if "u" in self.modes and not (is_member and viewer is not None and self.members[viewer]):
            return [user for user, letters in self.members.items() if letters and (is_member or not user.is_invisible)]
        return self.members if is_member else [user for user in self.members if not user.is_invisible]

    def told_now(self, records: Iterable[Record]) -> list[Record]:
        """`records` of this room's history, under the name it has now."""
        return [self._told_now(record) for record in records]

    def _told_now(self, record: Record) -> Record:
        event = record.event
        if isinstance(event, RoomEvent) and event.room != self.name:
            return record._replace(event=replace(event, room=self.name))
        if isinstance(event, Redacted) and event.target != self.name:
            return record._replace(event=replace(event, target=self.name))
        return record

    # ---- lists

    def is_listed(self, letter: str, who: Who, fold: Fold) -> bool:
        """Whether a mask on the list `letter` fits `who`; mutes are no masks for that."""
        return self._entry(letter, who, fold) is not None

    def _entry(self, letter: str, who: Who, fold: Fold, kind: str = "") -> Listed | None:
        """The first on the list `letter` that fits `who`: of masks, or of those after `kind`."""
        masks = self.lists[letter]
        if not masks:
            return None
        person, account, start = fold(who.mask), fold(who.account), len(kind)
        for mask, entry in masks.items():
            if mask.startswith(MUTE) == bool(kind) and fits(mask[start:], person, account):
                return entry
        return None

    def ban_of(self, who: Who, fold: Fold) -> Listed | None:
        """The ban that fits `who`, if no exception does."""
        return None if self.is_listed("e", who, fold) else self._entry("b", who, fold)

    def silence_of(self, who: Who, fold: Fold) -> Listed | None:
        """The ban or mute that fits `who`, if no exception does; one that is a mute excepts only from those."""
        if not self.lists["b"] or self.is_listed("e", who, fold):
            return None
        ban = self._entry("b", who, fold)
        if ban is not None:
            return ban
        return None if self._entry("e", who, fold, MUTE) else self._entry("b", who, fold, MUTE)

    def is_hushed(self, user: User, fold: Fold) -> bool:
        """Whether a ban or a mute keeps `user`, a member, from speaking."""
        return bool(self.lists["b"]) and not self.members.get(user) and self.silence_of(user.who, fold) is not None

    # ---- what is permitted

    def check_operator(self, user: User) -> None:
        """Raise Refused unless `user` may keep order here."""
        self.check_rank(user, OPERATOR)

    def check_rank(self, user: User, rank: int) -> None:
        """Raise Refused unless `user` has `rank` or a higher one here."""
        if self.rank(user) < rank:
            raise Refused(Why.FOUNDERS_ONLY if rank == FOUNDER else Why.OPERATORS_ONLY, room=self.name)

    def check_not_above(self, user: User, other: User) -> None:
        """Raise Refused when `other` is of a higher rank here than `user`; half operators touch none of their own."""
        rank = self.rank(user)
        if rank_of(self.members.get(other, "")) > rank - (rank == HALF_OPERATOR) and other is not user:
            raise Refused(Why.OUTRANKED, nick=other.nick, room=self.name)

    def check_entry(self, user: User, fold: Fold, key: str, now: Clock) -> None:
        """Raise Refused when `user` may not come in now, with `key`."""
        modes, who = self.modes, user.who
        if user in self.invited or (self.founder and rank_of(self.letters_for(fold(who.account))) >= HALF_OPERATOR):
            return
        self.check_ban(user, fold, now)
        if "O" in modes and not user.is_server_operator:
            raise Refused(Why.ROOM_FOR_OPERATORS, room=self.name)
        if "i" in modes and not self.is_listed("I", who, fold):
            raise Refused(Why.INVITE_ONLY, room=self.name, terms=terms(self.held.get("i"), now))
        if "R" in modes and not who.account:
            raise Refused(Why.ROOM_FOR_ACCOUNTS, room=self.name)
        if "k" in modes and key != modes["k"]:
            raise Refused(Why.KEY_WRONG, room=self.name)
        if "l" in modes and len(self.members) >= int(modes["l"]):
            raise Refused(Why.ROOM_FULL, room=self.name)

    def check_ban(self, user: User, fold: Fold, now: Clock) -> None:
        """Raise Refused when `user` is banned; whoever would open a closed room again is asked this alone."""
        if self.lists["b"] and (ban := self.ban_of(user.who, fold)) is not None:
            raise Refused(Why.BANNED, room=self.name, terms=terms(ban, now))

    def check_speaking(self, user: User, fold: Fold, now: Clock) -> None:
        """Raise Refused when `user` may not speak here now."""
        letters, modes = self.members.get(user), self.modes
        if letters:
            return
        if letters is None and "n" in modes:
            raise Refused(Why.OUTSIDERS_SILENT, room=self.name)
        if "m" in modes:
            raise Refused(Why.MODERATED, room=self.name, terms=terms(self.held.get("m"), now))
        if "M" in modes and not user.who.account:
            raise Refused(Why.GUESTS_SILENT, room=self.name)
        if self.lists["b"] and (entry := self.silence_of(user.who, fold)) is not None:
            is_mute = entry.mask.startswith(MUTE)
            raise Refused(Why.MUTED if is_mute else Why.BANNED_FROM_SPEAKING, room=self.name, terms=terms(entry, now))

    def check_pace(self, user: User, now: Clock) -> None:
        """Raise Refused when `user` has said something too short a while ago, in a slowed room."""
        if self.members.get(user):
            return
        seconds = int(self.modes["W"])
        wait = self.said_at.get(user, 0) + seconds * 1000 - now()
        if wait > 0:
            raise Refused(Why.TOO_SOON, room=self.name, every=in_words(seconds), wait=in_words(-(-wait // 1000)))

    def check_text(self, text: str) -> None:
        """Raise Refused when `text` is not for this room: programs' questions to programs (CTCP), with mode C."""
        if "C" in self.modes and text.startswith("\x01") and not text.startswith("\x01ACTION"):
            raise Refused(Why.NO_CTCP, room=self.name)

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
        """Forget all but topic and history; a private room's are not for whoever comes next.

        What is on a list for a time stays there until then.
        """
        if self.is_private:
            self.topic, self.history_from, self.is_hidden = None, number, True
        self.is_open = False
        self.modes, self.metadata, self.held, self.said_at = {}, {}, {}, {}
        for user in self.invited:
            user.invitations.pop(self, None)
        self.invited, self.grants = {}, {}
        for letter, masks in self.lists.items():
            self.lists[letter] = {mask: entry for mask, entry in masks.items() if entry.until}

    def be_called(self, name: str, folded: str) -> None:
        """Have another name."""
        self.name, self.folded = name, folded

    def change_mode(self, change: Change, folded_value: str, listed: Listed) -> None:
        """Apply one change that is not about a member's privileges; `listed` says who makes it, why, until when."""
        if ROOM_MODES.get(change.letter) is ModeKind.LIST:
            self.lists[change.letter].pop(folded_value, None)
            if change.adding:
                self.lists[change.letter][folded_value] = listed
            return
        self.modes.pop(change.letter, None)
        self.held.pop(change.letter, None)
        if change.letter == "W":
            self.said_at = {}
        if change.adding:
            self.modes[change.letter] = change.value
            if listed.until or listed.reason:
                self.held[change.letter] = listed

    def change_privilege(self, member: User, change: Change) -> None:
        """Give or take one privilege."""
        letters = self.members[member].replace(change.letter, "")
        self.members[member] = letters + change.letter if change.adding else letters

    # ---- what ends by itself

    def _set(self, letter: str, value: str) -> Listed | None:
        is_list = ROOM_MODES[letter] is ModeKind.LIST
        return self.lists[letter].get(value) if is_list else self.held.get(letter)

    def until(self, letter: str, value: str) -> int:
        """When a mode, or a mask (folded) of a list, ends by itself (ms); 0 for never, or when it is not set."""
        found = self._set(letter, value)
        return found.until if found is not None else 0

    def ended(self, by: Who, letter: str, value: str) -> ModesChanged:
        """What happens when its time has come: all goes that was set with it."""
        entry = self._set(letter, value)
        assert entry is not None, "nothing ends that is not set"
        same = (entry.time, entry.until, entry.about)
        flags = [Change(False, flag) for flag, its in self.held.items() if (its.time, its.until, its.about) == same]
        masks = [
            Change(False, name, its.mask)
            for name, entries in self.lists.items()
            for its in entries.values()
            if (its.time, its.until, its.about) == same
        ]
        return ModesChanged(by, self.name, (*flags, *masks), about=entry.about)
