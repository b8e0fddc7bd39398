"""Metadata in numerics: values of keys, in batches; what a connection follows of whom it can see.

Strategy: a connection is told of the keys that it follows. When it first sees a room or a person it is told what
there is, at once if that is little, else it is asked to come back for it (774).

Source: IRCv3 metadata (draft/metadata-3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from chatroom.commands.metadata import Target, name_of, seen_by
from chatroom.core import replies as re_
from chatroom.core.room import Room
from chatroom.dialects.irc.numerics.refusals import Numeric
from chatroom.dialects.irc.numerics.table import tells

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

CAPABILITY = "draft/metadata-3"
ALL = "*ALL"  # as a target: all that the connection can see
AT_ONCE = 200  # values told without being asked for
LATER = 4  # seconds after which to ask
WARN = "WARN"


def is_aware(session: IrcSession) -> bool:
    """Whether the program knows of metadata; without batches it could not be told."""
    return {CAPABILITY, "batch"} <= session.capabilities


def value_line(target: str, key: str, value: str) -> Numeric:
    """What stands under `key`, or that nothing does."""
    return ("761", target, key, "*", value) if value else ("766", target, key, "Key not set")


def tell_batch(session: IrcSession, target: str, lines: Iterable[Numeric], kind: str = "metadata") -> None:
    """Tell lines, warnings among them, in a batch; without one to a program that does not know batches."""
    is_batched = "batch" in session.capabilities
    reference = session.new_batch() if is_batched else ""
    source, tags = session.server.name, {"batch": reference} if is_batched else {}
    if is_batched:
        session.line("BATCH", f"+{reference}", kind, *([target] if target else []), source=source)
    for number, *params in lines:
        before = () if number == WARN else (session.nick,)
        session.line(number, *before, *params, source=source, tags=tags)
    if is_batched:
        session.line("BATCH", f"-{reference}", source=source)


def followed(session: IrcSession, targets: Iterable[Target], keys: Iterable[str] | None = None) -> Iterator[Numeric]:
    """What is said of `targets` under `keys`, or all that the connection follows."""
    wanted = list(session.watch.keys if keys is None else keys)
    return (line for target in targets for line in _values(session, target, wanted))


def as_many_as_fit(lines: Iterable[Numeric]) -> list[Numeric] | None:
    """`lines`, if they are few enough to be told without being asked for; None if not."""
    some = list(islice(lines, AT_ONCE + 1))
    return some if len(some) <= AT_ONCE else None


def _values(session: IrcSession, target: Target, keys: list[str]) -> Iterator[Numeric]:
    seen = seen_by(session.user, target) if session.user else {}
    if seen:
        yield from (value_line(name_of(target), key, seen[key]) for key in keys if key in seen)


def in_sight(session: IrcSession) -> dict[Target, None]:
    """Whom and what the connection is told about: rooms, who is in them, whom it monitors."""
    user, chat = session.user, session.server.chat
    if user is None:
        return {}
    monitored = [chat.users[folded] for folded in session.watch.nicks if folded in chat.users]
    rooms = list(user.rooms.values())
    return dict.fromkeys([*rooms, user, *(member for room in rooms for member in room.seen_by(user)), *monitored])


def around(session: IrcSession, target: Target) -> list[Target]:
    """`target`, and of a room one is in its members."""
    if isinstance(target, Room) and session.user in target.members:
        return [target, *target.seen_by(session.user)]
    return [target]


def sync_soon(session: IrcSession, target: Target) -> None:
    """The connection sees `target` from now on: tell what it follows of it, or have it ask later."""
    lines = as_many_as_fit(followed(session, around(session, target)))
    if lines is None:
        later(session, name_of(target))
    else:
        tell_batch(session, name_of(target), lines)


def later(session: IrcSession, target: str, seconds: int = LATER) -> None:
    """Have the program ask for what it follows of `target`."""
    session.numeric("774", target, str(seconds), "Ask with SYNC for what there is")


@tells(re_.MetadataMarked)
def _marked(reply: re_.MetadataMarked, session: IrcSession) -> Iterator[Numeric]:
    yield value_line(reply.target, reply.key, reply.value)


@tells(re_.MetadataShown)
def _shown(reply: re_.MetadataShown, session: IrcSession) -> Iterator[Numeric]:
    tell_batch(session, reply.target, [value_line(reply.target, *pair) for pair in reply.values.items()])
    return iter(())


@tells(re_.MetadataCleared)
def _cleared(reply: re_.MetadataCleared, session: IrcSession) -> Iterator[Numeric]:
    tell_batch(session, reply.target, [value_line(reply.target, key, "") for key in reply.keys])
    return iter(())
