"""What can be typed: every command of the client, and what a line without a slash means.

Strategy: a handler sends lines of IRC or shows a note, and waits for nothing; what comes of it is told by the server
and shown when it arrives. Bare words are never commands. Rows that only some servers know are sent all the same, with
the room in them: which one the user faces is known to nobody but this client.

Sources: Modern IRC "Client messages".
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from chatroom.client import multiline, tagged
from chatroom.client.session import Session
from chatroom.client.table import Row, Table, WrongUse
from chatroom.client.talk import forget_room, turn_away
from chatroom.client.words import t
from chatroom.wire.irc import Message

TABLE = Table()
command = TABLE.command
_MOST_MODES = 4  # people one MODE may name; ISUPPORT's MODES is 3 or more everywhere


def typed(session: Session, text: str) -> None:
    """Take in what the user typed and ended with Enter, or pasted.

    One line is a command if it begins with a slash (`//` says a slash). Several are a paste: each is said as it is.
    """
    lines = text.splitlines()
    if len(lines) == 1 and text.startswith("/") and not text.startswith("//"):
        TABLE.run(session, lines[0])
        return
    if len(lines) == 1:
        lines = [text.removeprefix("/")]
    _say_lines(session, lines if any(line.strip() for line in lines) else [])


def _say_lines(session: Session, lines: list[str]) -> None:
    if not lines:
        return
    if not session.facing:
        session.error("You are in no room, so that was not sent. /join #name goes to one.")
        return
    session.say(session.facing, "\n".join(lines))
    if not multiline.can_send(session) and len(lines) > 5 and session.is_registered:
        session.note(f"Sending {len(lines)} lines to {session.facing}, a few at a time. /stop drops what has not left.")


def _room(session: Session, room: str) -> str:
    """The room named, or the one faced."""
    if room or session.faced_room():
        return room or session.faced_room()
    raise WrongUse("You face no room. Name one, or go to one: /join #name")


def _facing(session: Session) -> str:
    """Where bare words go."""
    if session.facing:
        return session.facing
    raise WrongUse("You are in no room. /join #name goes to one.")


# talk


@command(
    "msg <nick> <text...>",
    help="Say something to one person, or to a room.",
    aliases=("m", "tell"),
    works_offline=True,
)
def _msg(session: Session, nick: str, text: str) -> None:
    for name in nick.split(","):
        if name:
            session.say(name, text)


@command("query <nick> [text...]", help="Turn to one person: what you type then is for them alone.", works_offline=True)
def _query(session: Session, nick: str, text: str) -> None:
    session.facing = nick
    if text:
        session.say(nick, text)


@command("reply <text...>", help="Answer whoever wrote to you in private last.", aliases=("r",), works_offline=True)
def _reply(session: Session, text: str) -> None:
    if not session.correspondent:
        raise WrongUse("Nobody has written to you in private yet. /msg NICK TEXT begins.")
    session.say(session.correspondent, text)


@command("answer <nick> <text...>", help="Say something as the answer to what somebody said last where you are.")
def _answer(session: Session, nick: str, text: str) -> None:
    said = _last_said(session, nick)
    session.say(_facing(session), text, answers=said.msgid)


@command("react <reaction> [nick]", help="React to what was said last, by anybody or by one person: /react 👍 alice")
def _react(session: Session, reaction: str, nick: str) -> None:
    said = _last_said(session, nick)
    session.send_tagged({tagged.REACT: reaction, tagged.REPLY: said.msgid}, "TAGMSG", _facing(session))


def _last_said(session: Session, nick: str) -> tagged.Said:
    said = tagged.last_said(session, _facing(session), nick)
    if said and "message-tags" in session.capabilities:
        return said
    raise WrongUse(f"Nothing that {nick or 'somebody'} said lately can be answered here.")


@command("say <text...>", help="Say something where you are, as words without a slash do.", works_offline=True)
def _say(session: Session, text: str) -> None:
    session.say(_facing(session), text)


@command("me <text...>", help="Say what you do: /me waves.", works_offline=True)
def _me(session: Session, text: str) -> None:
    session.say(_facing(session), text, is_action=True)


@command("shrug [text...]", help="Shrug.", works_offline=True)
def _shrug(session: Session, text: str) -> None:
    session.say(_facing(session), f"{text} ¯\\_(ツ)_/¯".lstrip())


@command("notice <nick> <text...>", help="Send a notice, which programs do not answer.", works_offline=True)
def _notice(session: Session, nick: str, text: str) -> None:
    session.say(nick, text, verb="NOTICE")


@command("stop", help="Drop what you said and what has not left yet.", works_offline=True)
def _stop(session: Session) -> None:
    session.note(f"Dropped, never sent: {session.outbox.discard()}.")


# rooms


@command(
    "join <room> [key]", help="Go to a room; it is made if there is none.", aliases=("j", "go"), works_offline=True
)
def _join(session: Session, room: str, key: str) -> None:
    session.faced_before = session.facing
    for name, its_key in zip_longest(room.split(","), key.split(","), fillvalue=""):
        if name:
            _go(session, name if session.features.is_room(name) else f"#{name}", its_key)


def _go(session: Session, room: str, key: str) -> None:
    session.facing = room
    forget_room(session, room)
    session.wish.rooms[room] = key
    if session.is_registered:
        session.send("JOIN", room, *([key] if key else []))
    else:
        session.note(f"Going to {room} as soon as there is a connection.")


@command("part [room] [text...]", help="Leave a room.", aliases=("leave",), works_offline=True)
def _part(session: Session, room: str, text: str) -> None:
    room = _room(session, room)
    if session.is_registered:
        session.send("PART", room, *([text] if text else []))
    else:
        forget_room(session, room)
        turn_away(session, room)


@command("switch <name>", help="Face another room, or a person: that is where what you type goes.", works_offline=True)
def _switch(session: Session, name: str) -> None:
    rooms = [place.name for place in session.roster] + list(session.wish.rooms)
    same = [room for room in rooms if session.is_same(room, name) or session.is_same(room, f"#{name}")]
    if session.features.is_room(name) and not same:
        raise WrongUse(f"You are not in {name}. /join {name} goes there.")
    session.facing = same[0] if same else name
    session.note(f"You face {session.facing} now.")


@command("rooms [mask]", help="List the rooms there are.", aliases=("list",))
def _rooms(session: Session, mask: str) -> None:
    session.send("LIST", *([mask] if mask else []))


@command("names [room]", help="List who is in a room; @ marks its operators.", aliases=("n",))
def _names(session: Session, room: str) -> None:
    session.send("NAMES", _room(session, room))


@command("topic [room] [text...]", help="Show what a room is about, or set it; /topic - clears it.", aliases=("t",))
def _topic(session: Session, room: str, text: str) -> None:
    session.send("TOPIC", _room(session, room), *(["" if text == "-" else text] if text else []))


@command("invite <nick> [room]", help="Ask somebody to come to a room.")
def _invite(session: Session, nick: str, room: str) -> None:
    session.send("INVITE", nick, _room(session, room))


# people


@command("nick <nick>", help="Take another name.", works_offline=True)
def _nick(session: Session, nick: str) -> None:
    if session.is_registered:
        session.send("NICK", nick)
    else:
        session.wish.nick = nick
        session.note(f"You will be {nick} when there is a connection.")


@command("who [mask]", help="List the people here, or those in a room.", aliases=("w",))
def _who(session: Session, mask: str) -> None:
    session.send("WHO", mask or session.facing or "*")


@command("whois <nick>", help="Tell about one person.")
def _whois(session: Session, nick: str) -> None:
    session.send("WHOIS", nick)


@command("away [text...]", help="Say that you are away, and why.")
def _away(session: Session, text: str) -> None:
    session.send("AWAY", text or "away")


@command("back", help="Say that you are back.")
def _back(session: Session) -> None:
    session.send("AWAY")


@command("ignore [nick]", help="No longer hear somebody; without a name, list whom you ignore.")
def _ignore(session: Session, nick: str) -> None:
    session.send("IGNORE", *filter(None, [nick]))


@command("unignore <nick>", help="Hear somebody again.")
def _unignore(session: Session, nick: str) -> None:
    session.send("UNIGNORE", nick)


# history


@command("last [room] [count]", help="Show the last lines of a room: /last 50", aliases=("history",))
def _last(session: Session, room: str, count: str) -> None:
    session.send("LAST", _room(session, room), *filter(None, [count]))


@command("since [room] <time>", help="Show a room from a time on: /since 14:00, /since yesterday, /since 90m")
def _since(session: Session, room: str, time: str) -> None:
    session.send("SINCE", _room(session, room), time)


@command("search <words...>", help="Find what was said in your rooms; all the words must be in it.")
def _search(session: Session, words: str) -> None:
    session.send("SEARCH", words)


# order in a room


@command("kick <nick> [room] [text...]", help="Throw somebody out of a room.")
def _kick(session: Session, nick: str, room: str, text: str) -> None:
    session.send("KICK", _room(session, room), nick, *([text] if text else []))


def _modes(session: Session, sign: str, letter: str, words: str) -> None:
    """Give or take a privilege; a room may stand among the names, wherever it is typed."""
    rooms = [word for word in words.split() if session.features.is_room(word)]
    names = [word for word in words.split() if word not in rooms][:_MOST_MODES]
    if not names:
        raise WrongUse("Name somebody: /op alice")
    session.send("MODE", _room(session, "".join(rooms[:1])), sign + letter * len(names), *names)


@command("op <nicks...>", help="Make people operators of a room.")
def _op(session: Session, nicks: str) -> None:
    _modes(session, "+", "o", nicks)


@command("deop <nicks...>", help="Make people operators no longer.")
def _deop(session: Session, nicks: str) -> None:
    _modes(session, "-", "o", nicks)


@command("voice <nicks...>", help="Let people speak in a moderated room.")
def _voice(session: Session, nicks: str) -> None:
    _modes(session, "+", "v", nicks)


@command("devoice <nicks...>", help="Take that back.")
def _devoice(session: Session, nicks: str) -> None:
    _modes(session, "-", "v", nicks)


@command("mode [room] [modes...]", help="Show or set the modes of a room: /mode +m")
def _mode(session: Session, room: str, modes: str) -> None:
    session.send("MODE", _room(session, room), *modes.split())


# the server and this client


@command("motd", help="Show the server's message of the day.")
def _motd(session: Session) -> None:
    session.wants_motd = True
    session.send("MOTD")


def _question(usage: str, help: str) -> None:
    """A question to the server that takes no words."""

    @command(usage, help=help)
    def ask(session: Session) -> None:
        session.send(usage.upper())


_question("status", "Show how the server does: people, messages, disk, the newest proven backup.")
_question("uptime", "Show how long the server has been running.")
_question("version", "Show which server this is.")
_question("time", "Show what time it is for the server.")


def _about_screen(usage: str, help: str) -> None:
    """A command about what is shown; the face in use carries it out, if it is one that can."""
    name = usage.partition(" ")[0]

    @command(usage, help=help, works_offline=True)
    def perform(session: Session, word: str = "") -> None:
        if session.face is None or not session.face.perform(name, word):
            raise WrongUse(f"/{name} is for the full screen: it changes what is shown there.")


_about_screen("members", "Show who is in the room beside what is said, or no longer; F7 does the same.")
_about_screen("close", "Put away the private talk you are in; /part leaves a room.")
_about_screen("find [words...]", "Look for words in what is here, as Ctrl-F does; /search asks the server.")
_about_screen("theme [theme]", "Choose colours: auto, dark, light, middle, mono.")
_about_screen("clock [format]", "Choose how times are shown: 24, 12, seconds, none, or a format such as %H:%M.")
_about_screen("mouse [on]", "Let the mouse scroll and choose (on), or leave it to the terminal (off).")


@command("raw <line...>", help="Send a line of IRC as it is.", aliases=("quote",))
def _raw(session: Session, line: str) -> None:
    session.send_raw(line)


@command("quit [text...]", help="Leave the chat.", aliases=("exit", "bye"), works_offline=True)
def _quit(session: Session, text: str) -> None:
    session.quit(text)


@command("help [command]", help="Tell what there is to type.", aliases=("h", "commands"), works_offline=True)
def _help(session: Session, command: str) -> None:
    if not command:
        for row in TABLE.rows.values():
            session.note(_help_line(row))
        session.note("Anything else you type is said where you are; a line that begins with // says a single /.")
        return
    wanted = TABLE.find(command.removeprefix("/"))
    if wanted is None:
        nearest = TABLE.nearest(command.removeprefix("/"))
        raise WrongUse(f"There is no /{command.removeprefix('/')}." + (f" Did you mean /{nearest}?" if nearest else ""))
    session.note(_help_line(wanted))


def _help_line(row: Row) -> str:
    also = f" (also /{', /'.join(row.aliases)})" if row.aliases else ""
    return f"/{row.usage}: {t(row.help)}{also}"


def _not_known(session: Session, message: Message) -> None:
    """421: the server knows no such command. If it is in the table, it is one of those that only some servers have."""
    name = message.param(1).lower()
    text = f"This server has no /{name}." if TABLE.find(name) else TABLE.unknown(name)
    session.show("error", message, text=text, code="421")


HANDLERS: dict[str, Callable[[Session, Message], None]] = {"421": _not_known}
