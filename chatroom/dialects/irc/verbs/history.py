"""History: CHATHISTORY, MARKREAD, REDACT.

Strategy: a position in the log is two numbers, after and before which pages begin: for a message both are its own, for
a time they are those of the events around it, so that all events of one moment are in or out together. What a person
may read is asked of `commands.shelves`; what a page holds beside talk depends on what the program can play back.

Sources: IRCv3 chathistory, batch/chathistory, read-marker, message-redaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from chatroom.commands.call import Call, Server
from chatroom.commands.shelves import Shelf, shelf_of, talks
from chatroom.core.events import Record
from chatroom.core.names import as_number
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.caps import MAX_PAGE
from chatroom.dialects.irc.events import timestamp
from chatroom.dialects.irc.verbs.table import verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

RECORDS_PER_LINE = 200  # of history, that cost as much as one line
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
# What of the past takes a capability beside event-playback to be told.
_TAKES = {"tagged": "message-tags", "taggedto": "message-tags", "redacted": "draft/message-redaction"}


def time_of(word: str) -> int | None:
    """The time `word` is, in the format of server-time, in milliseconds since 1970; None when it is none."""
    found = _TIME.fullmatch(word)
    if found is None:
        return None
    try:
        seconds = int(datetime.fromisoformat(f"{found[1]}+00:00").timestamp())
    except ValueError:  # the 30th of February
        return None
    return max(0, seconds * 1000 + int((found[2] or "0").ljust(3, "0")[:3]))


# ---- pages


class Position(NamedTuple):
    """A place in the log: what comes after it has a number above `after`, what comes before it one below `before`."""

    after: int
    before: int


START = Position(0, 1)
Page = Callable[..., list[Record]]  # of a shelf and of some kinds; what is missing are bounds and limit


def position_at(server: Server, time: int) -> Position:
    """The place of a moment (ms since 1970), all events of which are neither before nor after it."""
    return Position(server.history.number_at(time + 1) - 1, server.history.number_at(time))


def _latest(page: Page, limit: int, at: Position) -> list[Record]:
    return page(after=at.after, limit=limit)


def _before(page: Page, limit: int, at: Position) -> list[Record]:
    return page(before=at.before, limit=limit)


def _after(page: Page, limit: int, at: Position) -> list[Record]:
    return page(after=at.after, limit=limit, oldest=True)


def _around(page: Page, limit: int, at: Position) -> list[Record]:
    """As many before as after, the one that is asked about with those after; more on one side if the other lacks."""
    earlier = page(before=at.before, limit=limit)
    later = page(after=at.before - 1, limit=limit, oldest=True)
    count = min(len(earlier), max(limit // 2, limit - len(later)))
    return [*earlier[len(earlier) - count :], *later[: limit - count]]


def _between(page: Page, limit: int, one: Position, other: Position) -> list[Record]:
    """From the first on, towards the second, in whichever direction that is."""
    is_forward = one.before <= other.before
    first, last = (one, other) if is_forward else (other, one)
    return page(after=first.after, before=last.before, limit=limit, oldest=is_forward)


_PICKS: dict[str, tuple[int, Callable[..., list[Record]]]] = {  # with the number of positions each takes
    "LATEST": (1, _latest),
    "BEFORE": (1, _before),
    "AFTER": (1, _after),
    "AROUND": (1, _around),
    "BETWEEN": (2, _between),
}


def _kinds(session: IrcSession, shelf: Shelf) -> tuple[str, ...]:
    """What a page of `shelf` is made of for this program."""
    capabilities = session.capabilities
    if "draft/event-playback" not in capabilities:
        return shelf.talk
    return tuple(kind for kind in shelf.events if _TAKES.get(kind, "draft/event-playback") in capabilities)


def tell_page(session: IrcSession, target: str, records: list[Record]) -> None:
    """Tell a page of `target`, and have it paid for."""
    session.cost += 1 + len(records) / RECORDS_PER_LINE
    session.tell_batch("chathistory", [target], records)


# ---- CHATHISTORY


class _Asked:
    """One CHATHISTORY: what it says, and how it is refused."""

    def __init__(self, session: IrcSession, message: Message) -> None:
        self.session = session
        self.subcommand, *self.params = message.params or ("",)
        self.call = Call(session, session.server, "chathistory")

    def check_count(self, count: int) -> None:
        """Raise Refused unless it has so many parameters after the subcommand."""
        if len(self.params) < count:
            raise Refused(Why.HISTORY_INCOMPLETE, subcommand=self.subcommand)
        if len(self.params) > count:
            raise self.unfit(self.params[count])

    def limit(self) -> int:
        """How many are wanted, the last parameter. Raise Refused for what is no number above zero."""
        number = as_number(self.params[-1])
        if not number:
            raise self.unfit(self.params[-1])
        return min(number, MAX_PAGE)

    def position(self, selector: str) -> Position:
        """The place in the log that a selector names. Raise Refused for one that names none."""
        kind, _, value = selector.partition("=")
        if kind == "timestamp":
            return self.moment(selector)
        if selector == "*" and self.subcommand.upper() == "LATEST":
            return START
        if kind != "msgid" or not value:
            raise self.unfit(selector)
        number = self.session.server.number_of(value)
        if number is None:
            raise Refused(Why.HISTORY_POSITION, subcommand=self.subcommand, target=self.params[0], word=selector)
        return Position(number, number)

    def moment(self, selector: str) -> Position:
        """The same, for one that may name a time only."""
        kind, _, value = selector.partition("=")
        time = time_of(value) if kind == "timestamp" else None
        if time is None:
            raise self.unfit(selector)
        return position_at(self.session.server, time)

    def unfit(self, word: str) -> Refused:
        """What refuses a word that can't stand where it does."""
        return Refused(Why.HISTORY_PARAMS, subcommand=self.subcommand, word=word)


