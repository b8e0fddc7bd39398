"""Events as sentences.

Strategy: one small function for each type of event gives the pieces of a line, each with the name of its colour;
joined they are the plain line, with the colours they are what the terminal shows. Sentences name people and rooms, so
that a line makes sense alone, read aloud or found by grep. Colour never carries meaning by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from chatroom.client.events import Event

Line = list[tuple[str, str]]  # (style, text), as prompt_toolkit's formatted text has it

# Of middle brightness: readable on a dark and on a light ground.
_NICK_COLOURS = ("#c0504d", "#3f8f3f", "#a07000", "#3f7fbf", "#9f5fbf", "#2f9090", "#bf5f8f", "#7f7f3f")
_QUIET, _WARNING, _MENTION = "#808080", "#c0504d bold", "bold"


@dataclass(frozen=True)
class View:
    """What the reader sees already: the room faced, and today's date (local)."""

    facing: str = ""
    now: datetime | None = None


def plain(line: Line) -> str:
    """The text of a line without its colours; a message of several lines is one all the same."""
    return "".join(text for _, text in line).replace("\n", " / ")


def render(event: Event, view: View) -> Line:
    """`event` as one line: the time, the room when it is not the one faced, and what happened."""
    pieces = _SENTENCES[event.type](event)
    is_elsewhere = event.room and event.room.casefold() != view.facing.casefold()
    place = [(_QUIET, f"[{event.room}] ")] if is_elsewhere and event.type in _SPOKEN else []
    return [(_QUIET, _stamp(event.time, view.now)), *place, *pieces]


def sentence(event: Event) -> Line:
    """What happened, without a time, a place and the mark of what is not talk."""
    (style, text), *rest = _SENTENCES[event.type](event)
    return [(style, text.removeprefix("-- ")), *rest]


def _react(event: Event) -> Line:
    about = f" to what {event.to} said" if event.to else ""
    return _quiet(f"{'you react' if event.own else event.nick + ' reacts'} with {event.text}{about}")


def _redact(event: Event) -> Line:
    about = f"what {event.to} said" if event.to and event.to != event.nick else "a message"
    return _quiet(f"{'you take' if event.own else event.nick + ' takes'} back {about}{_because(event)}")


def _stamp(time: datetime, now: datetime | None) -> str:
    local = time.astimezone()
    is_old = now is not None and local.date() != now.astimezone().date()
    return f"{local:%Y-%m-%d %H:%M} " if is_old else f"{local:%H:%M} "


def nick_colour(nick: str) -> str:
    """The colour of `nick`: always the same one."""
    return _NICK_COLOURS[crc32(nick.casefold().encode()) % len(_NICK_COLOURS)]


def _who(nick: str) -> tuple[str, str]:
    return nick_colour(nick), nick


def _text(event: Event) -> tuple[str, str]:
    return (_MENTION if event.mention else ""), event.text


def _talk(event: Event) -> Line:
    return [_who(event.nick), *_to(event), *_answers(event), ("", ": "), _text(event)]


def _to(event: Event) -> Line:
    """Who a private message is for: the reader must see that nobody else reads it."""
    if event.room or not event.target:
        return []
    return [("", f" (to {event.target})" if event.own else " (to you)")]


def _answers(event: Event) -> Line:
    """Whom an answer is for."""
    return [("", f" (to {event.to})")] if event.to and (event.room or not event.target) else []


def _action(event: Event) -> Line:
    return [("", "* "), _who(event.nick), *_to(event), ("", " "), _text(event)]


def _notice(event: Event) -> Line:
    if not event.nick or ("." in event.nick and not event.room):  # a server has dots in its name, a person has not
        return _answer(event)
    return [("", "notice from "), _who(event.nick), *_to(event), ("", ": "), _text(event)]


def _quiet(sentence: str) -> Line:
    return [(_QUIET, f"-- {sentence}")]


def _because(event: Event) -> str:
    return f" ({event.text})" if event.text else ""


def _join(event: Event) -> Line:
    return _quiet(f"you are in {event.room} now" if event.own else f"{event.nick} joined {event.room}")


