"""Who is in which room, as far as this client has been told.

Strategy: rooms and people are kept under their folded names and shown as they were written. What the server announced
about names (ISUPPORT) is one value that everything comparing names asks. A room's members stand in the order in which
they last spoke, which is the order in which one wants to complete them.

Sources: Modern IRC "Channels", RPL_ISUPPORT (005), RPL_NAMREPLY (353).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from chatroom.core.names import ASCII, RFC1459

_FOLDS: dict[str, Callable[[str], str]] = {
    "ascii": ASCII.fold,
    "rfc1459": RFC1459.fold,
    "rfc1459-strict": RFC1459.fold,
    "precis": str.casefold,
}


@dataclass
class Features:
    """What this server's names are like (005). Until it says so, the common case."""

    fold: Callable[[str], str] = RFC1459.fold
    room_sigils: str = "#&"
    nick_length: int = 0  # in characters; 0: not announced
    history_page: int = 0  # messages one CHATHISTORY may ask for; 0: as many as it likes
    privileges: dict[str, str] = field(default_factory=lambda: {"o": "@", "v": "+"})  # mode letter -> prefix

    def announced(self, token: str) -> None:
        """Take one token of ISUPPORT in; those of no use here are passed over."""
        name, _, value = token.partition("=")
        if name == "CASEMAPPING":
            self.fold = _FOLDS.get(value.lower(), ASCII.fold)
        elif name == "CHANTYPES":
            self.room_sigils = value
        elif name in ("NICKLEN", "CHATHISTORY") and value.isdecimal() and len(value) < 6:
            setattr(self, "nick_length" if name == "NICKLEN" else "history_page", int(value))
        elif name == "PREFIX" and value.startswith("("):
            letters, _, prefixes = value[1:].partition(")")
            self.privileges = dict(zip(letters, prefixes, strict=False))

    def is_room(self, name: str) -> bool:
        """Whether `name` is meant as a room."""
        return bool(name) and name[0] in self.room_sigils

    def split_prefixes(self, name: str) -> tuple[str, str]:
        """`@+alice` as ("@+", "alice")."""
        bare = name.lstrip("".join(self.privileges.values()))
        return name[: len(name) - len(bare)], bare


@dataclass
class Member:
    """One person in one room."""

    nick: str
    prefixes: str = ""


@dataclass
class Room:
    """A room this user is in."""

    name: str
    key: str = ""
    topic: str = ""
    members: dict[str, Member] = field(default_factory=dict)  # folded nick -> member, who spoke last at the end


class Roster:
    """The rooms this user is in, and who is there with them."""

    def __init__(self, features: Features) -> None:
        self.features = features
        self._rooms: dict[str, Room] = {}

    def __iter__(self) -> Iterator[Room]:
        return iter(self._rooms.values())

    def room(self, name: str) -> Room | None:
        """The room called `name`, if this user is in it."""
        return self._rooms.get(self.features.fold(name))

    def entered(self, name: str, key: str = "") -> Room:
        """The user is in `name` now; nobody else is known there yet."""
        room = self._rooms[self.features.fold(name)] = Room(name, key)
        return room

    def left(self, name: str) -> None:
        """The user is in `name` no more."""
        self._rooms.pop(self.features.fold(name), None)

    def clear(self) -> None:
        """The user is in no room."""
        self._rooms.clear()

    def joined(self, room: str, nick: str, prefixes: str = "") -> None:
        """`nick` is in `room`."""
        if place := self.room(room):
            place.members[self.features.fold(nick)] = Member(nick, prefixes)

    def parted(self, room: str, nick: str) -> None:
        """`nick` is no longer in `room`."""
        if place := self.room(room):
            place.members.pop(self.features.fold(nick), None)

    def rooms_of(self, nick: str) -> list[str]:
        """The names of the rooms where `nick` is."""
        folded = self.features.fold(nick)
        return [room.name for room in self if folded in room.members]

    def quit(self, nick: str) -> None:
        """`nick` is in no room."""
        for room in self:
            self.parted(room.name, nick)

    def renamed(self, old: str, new: str) -> None:
        """Who was `old` is `new`."""
        for room in self:
            if member := room.members.pop(self.features.fold(old), None):
                room.members[self.features.fold(new)] = Member(new, member.prefixes)

    def spoke(self, room: str, nick: str) -> None:
        """`nick` said something in `room`: the first to be completed now."""
        place = self.room(room)
        if place and (member := place.members.pop(self.features.fold(nick), None)):
            place.members[self.features.fold(nick)] = member

    def privilege(self, room: str, nick: str, letter: str, given: bool) -> None:
        """Mode `letter` was given to `nick` in `room`, or taken."""
        place = self.room(room)
        member = place.members.get(self.features.fold(nick)) if place else None
        prefix = self.features.privileges.get(letter)
        if member and prefix:
            held = (set(member.prefixes) | {prefix}) if given else (set(member.prefixes) - {prefix})
            member.prefixes = "".join(p for p in self.features.privileges.values() if p in held)
