"""The server's numeric answers, as sentences.

Strategy: one table for those that are a sentence with blanks, one function for each that needs more; an error is the
server's own words and, where there is one, what to type next. The words put into the blanks are never read as a
template.

Sources: Modern IRC "Numerics", RFC 2812 section 5, RFC 1459 section 6.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from chatroom.client import catchup, published
from chatroom.client.session import Session
from chatroom.wire.irc import Message

# numeric -> (type of the event, sentence); {1} is the second parameter: the first is always this user's nick.
SENTENCES: dict[str, tuple[str, str]] = {
    "221": ("info", "Your modes are {1}."),
    "301": ("away", "{1} is away: {2}"),
    "305": ("info", "You are no longer marked as away."),
    "306": ("info", "You are marked as away. /back ends it."),
    "307": ("whois", "{1} {2}."),
    "311": ("whois", "{1} is {5}, connected as {2}@{3}."),
    "312": ("whois", "{1} is connected to {2} ({3})."),
    "313": ("whois", "{1} {2}."),
    "314": ("whois", "{1} was {5}, connected as {2}@{3}."),
    "319": ("whois", "{1} is in {2}."),
    "320": ("whois", "{1} {2}."),
    "324": ("mode", "{1} has the modes {2} {3}"),
    "330": ("whois", "{1} is logged in as {2}."),
    "335": ("whois", "{1} is a bot."),
    "338": ("whois", "{1} is really at {2}."),
    "341": ("info", "{1} is invited to {2}."),
    "351": ("info", "{2} runs {1}."),
    "367": ("info", "{1} bans {2}"),
    "378": ("whois", "{1} {2}."),
    "379": ("whois", "{1} {2}."),
    "381": ("info", "You are an operator of this server now."),
    "671": ("whois", "{1} uses a secure connection."),
}
# What every server says to a newcomer; shown only when it is asked for.
WELCOME = frozenset(("002", "003", "004", "250", "251", "252", "253", "254", "255", "265", "266"))
# Where a list begins or ends, and what repeats what is known: nothing to show.
SILENT = frozenset(
    (
        *("315", "318", "321", "323", "347", "349", "365", "368", "369", "374", "375"),  # ends, and beginnings
        *("329", "333"),  # when a room was made, who set its topic
        *("964", "965"),  # what modes are called
    )
)
# What to type next, by numeric or by the code of a standard reply.
ADVICE: dict[str, str] = {
    "401": "/who lists the people here.",
    "402": "/rooms lists the rooms, /who the people.",
    "403": "/rooms lists the rooms there are.",
    "404": "Ask an operator (/names shows them with @) for a voice, or /join the room first.",
    "405": "/part leaves one of your rooms.",
    "406": "/who lists the people here.",
    "411": "/msg NICK TEXT says whom.",
    "441": "/names lists who is in the room.",
    "442": "/join {1} goes there.",
    "443": "/names lists who is in the room.",
    "461": "/help lists the commands and what they need.",
    "471": "Try again when somebody has left: /join {1}",
    "473": "Ask one of its operators for an invitation.",
    "474": "Ask one of its operators to lift the ban, or go elsewhere: /rooms",
    "475": "With its key: /join {1} KEY",
    "476": "Room names begin with #, and have no spaces or commas: /join #tea",
    "477": "That takes an account on this server. /msg NickServ help may tell how to get one.",
    "482": "/names shows the operators with @.",
    "ACCOUNT_REQUIRED": "That takes an account on this server.",
}
_NO_ENTRY = ("403", "405", "407", "437", "470", "471", "473", "474", "475", "476", "477", "479", "489", "520")
_NOT_SENT = ("401", "403", "404", "407", "411", "412", "413", "414", "415", "531", "716")


class _Blanks(dict[str, str]):
    """Parameters by number; one that is missing reads as nothing."""

    def __init__(self, params: tuple[str, ...]) -> None:
        super().__init__((str(index), param) for index, param in enumerate(params))

    def __missing__(self, key: str) -> str:
        return ""


def _filled(template: str, message: Message) -> str:
    pieces = template.replace("}", "{").split("{")  # text, blank, text, blank ...
    blanks = _Blanks(message.params)
    return "".join(blanks[piece] if index % 2 else piece for index, piece in enumerate(pieces)).strip()


def receive(session: Session, message: Message) -> None:
    """Show what a numeric says, in the best way there is for it."""
    code = message.verb
    if handler := HANDLERS.get(code):
        handler(session, message)
    elif sentence := SENTENCES.get(code):
        session.show(sentence[0], message, nick=message.param(1), text=_filled(sentence[1], message), code=code)
    elif code not in SILENT and (session.is_welcomed or code not in WELCOME):
        is_error = code[0] in "45"
        (_error if is_error else _other)(session, message)


def _other(session: Session, message: Message) -> None:
    session.show("info", message, text=" ".join(message.params[1:]), code=message.verb)


def _error(session: Session, message: Message) -> None:
    about = " ".join(message.params[1:-1])
    words = message.params[-1] if message.params else message.verb
    advice = _filled(ADVICE.get(message.verb, ""), message)
    text = f"{about}: {words}" if about else words
    text = f"{text.rstrip('.')}. {advice}" if advice else text
    room = message.param(1) if session.features.is_room(message.param(1)) else ""
    refused = None
    if message.verb in _NOT_SENT:
        refused = session.outbox.settle(session.label_of(message), message.param(1))
    if refused:
        text += f" Not sent: {refused.text}"
    elif message.verb in _NO_ENTRY and room and not session.roster.room(room):
        _not_entered(session, room)
    session.show("error", message, room=room, text=text, code=message.verb)


def _not_entered(session: Session, room: str) -> None:
    for name in [name for name in session.wish.rooms if session.is_same(name, room)]:
        del session.wish.rooms[name]
    if session.is_same(session.facing, room):
        rooms = [place.name for place in session.roster]
        session.facing = session.faced_before if session.faced_before in rooms else next(iter(rooms), "")


def _topic(session: Session, message: Message) -> None:
    room = session.roster.room(message.param(1))
    if room:
        room.topic = message.param(2)
    session.show("topic", message, room=message.param(1), text=message.param(2), code=message.verb)


def _no_topic(session: Session, message: Message) -> None:
    session.show("topic", message, room=message.param(1), code=message.verb)


def _names(session: Session, message: Message) -> None:
    """353: some of the people in a room; the list ends with 366."""
    room, names = message.param(2), message.param(3).split()
    session.collected.setdefault(session.features.fold(room), []).extend(names)
    for name in names:
        prefixes, bare = session.features.split_prefixes(name)
        session.roster.joined(room, nick_in(bare), prefixes)


def nick_in(name: str) -> str:
    """The nick of `nick!user@host` (IRCv3 userhost-in-names), or `name`."""
    return name.partition("!")[0]


def _end_of_names(session: Session, message: Message) -> None:
    room = message.param(1)
    names = session.collected.pop(session.features.fold(room), [])
    session.show("names", message, room=room, text=" ".join(nick_in(name) for name in names))


def _room_listed(session: Session, message: Message) -> None:
    """322: one row of LIST."""
    room = message.param(1)
    session.rooms_listed = [name for name in session.rooms_listed if not session.is_same(name, room)] + [room]
    count = message.param(2)
    people = "1 person" if count == "1" else f"{count} people"
    session.show("room", message, room=room, text=f"{people}  {message.param(3)}".rstrip(), code="322")


def _person(session: Session, message: Message) -> None:
    """352: one row of WHO: room, user, host, server, nick, flags, `hops realname`."""
    _, room, user, host, _, nick, flags, *rest = (*message.params, *[""] * 8)
    away = " (away)" if flags.startswith("G") else ""
    realname = rest[0].partition(" ")[2]
    room = room if session.features.is_room(room) else ""
    session.show("person", message, nick=nick, room=room, text=f"{realname} <{user}@{host}>{away}".strip(), code="352")


def _idle(session: Session, message: Message) -> None:
    """317: seconds idle, and since when the person is here (Unix time)."""
    nick, idle, since = message.param(1), message.param(2), message.param(3)
    text = f"{nick} said something {duration(int(idle))} ago" if _is_number(idle) else f"{nick} is idle"
    if _is_number(since):
        text += f" and is here since {datetime.fromtimestamp(int(since), UTC).astimezone():%Y-%m-%d %H:%M}"
    session.show("whois", message, nick=nick, text=text + ".", code="317")


def _is_number(word: str) -> bool:
    """Whether `word` is a number that a time can be: what is longer is somebody's joke."""
    return word.isdecimal() and len(word) < 12