def _part(event: Event) -> Line:
    return _quiet(f"{'you' if event.own else event.nick} left {event.room}{_because(event)}")


def _quit(event: Event) -> Line:
    return _quiet(f"{event.nick} quit{_because(event)}")


def _nick(event: Event) -> Line:
    return _quiet(f"{'you are' if event.own else event.nick + ' is'} now called {event.target}")


def _topic(event: Event) -> Line:
    if not event.nick:
        return _quiet(f"the topic of {event.room} is: {event.text}" if event.text else f"{event.room} has no topic")
    if not event.text:
        return _quiet(f"{event.nick} removed the topic of {event.room}")
    return _quiet(f"{event.nick} changed the topic of {event.room}: {event.text}")


def _kick(event: Event) -> Line:
    whom = "you" if event.own else event.target
    style = _WARNING if event.own else _QUIET
    return [(style, f"-- {event.nick} kicked {whom} out of {event.room}{_because(event)}")]


def _mode(event: Event) -> Line:
    if event.code:  # an answer, already a sentence
        return _quiet(event.text)
    where = f" on {event.room}" if event.room else ""
    return _quiet(f"{event.nick} set {event.text}{where}")


def _invite(event: Event) -> Line:
    if not event.mention:
        return _quiet(f"{event.nick} invited {event.target} to {event.room}")
    return [(_MENTION, f"-- {event.nick} invites you to {event.room}. /join {event.room} goes there")]


def _away(event: Event) -> Line:
    if event.code:
        return _quiet(event.text)
    return _quiet(f"{event.nick} is away: {event.text}" if event.text else f"{event.nick} is back")


def _names(event: Event) -> Line:
    names = event.text.split()
    if not names:
        return _quiet(f"nobody is seen in {event.room}")
    count = "1 person" if len(names) == 1 else f"{len(names)} people"
    return _quiet(f"{count} in {event.room}: {', '.join(names)}")


def _room(event: Event) -> Line:
    return [("", f"-- {event.room}  {event.text}")]


def _person(event: Event) -> Line:
    where = f" in {event.room}" if event.room else ""
    return [(_QUIET, "-- "), _who(event.nick), ("", f"{where}  {event.text}")]


def _told(event: Event) -> Line:
    return [("", f"-- {event.text}")]


def _answer(event: Event) -> Line:
    """A server's own notice. One of several lines may have a mark of its own, and what stands under it is indented."""
    if event.text.startswith("   "):
        return [("", event.text)]
    return [(_QUIET, "-- "), ("", event.text.removeprefix("-- "))]


def _connected(event: Event) -> Line:
    return _quiet(f"connected to {event.text} as {event.nick}")


def _disconnected(event: Event) -> Line:
    return [(_WARNING, f"-- not connected: {event.text}")]


def _where_to(event: Event) -> str:
    return event.room or event.target


def _waiting(event: Event) -> Line:
    return [(_QUIET, f"-- waiting to be sent to {_where_to(event)}: "), ("", event.text)]


def _unconfirmed(event: Event) -> Line:
    return [(_WARNING, f"-- may not have reached {_where_to(event)}, look before you repeat it: "), ("", event.text)]


def _error(event: Event) -> Line:
    return [(_WARNING, "-- "), ("", event.text)]


_SPOKEN = frozenset(("message", "action", "notice"))  # the other sentences name their room themselves
_SENTENCES: dict[str, Callable[[Event], Line]] = {
    "message": _talk,
    "action": _action,
    "notice": _notice,
    "join": _join,
    "part": _part,
    "quit": _quit,
    "nick": _nick,
    "topic": _topic,
    "kick": _kick,
    "mode": _mode,
    "invite": _invite,
    "away": _away,
    "react": _react,
    "redact": _redact,
    "names": _names,
    "room": _room,
    "person": _person,
    "whois": _told,
    "motd": _told,
    "info": _told,
    "note": _told,
    "connected": _connected,
    "disconnected": _disconnected,
    "waiting": _waiting,
    "unconfirmed": _unconfirmed,
    "error": _error,
}
