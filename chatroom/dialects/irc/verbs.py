"""IRC's verbs, translated to rows of the command table.

Strategy: most verbs are a line here: which row, with which parameters. Lists of targets become one call each; what
only exists in the protocol (CAP, PING, ISON) is answered on the spot. A verb without an entry is looked up in the
table itself, so a new row can be used from IRC at once.

Sources: Modern IRC "Client Messages"; RFC 2812 section 3; IRCv3 capability-negotiation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chatroom.commands.call import Call
from chatroom.commands.people import check_free
from chatroom.commands.table import TABLE
from chatroom.core.names import as_number, is_room
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.caps import CAPABILITIES, MAX_TARGETS
from chatroom.dialects.irc.numerics import in_lines
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

Verb = Callable[["IrcSession", Message], None]
VERBS: dict[str, Verb] = {}
BEFORE_ENTRY = frozenset("CAP NICK USER PASS PING PONG QUIT ERROR".split())
_ACTION = "\x01ACTION "


def verb(name: str, least: int = 0) -> Callable[[Verb], Verb]:
    """Make the decorated function handle `name`, which needs at least so many parameters."""

    def register(function: Verb) -> Verb:
        def checked(session: IrcSession, message: Message) -> None:
            if len([param for param in message.params[:least] if param]) < least:
                raise Refused(Why.USAGE)
            function(session, message)

        VERBS[name] = checked
        return function

    return register


def targets(word: str) -> list[str]:
    """A list of targets: each once, in order."""
    return list(dict.fromkeys(part for part in word.split(",") if part))


def _some_targets(word: str) -> list[str]:
    """The same, of which there may only be so many."""
    found = targets(word)
    if len(found) > MAX_TARGETS:
        raise Refused(Why.TOO_MANY_TARGETS, target=found[MAX_TARGETS], limit=MAX_TARGETS)
    return found


def by_row(session: IrcSession, message: Message) -> None:
    """A verb that is a row of the command table and nothing more."""
    session.call(TABLE.find(message.verb.lower(), is_typed=True).name, message.params)


# ---- registration


@verb("PASS", least=1)
def pass_(session: IrcSession, message: Message) -> None:
    """The server's password, before NICK and USER are complete."""
    if session.user is not None:
        raise Refused(Why.ALREADY_ENTERED)
    session.password = message.params[0]


@verb("NICK")
def nick(session: IrcSession, message: Message) -> None:
    """A name, first or new."""
    wanted = message.param(0)
    if not wanted:
        raise Refused(Why.NICK_MISSING)
    if session.user is not None:
        session.call("nick", (wanted,))
        return
    check_free(Call(session, session.server, "nick"), wanted)
    session.wanted_nick = wanted
    session.register()


@verb("USER", least=4)
def user(session: IrcSession, message: Message) -> None:
    """Username and real name."""
    if session.user is not None:
        raise Refused(Why.ALREADY_ENTERED)
    session.set_username(message.params[0], message.params[3])
    session.register()


@verb("CAP")
def cap(session: IrcSession, message: Message) -> None:
    """Negotiate capabilities."""
    subcommand = message.param(0).upper()
    act = _CAP.get(subcommand)
    if act is None:
        session.numeric("410", message.param(0) or "*", "Invalid CAP command")
        return
    act(session, message)


def _cap_ls(session: IrcSession, message: Message) -> None:
    session.is_cap_302 = session.is_cap_302 or (as_number(message.param(1)) or 0) >= 302
    session.is_negotiating = session.user is None
    offered = [f"{name}={value}" if value and session.is_cap_302 else name for name, value in CAPABILITIES.items()]
    _cap_reply(session, "LS", " ".join(offered))


def _cap_list(session: IrcSession, message: Message) -> None:
    _cap_reply(session, "LIST", " ".join(sorted(session.capabilities)))


def _cap_req(session: IrcSession, message: Message) -> None:
    session.is_negotiating = session.is_negotiating or session.user is None
    asked = dict.fromkeys(message.param(1).split())
    if any(name.removeprefix("-") not in CAPABILITIES for name in asked):
        _cap_reply(session, "NAK", message.param(1))
        return
    had = session.capabilities
    gone = {name[1:] for name in asked if name.startswith("-")}
    session.set_capabilities((had | {name for name in asked if not name.startswith("-")}) - gone)
    _cap_reply(session, "ACK", " ".join(asked))


def _cap_end(session: IrcSession, message: Message) -> None:
    if session.is_negotiating:
        session.is_negotiating = False
        session.register()


def _cap_reply(session: IrcSession, subcommand: str, names: str) -> None:
    session.line("CAP", session.nick, subcommand, names, source=session.server.name)


_CAP: dict[str, Verb] = {"LS": _cap_ls, "LIST": _cap_list, "REQ": _cap_req, "END": _cap_end}


@verb("PING", least=1)
def ping(session: IrcSession, message: Message) -> None:
    """Is the server there? And when this is answered, all before it has been."""
    session.line("PONG", session.server.name, message.params[0], source=session.server.name)


@verb("PONG")
def pong(session: IrcSession, message: Message) -> None:
    """The program is there; that a line came is all that counts."""


@verb("TAGMSG")
def tagmsg(session: IrcSession, message: Message) -> None:
    """Nothing but tags, none of which is passed on (CLIENTTAGDENY)."""


@verb("ERROR")
def error(session: IrcSession, message: Message) -> None:
    """Programs may say it; servers ignore it."""


@verb("QUIT")
def quit_(session: IrcSession, message: Message) -> None:
    """Leave; at any time."""
    session.call("quit", (message.param(0),))


