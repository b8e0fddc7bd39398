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
from chatroom.client.words import t

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
    about = t(" to what {nick} said", nick=event.to) if event.to else ""
    if event.own:
        return _quiet(t("you react with {text}{about}", text=event.text, about=about))
    return _quiet(t("{nick} reacts with {text}{about}", nick=event.nick, text=event.text, about=about))


def _redact(event: Event) -> Line:
    is_anothers = event.to and event.to != event.nick
    about = t("what {nick} said", nick=event.to) if is_anothers else t("a message")
    if event.own:
        return _quiet(t("you take back {about}{reason}", about=about, reason=_because(event)))
    return _quiet(t("{nick} takes back {about}{reason}", nick=event.nick, about=about, reason=_because(event)))


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
    return [("", t(" (to {nick})", nick=event.target) if event.own else t(" (to you)"))]


def _answers(event: Event) -> Line:
    """Whom an answer is for."""
    return [("", t(" (to {nick})", nick=event.to))] if event.to and (event.room or not event.target) else []


def _action(event: Event) -> Line:
    return [("", "* "), _who(event.nick), *_to(event), ("", " "), _text(event)]


def _notice(event: Event) -> Line:
    if not event.nick or ("." in event.nick and not event.room):  # a server has dots in its name, a person has not
        return _answer(event)
    return [("", t("notice from ")), _who(event.nick), *_to(event), ("", ": "), _text(event)]


def _quiet(sentence: str) -> Line:
    return [(_QUIET, f"-- {sentence}")]


def _because(event: Event) -> str:
    return f" ({event.text})" if event.text else ""


def _join(event: Event) -> Line:
    if event.own:
        return _quiet(t("you are in {room} now", room=event.room))
    return _quiet(t("{nick} joined {room}", nick=event.nick, room=event.room))


def _part(event: Event) -> Line:
    if event.own:
        return _quiet(t("you left {room}{reason}", room=event.room, reason=_because(event)))
    return _quiet(t("{nick} left {room}{reason}", nick=event.nick, room=event.room, reason=_because(event)))


def _quit(event: Event) -> Line:
    return _quiet(t("{nick} quit{reason}", nick=event.nick, reason=_because(event)))


def _nick(event: Event) -> Line:
    if event.own:
        return _quiet(t("you are now called {name}", name=event.target))
    return _quiet(t("{nick} is now called {name}", nick=event.nick, name=event.target))


def _topic(event: Event) -> Line:
    if not event.nick:
        if not event.text:
            return _quiet(t("{room} has no topic", room=event.room))
        return _quiet(t("the topic of {room} is: {topic}", room=event.room, topic=event.text))
    if not event.text:
        return _quiet(t("{nick} removed the topic of {room}", nick=event.nick, room=event.room))
    return _quiet(t("{nick} changed the topic of {room}: {topic}", nick=event.nick, room=event.room, topic=event.text))


def _kick(event: Event) -> Line:
    facts = {"nick": event.nick, "room": event.room, "reason": _because(event)}
    if event.own:
        return [(_WARNING, "-- " + t("{nick} kicked you out of {room}{reason}", **facts))]
    return _quiet(t("{nick} kicked {whom} out of {room}{reason}", whom=event.target, **facts))


def _mode(event: Event) -> Line:
    if event.code:  # an answer, already a sentence
        return _quiet(event.text)
    if not event.room:
        return _quiet(t("{nick} set {modes}", nick=event.nick, modes=event.text))
    return _quiet(t("{nick} set {modes} on {room}", nick=event.nick, modes=event.text, room=event.room))


def _invite(event: Event) -> Line:
    if not event.mention:
        return _quiet(t("{nick} invited {whom} to {room}", nick=event.nick, whom=event.target, room=event.room))
    return [
        (_MENTION, "-- " + t("{nick} invites you to {room}. /join {room} goes there", nick=event.nick, room=event.room))
    ]


def _away(event: Event) -> Line:
    if event.code:
        return _quiet(event.text)
    if not event.text:
        return _quiet(t("{nick} is back", nick=event.nick))
    return _quiet(t("{nick} is away: {text}", nick=event.nick, text=event.text))


def _names(event: Event) -> Line:
    names = event.text.split()
    if not names:
        return _quiet(t("nobody is seen in {room}", room=event.room))
    facts = {"room": event.room, "names": ", ".join(names)}
    if len(names) == 1:
        return _quiet(t("1 person in {room}: {names}", **facts))
    return _quiet(t("{count} people in {room}: {names}", count=len(names), **facts))


def _room(event: Event) -> Line:
    return [("", f"-- {event.room}  {event.text}")]


def _person(event: Event) -> Line:
    where = t(" in {room}", room=event.room) if event.room else ""
    return [(_QUIET, "-- "), _who(event.nick), ("", f"{where}  {event.text}")]


def _told(event: Event) -> Line:
    return [("", f"-- {event.text}")]


def _answer(event: Event) -> Line:
    """A server's own notice. One of several lines may have a mark of its own, and what stands under it is indented."""
    if event.text.startswith("   "):
        return [("", event.text)]
    return [(_QUIET, "-- "), ("", event.text.removeprefix("-- "))]


def _connected(event: Event) -> Line:
    return _quiet(t("connected to {server} as {nick}", server=event.text, nick=event.nick))


def _disconnected(event: Event) -> Line:
    return [(_WARNING, "-- " + t("not connected: {why}", why=event.text))]


def _where_to(event: Event) -> str:
    return event.room or event.target


def _waiting(event: Event) -> Line:
    return [(_QUIET, "-- " + t("waiting to be sent to {place}: ", place=_where_to(event))), ("", event.text)]


def _unconfirmed(event: Event) -> Line:
    words = t("may not have reached {place}, look before you repeat it: ", place=_where_to(event))
    return [(_WARNING, f"-- {words}"), ("", event.text)]


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
