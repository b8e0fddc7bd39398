"""The one table of what a person may do, and the one gate to it.

Strategy: a row's usage line ("topic [room] [text...]") is its grammar, help, arity and documentation; the
annotations of its handler say what the words are turned into. `bind` fits words to the row, `run` checks who may,
lets the handler's events happen and tells its replies. A handler changes nothing: it yields, or raises Refused.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import islice
from typing import Any, get_args, get_origin, get_type_hints

from chatroom.commands.call import Call
from chatroom.core.events import Event
from chatroom.core.modes import HALF_OPERATOR, OPERATOR
from chatroom.core.names import as_number, is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import HelpEntry, Reply
from chatroom.core.room import Room
from chatroom.core.spans import Span, span_of
from chatroom.core.user import User

Handler = Callable[..., Iterator[Event | Reply]]


class Needs(IntEnum):
    """Who may call a row; each includes the ones before."""

    NOTHING = 0
    ENTERED = 1
    MEMBER = 2  # of the row's room
    MODERATOR = 3  # of the row's room: at least half an operator
    OPERATOR = 4  # of the row's room


@dataclass(frozen=True)
class Param:
    """One word of a usage line: `name`, `[name]`, `name...` or `[name...]`, and what it is turned into.

    `needed` is how many words have to be left for those after it, or else it is the one that was left out. A room that
    was left out is the one the caller faces, unless it `may_lack`.
    """

    name: str
    is_optional: bool
    takes_rest: bool
    kind: type
    needed: int = 0
    may_lack: bool = False


@dataclass(frozen=True)
class Row:
    """One command. `cost` is what a call takes from the caller's flood allowance, in lines."""

    name: str
    usage: str
    section: str
    params: tuple[Param, ...]
    needs: Needs
    cost: float
    aliases: tuple[str, ...]
    handler: Handler
    is_privileged: bool = False  # for operators of the server alone

    @cached_property
    def is_plain(self) -> bool:
        """Whether its words are taken as they are: nothing is converted, nothing can be left out before the last."""
        return all(param.kind is str for param in self.params)

    @property
    def help(self) -> HelpEntry:
        """What /help says of it."""
        return HelpEntry(self.usage, inspect.getdoc(self.handler) or "", self.section, self.aliases)


class Table:
    """Rows by name and alias."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}  # in the order of /help
        self._names: dict[str, Row] = {}

    def add(self, row: Row) -> None:
        """Put a row in; its names must be new."""
        self.rows[row.name] = row
        for name in (row.name, *row.aliases):
            assert name not in self._names, f"two commands are called {name}"
            self._names[name] = row

    def find(self, name: str, is_typed: bool = False) -> Row:
        """The row called `name`; Refused, with the nearest name, when there is none, or none that people may type."""
        row = self._names.get(name)
        if row is None or (is_typed and not row.section):
            raise Refused(Why.UNKNOWN_COMMAND, command=name, hint=Nearest(name, lambda: self.names, "/"))
        return row

    @property
    def names(self) -> list[str]:
        """Every name and alias a person may type."""
        return sorted(name for name, row in self._names.items() if row.section)


TABLE = Table()


MOST_COMPARED = 200  # names, for a hint; comparing takes some 10 us each


@dataclass(frozen=True)
class Nearest:
    """A hint for a mistyped word, such as " Did you mean /topic?", or nothing.

    Found out when it is shown, which to IRC it never is.
    """

    word: str
    known: Callable[[], Iterable[str]]
    sigil: str = ""

    def __str__(self) -> str:
        known = {name.lower(): name for name in islice(self.known(), MOST_COMPARED)}
        found = difflib.get_close_matches(self.word.lower(), known, 1)
        return f" Did you mean {self.sigil}{known[found[0]]}?" if found else ""


class Section:
    """A heading of /help; rows of a section without a title are not listed."""

    def __init__(self, title: str) -> None:
        self.title = title

    def command(
        self,
        usage: str,
        *,
        needs: Needs = Needs.ENTERED,
        cost: float = 1.0,
        aliases: tuple[str, ...] = (),
        is_privileged: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Make the decorated handler a row of the table."""

        def register(handler: Handler) -> Handler:
            name, *words = usage.split()
            hints = get_type_hints(handler)
            params = tuple(_param(word, hints, words[index + 1 :]) for index, word in enumerate(words))
            TABLE.add(Row(name, usage, self.title, params, needs, cost, aliases, handler, is_privileged))
            return handler

        return register


def _param(word: str, hints: dict[str, Any], following: list[str]) -> Param:
    name, is_optional = word.strip("[]."), word.startswith("[")
    kind = hints[name]
    may_lack = type(None) in get_args(kind)
    if get_origin(kind) is tuple:  # words that are kept apart
        kind = tuple
    elif get_origin(kind) is not None:  # Room | None
        kind = next(one for one in get_args(kind) if one is not type(None))
    is_told_by_form = kind in (Room, Span)
    needed = sum(not other.startswith("[") for other in following) if is_optional and not is_told_by_form else 0
    return Param(name, is_optional, "..." in word, kind, needed, may_lack)


# ---- binding words to a row