def duration(seconds: int) -> str:
    """A length of time in its largest units: `2 h 5 min`."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(units[:2]) or "0 s"


def _motd(session: Session, message: Message) -> None:
    """372: shown when it is new, or asked for, but not again after every interruption."""
    if session.wants_motd:
        session.show("motd", message, text=message.param(1).removeprefix("- "), code="372")


def _end_of_motd(session: Session, message: Message) -> None:
    """376, or 422 where there is none: the last of the welcome, too."""
    session.wants_motd = False
    session.is_welcomed = True
    if session.is_logged_in:
        catchup.ask_for_private(session)


def _logged_in(session: Session, message: Message) -> None:
    """900: from here on what is written to the user in private is kept, and can be read."""
    session.is_logged_in = True
    session.show("info", message, text=message.params[-1] if message.params else "", code="900")
    if session.is_welcomed:
        catchup.ask_for_private(session)


def _time(session: Session, message: Message) -> None:
    """391: servers put different things between their name and the words for people."""
    session.show("info", message, text=f"It is {message.params[-1].rstrip('.')} at {message.param(1)}.", code="391")


def _version(session: Session, message: Message) -> None:
    """004: the server's name, and what it runs."""
    published.ask(session, message.param(2))
    if session.is_welcomed:
        _other(session, message)


def _help(session: Session, message: Message) -> None:
    """704 to 706, the last of which only says that there is no more."""
    if not published.took(session, message) and message.verb != "706":
        session.show("info", message, text=message.params[-1] if message.params else "", code=message.verb)


HANDLERS: dict[str, Callable[[Session, Message], None]] = {
    "004": _version,
    "317": _idle,
    "322": _room_listed,
    "331": _no_topic,
    "332": _topic,
    "352": _person,
    "353": _names,
    "366": _end_of_names,
    "372": _motd,
    "376": _end_of_motd,
    "391": _time,
    "422": _end_of_motd,
    "900": _logged_in,
    **dict.fromkeys(("704", "705", "706"), _help),
}
