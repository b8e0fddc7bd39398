"""Replies as numerics: the table, and what its functions need.

Strategy: a function for each reply gives the parameters of its lines, after the nick; `tells` puts it into the table.
A reply that IRC has no numerics for is told as NOTICEs, in the sentences of the plain dialect, so that every row of
the command table is there for IRC too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from chatroom.core.replies import Reply
from chatroom.dialects.irc.hints import as_typed
from chatroom.dialects.irc.lines import packed, room_after, size_of
from chatroom.dialects.irc.numerics.refusals import Numeric
from chatroom.dialects.plain.context import Context
from chatroom.dialects.plain.replies import lines as sentences
from chatroom.wire.irc import split_text

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

Tell = Callable[[Any, Any], Iterator[Numeric]]
TELL: dict[type[Reply], Tell] = {}
Function = TypeVar("Function", bound=Tell)


def tells(*kinds: type[Reply]) -> Callable[[Function], Function]:
    """Make the decorated function what tells replies of these kinds."""

    def register(function: Function) -> Function:
        TELL.update(dict.fromkeys(kinds, function))
        return function

    return register


def numerics_of(reply: Reply, session: IrcSession) -> Iterator[Numeric]:
    """The numerics that tell `reply`; NOTICE stands where there are none for it."""
    tell = TELL.get(type(reply))
    if tell is not None:
        yield from tell(reply, session)
        return
    context = Context(session.server.zone, session.nick)
    for line in sentences(reply, context):
        yield from in_pieces(session, as_typed(line) if line.startswith("-- ") else line, "NOTICE")


def in_pieces(session: IrcSession, text: str, number: str, start: str = "") -> Iterator[Numeric]:
    """`text` as the last parameter of as many lines as it takes; each piece begins with `start`."""
    for piece in split_text(text, room_after(number, session.nick, start, source=session.server.name)):
        yield (number, start + piece)


def in_lines(session: IrcSession, words: Iterable[str], *numeric: str) -> Iterator[Numeric]:
    """`words` as the last parameter of as many lines as it takes; none when there are no words."""
    number, *params = numeric
    room = room_after(number, session.nick, *params, source=session.server.name)
    for some in packed(words, room, size_of):
        yield (*numeric, " ".join(some))


def moment(time: int) -> datetime:
    """`time` (ms since 1970) as a date in UTC."""
    return datetime.fromtimestamp(time / 1000, UTC)