# ---- talking


def _talk(session: IrcSession, message: Message, row: str) -> None:
    if not message.param(0):
        session.numeric("411", f"No recipient given ({message.verb})")
        return
    if not message.param(1):
        raise Refused(Why.TEXT_MISSING)
    found = _some_targets(message.params[0])
    text = message.params[1]
    if row == "msg" and text.startswith(_ACTION):
        row, text = "act", text[len(_ACTION) :].removesuffix("\x01")
    for target in found:
        session.call(row, (target, text))


@verb("PRIVMSG")
def privmsg(session: IrcSession, message: Message) -> None:
    """Say something to rooms or people."""
    _talk(session, message, "msg")


@verb("NOTICE")
def notice(session: IrcSession, message: Message) -> None:
    """Say something that is never answered by a program, nor refused aloud."""
    if message.param(0) and message.param(1):
        _talk(session, message, "notice")


@verb("AWAY")
def away(session: IrcSession, message: Message) -> None:
    """Be away with a message, or back without."""
    session.call("away", (message.param(0),))


# ---- rooms


@verb("JOIN", least=1)
def join(session: IrcSession, message: Message) -> None:
    """Go to rooms, each with its key; "0" leaves them all (RFC 2812 section 3.2.1)."""
    if message.params[0] == "0" and session.user is not None:
        for room in list(session.user.rooms.values()):
            session.call("part", (room.name,))
        return
    keys = message.param(1).split(",")
    for index, name in enumerate(targets(message.params[0])):
        session.call("join", (name, keys[index] if index < len(keys) else ""))


@verb("PART", least=1)
def part(session: IrcSession, message: Message) -> None:
    """Leave rooms."""
    for name in targets(message.params[0]):
        _call_in(session, name, "part", (name, message.param(1)))


def _call_in(session: IrcSession, room: str, row: str, words: Sequence[str]) -> None:
    """Call `row`, in whose IRC form the room is never left out; what can't be a room is refused."""
    if is_room(room):
        session.call(row, words)
    else:
        session.refuse(Refused(Why.NO_SUCH_ROOM, room=room))


@verb("TOPIC", least=1)
def topic(session: IrcSession, message: Message) -> None:
    """Show or change a topic; an empty one clears it."""
    _call_in(session, message.params[0], "topic", message.params[:2])


@verb("NAMES")
def names(session: IrcSession, message: Message) -> None:
    """Who is in rooms; what can't be seen is an empty list."""
    for name in targets(message.param(0)) or ["*"]:
        room = session.server.chat.room(name)
        if room is not None and room.is_open and room.is_visible_to(session.user):
            session.call("names", (name,))
        else:
            session.numeric("366", name, "End of /NAMES list")


@verb("LIST")
def list_(session: IrcSession, message: Message) -> None:
    """The rooms there are, or some; other conditions are not for us (there is no ELIST in ISUPPORT)."""
    session.call("rooms", (",".join(filter(is_room, targets(message.param(0)))),))


@verb("INVITE", least=2)
def invite(session: IrcSession, message: Message) -> None:
    """Ask somebody into a room."""
    _call_in(session, message.params[1], "invite", message.params[:2])


@verb("KICK", least=2)
def kick(session: IrcSession, message: Message) -> None:
    """Put people out of a room."""
    for name in _some_targets(message.params[1]):
        _call_in(session, message.params[0], "kick", (name, message.params[0], message.param(2)))


@verb("MODE", least=1)
def mode(session: IrcSession, message: Message) -> None:
    """Show or change the modes of a room, or one's own."""
    target, *changes = message.params
    if is_room(target):
        session.call("mode", (target, *changes))
        return
    other = session.server.chat.user(target)
    if other is None:
        raise Refused(Why.NO_SUCH_PERSON, nick=target)
    if other is not session.user:
        raise Refused(Why.NOT_YOUR_MODES)
    session.call("usermode", ("".join(changes),) if changes else ())


# ---- people


@verb("WHO")
def who(session: IrcSession, message: Message) -> None:
    """People in a room, or whose name fits a mask."""
    session.call("who", (message.param(0) or "*",))


@verb("WHOIS")
def whois(session: IrcSession, message: Message) -> None:
    """One person; a server's name before it is passed over."""
    wanted = message.param(1) or message.param(0)
    if not wanted:
        raise Refused(Why.NICK_MISSING)
    for name in targets(wanted)[:1]:
        session.call("whois", (name,))
        session.numeric("318", name, "End of /WHOIS list")


@verb("WHOWAS", least=1)
def whowas(session: IrcSession, message: Message) -> None:
    """Nobody is kept after they left."""
    session.numeric("406", message.params[0], "There was no such nickname")
    session.numeric("369", message.params[0], "End of WHOWAS")


@verb("ISON", least=1)
def ison(session: IrcSession, message: Message) -> None:
    """Which of these people are here (RFC 2812 section 4.9)."""
    found = [session.server.chat.user(word) for param in message.params for word in param.split()]
    _list_in_lines(session, "303", [user.nick for user in found if user])


@verb("USERHOST", least=1)
def userhost(session: IrcSession, message: Message) -> None:
    """Username and host of up to five people (RFC 2812 section 4.8)."""
    found = [session.server.chat.user(word) for word in message.params[:5]]
    shown = [f"{u.nick}={'-' if u.away else '+'}{u.who.username}@{u.who.host}" for u in found if u]
    _list_in_lines(session, "302", shown)


def _list_in_lines(session: IrcSession, number: str, words: list[str]) -> None:
    for numeric in in_lines(session, words or [""], number):
        session.numeric(*numeric)