def bind(row: Row, call: Call) -> dict[str, Any]:
    """The handler's arguments out of the call's words. Raise Refused when they do not fit."""
    words, params = call.words, row.params
    if isinstance(words, str):
        given = _assign_text(row, words)
    elif len(words) == len(params) and row.is_plain:  # nearly always
        return {param.name: word for param, word in zip(params, words, strict=True)}
    else:
        given = _assign_words(row, list(words))
    arguments = {}
    for param in params:
        word = given.get(param.name)
        if word is not None:
            arguments[param.name] = _CONVERT.get(param.kind, _as_text)(word, call, row)
        elif param.kind is Room and not param.may_lack:
            arguments[param.name] = call.room
        elif not param.is_optional:
            raise Refused(Why.USAGE, command=row.name, usage=row.usage)
    return arguments


def _assign_text(row: Row, text: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    text = text.strip(" ")
    for param in row.params:
        if not text or _is_left_out(param, text) or (param.needed and len(text.split()) <= param.needed):
            continue
        if param.takes_rest:
            word, text = text, ""
        else:
            word, _, text = text.partition(" ")
            text = text.lstrip(" ")
        given[param.name] = word
    if text:
        raise Refused(Why.TOO_MUCH, command=row.name, word=text.partition(" ")[0], usage=row.usage)
    return given


def _assign_words(row: Row, words: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for param in row.params:
        if not words or _is_left_out(param, words[0]) or (param.needed and len(words) <= param.needed):
            continue
        rest = words if param.kind is tuple else " ".join(words)
        given[param.name] = rest if param.takes_rest else words[0]
        words = [] if param.takes_rest else words[1:]
    return given


def _is_left_out(param: Param, words: str) -> bool:
    """A room that may be left out is meant only where a room's name stands, a length of time where one, or a number."""
    if not param.is_optional:
        return False
    if param.kind is Span:
        word = words.partition(" ")[0]
        return span_of(word) is None and not word.isdecimal()
    return param.kind is Room and not is_room(words)


def find_room(call: Call, name: str, even_secret: bool = False) -> Room:
    """The open room called `name`; Refused when there is none, or none that the caller may know of."""
    room = call.chat.room(name)
    if room is None or not room.is_open or not (even_secret or room.is_visible_to(call.session.user)):
        raise Refused(Why.NO_SUCH_ROOM, room=name)
    return room


def find_user(call: Call, nick: str) -> User:
    """Who is called `nick`; Refused when there is nobody, with the nearest name in the caller's rooms."""
    user = call.chat.user(nick)
    if user is None:
        raise Refused(Why.NO_SUCH_PERSON, nick=nick, hint=nearest_nick(call, nick))
    return user


def nearest_nick(call: Call, word: str) -> Nearest:
    """A hint for a mistyped nick: the nearest one in the caller's rooms."""
    return Nearest(word, lambda: _nicks_around(call.session.user))


def _nicks_around(user: User | None) -> Iterator[str]:
    return (member.nick for room in (user.rooms.values() if user else ()) for member in room.members)


def _as_room(word: str, call: Call, row: Row) -> Room:
    return find_room(call, word)


def _as_user(word: str, call: Call, row: Row) -> User:
    return find_user(call, word)


def _as_number(word: str, call: Call, row: Row) -> int:
    number = as_number(word)
    if not number:
        raise Refused(Why.NOT_A_NUMBER, word=word, usage=row.usage)
    return number


def _as_span(word: str, call: Call, row: Row) -> Span:
    found = span_of(word)
    if found is None:
        raise Refused(Why.NOT_A_SPAN, word=word, usage=row.usage)
    return found


def _as_text(word: str, call: Call, row: Row) -> str:
    return word


def _as_words(words: str | list[str], call: Call, row: Row) -> tuple[str, ...]:
    return tuple(words.split() if isinstance(words, str) else words)


_CONVERT: dict[type, Callable[[Any, Call, Row], Any]] = {
    Room: _as_room,
    User: _as_user,
    int: _as_number,
    Span: _as_span,
    tuple: _as_words,
}


# ---- the gate


def run(call: Call) -> bool:
    """Do what `call` asks, or tell the caller why not. Whether it was done."""
    try:
        row = call.row = TABLE.find(call.verb)
        if row.needs:
            _check_entered(call.user, row)
        arguments = bind(row, call)
        if row.needs >= Needs.MEMBER:
            _check_member(call.user, arguments["room"], row.needs)
        for item in row.handler(call, **arguments):
            if isinstance(item, Event):
                call.chat.happen(item, call.session.outbox)
            else:
                call.session.tell(item)
    except Refused as refused:
        call.server.refused[refused.why.name] += 1
        call.session.refuse(refused, call)
        return False
    return True


def _check_entered(user: User, row: Row) -> None:
    if row.is_privileged and not user.is_server_operator:
        raise Refused(Why.SERVER_OPERATORS_ONLY)


def _check_member(user: User, room: Room, needs: Needs) -> None:
    if user not in room.members and not (needs > Needs.MEMBER and user.is_server_operator):
        raise Refused(Why.NOT_MEMBER, room=room.name)
    if needs > Needs.MEMBER:
        room.check_rank(user, OPERATOR if needs is Needs.OPERATOR else HALF_OPERATOR)
