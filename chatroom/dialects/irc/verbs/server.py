"""The server: HELP, INFO, ADMIN, LINKS, STATS, TIME, VERSION, LUSERS, MOTD, and its operators' verbs.

Strategy: a question may name a server; there is only this one, so that is checked and passed over.

Sources: Modern IRC "Server Queries and Commands" and "Operator Messages"; RFC 2812 sections 3.4 and 3.7.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chatroom.commands.table import TABLE, Nearest, Row
from chatroom.core.modes import is_match
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.caps import EXTENDED_ISUPPORT
from chatroom.dialects.irc.numerics.server import tell_isupport
from chatroom.dialects.irc.numerics.table import in_pieces, moment
from chatroom.dialects.irc.verbs.table import DESCRIPTIONS, VERBS, verb
from chatroom.dialects.irc.verbs.usage import USAGES
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

_SOURCES = re.compile(r" \((RFC [^)]*|draft/\w+)\)")  # in descriptions: for whoever reads the code
_ABOUT = (
    "{version}: one room for nc, IRC programs, browsers and its own client.",
    "Nobody is shown a message that is not on disk; who reads slowly misses nothing.",
    "{network} has been open since {started}.",
)


def check_server(session: IrcSession, name: str) -> None:
    """Raise Refused when `name` is neither this server, nor somebody on it, nor a mask that fits."""
    server = session.server
    folded = server.chat.names.fold(name)
    if name and server.chat.user(name) is None and not is_match(folded, server.chat.names.fold(server.name)):
        raise Refused(Why.NO_SUCH_SERVER, server=name)


def _ask(name: str, row: str) -> None:
    @verb(name)
    def ask(session: IrcSession, message: Message) -> None:
        check_server(session, message.param(0))
        session.call(row)

    DESCRIPTIONS[name] = TABLE.rows[row].help.sentence


for _name, _row in (("TIME", "time"), ("MOTD", "motd"), ("LUSERS", "counts")):
    _ask(_name, _row)


@verb("ADMIN")
def admin(session: IrcSession, message: Message) -> None:
    """Who runs the server; ADMIN <code> makes you its first operator, ADMIN ADD <account> and REMOVE others."""
    word, folded = message.param(0), session.server.chat.names.fold
    is_server = not word or "." in word or folded(word) == folded(session.server.name)
    if is_server or session.server.chat.user(word) is not None:
        check_server(session, word)
        session.call("admin")
    else:
        session.call("admin", message.params[:2])


@verb("VERSION")
def version(session: IrcSession, message: Message) -> None:
    """Which server this is, and what it supports."""
    check_server(session, message.param(0))
    session.call("version")
    tell_isupport(session)


@verb("INFO")
def info(session: IrcSession, message: Message) -> None:
    """What this server is."""
    check_server(session, message.param(0))
    server = session.server
    started = f"{moment(server.started):%Y-%m-%d %H:%M} UTC"
    for text in _ABOUT:
        session.numeric("371", text.format(version=server.version, network=server.network, started=started))
    session.numeric("374", "End of /INFO list")


@verb("LINKS")
def links(session: IrcSession, message: Message) -> None:
    """The servers of the network, as its operators see them: this one, which stands alone."""
    server = session.server
    mask = message.params[-1] if message.params else "*"
    is_shown = session.user is not None and session.user.is_server_operator
    if is_shown and is_match(mask.lower(), server.name.lower()):
        session.numeric("364", server.name, server.name, f"0 {server.description}")
    session.numeric("365", mask, "End of /LINKS list")


@verb("STATS")
def stats(session: IrcSession, message: Message) -> None:
    """How long the server has been up: STATS u."""
    letter = message.param(0)[:1] or "*"
    check_server(session, message.param(1))
    if letter == "u":
        seconds = (session.server.now() - session.server.started) // 1000
        days, rest = divmod(seconds, 86400)
        session.numeric("242", f"Server Up {days} days {rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}")
    session.numeric("219", letter, "End of /STATS report")


@verb("ISUPPORT")
def isupport(session: IrcSession, message: Message) -> None:
    """What the server supports; before one is in, for programs with draft/extended-isupport."""
    if session.user is None and EXTENDED_ISUPPORT not in session.capabilities:
        raise Refused(Why.NOT_ENTERED)
    tell_isupport(session)


# ---- help


def _help(session: IrcSession, message: Message) -> None:
    """What can be sent, or what one verb does."""
    subject = message.param(0)
    lines = _help_on(subject) if subject else _help_on_all()
    first, *rest = [piece for line in lines for piece in in_pieces(session, line, "705", "")]
    shown = subject or "*"
    session.numeric("704", shown, first[-1])
    for piece in rest:
        session.numeric("705", shown, piece[-1])
    session.numeric("706", shown, "End of /HELP")


def _help_on(subject: str) -> list[str]:
    name = subject.upper()
    if name == "COMMANDS":
        return ["What can be typed on a terminal:", *(f"{row.usage}: {row.help.sentence}" for row in _rows())]
    if name in DESCRIPTIONS:
        usage = f"{name} {USAGES[name]}".rstrip()
        return [usage, _SOURCES.sub("", DESCRIPTIONS[name])]
    row = TABLE.rows.get(subject.lower())
    if row is None or not row.section:
        raise Refused(Why.NO_HELP, subject=subject, hint=Nearest(subject, lambda: VERBS))
    return [row.usage, row.help.sentence]


def _help_on_all() -> list[str]:
    names = [row.usage.partition(" ")[0].upper() for row in _rows()]
    words = "HELP <verb> tells what one does, HELP COMMANDS how each is typed on a terminal."
    return [words, " ".join(sorted({*VERBS, *names}))]


def _rows() -> list[Row]:
    return [row for row in TABLE.rows.values() if row.section]


for _name in ("HELP", "HELPOP"):
    verb(_name)(_help)


# ---- for operators of the server


@verb("OPER", least=1)
def oper(session: IrcSession, message: Message) -> None:
    """Become an operator of the server: a name and a password from its configuration."""
    session.call("oper", message.params[:2])


@verb("KILL", least=1)
def kill(session: IrcSession, message: Message) -> None:
    """End all connections of somebody, for a reason."""
    session.call("kill", message.params[:2])


@verb("WALLOPS", least=1)
def wallops(session: IrcSession, message: Message) -> None:
    """Say something to everybody with the user mode w."""
    session.call("wallops", message.params[:1])


@verb("REHASH")
def rehash(session: IrcSession, message: Message) -> None:
    """Read the configuration again."""
    session.call("rehash")