@verb("CHATHISTORY")
def chathistory(session: IrcSession, message: Message) -> None:
    """Read a page of the history of a room or a private talk, or which of them have one."""
    asked = _Asked(session, message)
    name = asked.subcommand.upper()
    if name == "TARGETS":
        _tell_targets(asked)
    elif name in _PICKS:
        _tell_picked(asked, *_PICKS[name])
    else:
        raise Refused(Why.HISTORY_SUBCOMMAND if name else Why.HISTORY_INCOMPLETE, subcommand=name or "CHATHISTORY")


def _tell_picked(asked: _Asked, count: int, pick: Callable[..., list[Record]]) -> None:
    asked.check_count(1 + count + 1)
    target, *selectors, _ = asked.params
    shelf = shelf_of(asked.call, target)
    if shelf is None:
        raise Refused(Why.HISTORY_TARGET, subcommand=asked.subcommand, target=target)
    positions = [asked.position(selector) for selector in selectors]
    page = partial(shelf.page, asked.session.server.history, kinds=_kinds(asked.session, shelf))
    tell_page(asked.session, target, pick(page, asked.limit(), *positions))


def _tell_targets(asked: _Asked) -> None:
    """Rooms and people whose newest message is between two times, from the first on towards the second."""
    asked.check_count(3)
    one, other, limit = asked.moment(asked.params[0]), asked.moment(asked.params[1]), asked.limit()
    first, last = (one, other) if one.before <= other.before else (other, one)
    found = talks(asked.call, first.after, last.before, limit=limit, oldest=first is one)
    session = asked.session
    session.cost += 1 + len(found) / RECORDS_PER_LINE
    with session.in_batch("draft/chathistory-targets") as tags:
        for name, newest in found:
            words = ("TARGETS", name, timestamp(newest.time))
            session.line("CHATHISTORY", *words, source=session.server.name, tags=tags)


# ---- MARKREAD, REDACT


@verb("MARKREAD")
def markread(session: IrcSession, message: Message) -> None:
    """Say up to when you have read a room or what a person wrote to you, or ask for it."""
    target, word = message.param(0), message.param(1)
    if not target:
        raise Refused(Why.MARKER_MISSING)
    kind, _, value = word.partition("=")
    time = time_of(value) if kind == "timestamp" else None
    if word and time is None:
        raise Refused(Why.MARKER_PARAMS, word=word)
    session.call("marker", (target,) if time is None else (target, str(time)))


@verb("REDACT", least=2)
def redact(session: IrcSession, message: Message) -> None:
    """Take back a message, yours or as an operator of the room another's; say why if you like."""
    session.call("erase", message.params[:3])
