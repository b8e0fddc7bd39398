"""METADATA: short texts under keys, of people and rooms; following some of them.

Strategy: setting and listing are rows of the table. Following (SUB), asking for single keys and catching up (SYNC)
are the connection's own business. Before it has entered it can speak of itself; that is said when it enters.

Source: IRCv3 metadata (draft/metadata-3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from chatroom.commands.call import Call
from chatroom.commands.metadata import (
    MYSELF,
    Target,
    begin,
    check_key,
    check_value,
    find_target,
    is_key,
    name_of,
    seen_by,
)
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.caps import MAX_SUBSCRIPTIONS
from chatroom.dialects.irc.lines import packed, room_after, size_of
from chatroom.dialects.irc.numerics.metadata import (
    ALL,
    CAPABILITY,
    WARN,
    around,
    as_many_as_fit,
    followed,
    in_sight,
    is_aware,
    later,
    tell_batch,
    value_line,
)
from chatroom.dialects.irc.numerics.refusals import Numeric
from chatroom.dialects.irc.verbs.table import verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

Act = Callable[["IrcSession", str, Sequence[str]], None]  # a target, and what stands after the subcommand


@verb("METADATA")
def metadata(session: IrcSession, message: Message) -> None:
    """What people say of themselves, and of their rooms: METADATA target GET LIST SET CLEAR SUB UNSUB SUBS or SYNC."""
    if session.user is None and CAPABILITY not in session.capabilities:
        raise Refused(Why.NOT_ENTERED)
    target, subcommand, *params = (*message.params, "", "")[: max(2, len(message.params))]
    act, least, most = _ACTS.get(subcommand.upper(), (None, 0, 0))
    if act is None or not least <= len(params) <= most:
        is_word = subcommand and " " not in subcommand and not subcommand.startswith(":")
        raise Refused(Why.METADATA_PARAMS, subcommand=subcommand if is_word else "*")
    act(session, target, params)


# ---- values


def _said(session: IrcSession, target: str) -> tuple[str, Mapping[str, str]]:
    """How `target` is called, and what is said of it that the connection may know."""
    if session.user is None:
        _check_itself(session, target)
        return MYSELF, session.said_before
    found = find_target(_call(session), target)
    return name_of(found), seen_by(session.user, found)


def _call(session: IrcSession) -> Call:
    return Call(session, session.server, "metadata")


def _check_itself(session: IrcSession, target: str) -> None:
    is_nick = session.user is not None and session.server.chat.user(target) is session.user
    if target != MYSELF and not is_nick:
        raise Refused(Why.METADATA_OWN, target=target)


def _get(session: IrcSession, target: str, keys: Sequence[str]) -> None:
    name, values = _said(session, target)
    tell_batch(session, name, [_got(name, key, values) for key in keys])


def _got(target: str, key: str, values: Mapping[str, str]) -> Numeric:
    return value_line(target, key, values.get(key, "")) if is_key(key) else _invalid(key)


def _invalid(key: str) -> Numeric:
    return (WARN, "METADATA", "INVALID_KEY", key, "Keys are small letters, digits and _ . / -")


def _list(session: IrcSession, target: str, params: Sequence[str]) -> None:
    if session.user is None:
        name, values = _said(session, target)
        tell_batch(session, name, [value_line(name, *pair) for pair in values.items()])
    else:
        session.call("about", (target,))


def _set(session: IrcSession, target: str, params: Sequence[str]) -> None:
    key, value = (*params, "")[:2]
    if session.user is not None:
        session.call("describe", (target, key, value))
        return
    _check_itself(session, target)
    check_key(key)
    check_value(session.said_before, MYSELF, key, value)
    session.said_before[key] = value
    if not value:
        del session.said_before[key]
    session.numeric(*value_line(MYSELF, key, value))


def _clear(session: IrcSession, target: str, params: Sequence[str]) -> None:
    if session.user is not None:
        session.call("undescribe", (target,))
        return
    _check_itself(session, target)
    keys, session.said_before = list(session.said_before), {}
    tell_batch(session, MYSELF, [value_line(MYSELF, key, "") for key in keys])


# ---- following


def _sub(session: IrcSession, target: str, keys: Sequence[str]) -> None:
    """Follow keys, in their order, as far as there is room."""
    _check_itself(session, target)
    before, followed_now, answers = dict(session.watch.keys), list[str](), list[Numeric]()
    for key in dict.fromkeys(keys):
        if not is_key(key):
            answers.append(_invalid(key))
        elif len(session.watch.keys) >= MAX_SUBSCRIPTIONS and key not in before:
            refused = Refused(Why.METADATA_SUBSCRIPTIONS, key=key, limit=MAX_SUBSCRIPTIONS)
            session.refuse(refused)
            break
        else:
            session.watch.keys[key] = None
            followed_now.append(key)
    _tell_keys(session, "770", followed_now)
    for number, *params in answers:
        session.line(number, *params, source=session.server.name)
    _catch_up(session, [key for key in followed_now if key not in before])


def _catch_up(session: IrcSession, keys: Sequence[str]) -> None:
    """What there is under keys followed from now on: told at once, or to be asked for."""
    if session.user is None or not keys:
        return
    lines = as_many_as_fit(followed(session, in_sight(session), keys))
    if lines:
        tell_batch(session, ALL, lines)
    else:  # the specification asks for one of the two, and nothing is no batch that tells anything
        later(session, ALL, 0)


def _unsub(session: IrcSession, target: str, keys: Sequence[str]) -> None:
    _check_itself(session, target)
    wanted = list(dict.fromkeys(keys))
    for key in wanted:
        session.watch.keys.pop(key, None)
    _tell_keys(session, "771", [key for key in wanted if is_key(key)])
    for number, *params in (_invalid(key) for key in wanted if not is_key(key)):
        session.line(number, *params, source=session.server.name)


def _tell_keys(session: IrcSession, number: str, keys: Sequence[str]) -> None:
    for some in _lines_of(session, number, keys):
        session.numeric(number, *some)


def _lines_of(session: IrcSession, number: str, keys: Sequence[str]) -> list[list[str]]:
    """Keys as parameters of as many lines as it takes."""
    return list(packed(keys, room_after(number, session.nick, source=session.server.name), size_of, _MOST_KEYS))


def _subs(session: IrcSession, target: str, params: Sequence[str]) -> None:
    _check_itself(session, target)
    lines = _lines_of(session, "772", list(session.watch.keys))
    tell_batch(session, "", [("772", *some) for some in lines], "metadata-subs")


def _sync(session: IrcSession, target: str, params: Sequence[str]) -> None:
    """Everything that the connection follows: of a room and who is in it, of somebody, or of all that it sees."""
    if target == ALL:
        _tell_followed(session, ALL, in_sight(session))
    elif session.user is None:
        _check_itself(session, target)
        keys = [key for key in session.watch.keys if key in session.said_before]
        tell_batch(session, MYSELF, [value_line(MYSELF, key, session.said_before[key]) for key in keys])
    else:
        found = find_target(_call(session), target)
        _tell_followed(session, name_of(found), around(session, found))


def _tell_followed(session: IrcSession, name: str, targets: Iterable[Target]) -> None:
    lines = list(followed(session, targets))
    session.cost += 1 + len(lines) / _LINES_FOR_ONE
    tell_batch(session, name, lines)


_MOST_KEYS = 13  # in one line
_LINES_FOR_ONE = 100  # that are told for one line of the flood allowance
_MANY = 15
_ACTS: dict[str, tuple[Act, int, int]] = {  # with how many parameters
    "GET": (_get, 1, _MANY),
    "LIST": (_list, 0, 0),
    "SET": (_set, 1, 2),
    "CLEAR": (_clear, 0, 0),
    "SUB": (_sub, 1, _MANY),
    "UNSUB": (_unsub, 1, _MANY),
    "SUBS": (_subs, 0, 0),
    "SYNC": (_sync, 0, 0),
}


def welcome(session: IrcSession) -> None:
    """The person has entered: say what was said before, and tell a program that knows of metadata all of it."""
    if session.user is None:
        return
    begin(_call(session), session.said_before)
    if is_aware(session):
        nick = session.user.nick
        tell_batch(session, nick, [value_line(nick, *pair) for pair in session.user.metadata.items()])
