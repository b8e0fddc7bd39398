"""ChanServ, who looks after rooms that belong to somebody: rows of that name, in the words other networks use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.dialects.irc.verbs.services import Service, add, ask
from chatroom.dialects.irc.verbs.table import verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

CHANSERV = add(Service("ChanServ", "ChanServ looks after channels. One that is registered stays as it is."))


@CHANSERV.command("REGISTER <channel>")
def register(session: IrcSession, words: list[str]) -> None:
    """Make a channel yours, of which you are an operator."""
    session.call("claim", words[:1])


@CHANSERV.command("UNREGISTER <channel>", "DROP")
def unregister(session: IrcSession, words: list[str]) -> None:
    """Give a channel of yours up."""
    session.call("release", words[:1])


@CHANSERV.command("TRANSFER <channel> <account>")
def transfer(session: IrcSession, words: list[str]) -> None:
    """Give a channel of yours to another account."""
    session.call("transfer", (words[1], words[0]))


@CHANSERV.command("INFO <channel>", "ACCESS", "LIST")
def info(session: IrcSession, words: list[str]) -> None:
    """Show whose a channel is, and which accounts have what in it."""
    session.call("access", words[:1])


@CHANSERV.command("AMODE <channel> [change] [account]")
def amode(session: IrcSession, words: list[str]) -> None:
    """Change what an account has whenever it comes into a channel, as in AMODE #tea +o bob."""
    room, change, account, *_ = [*words, "", ""]
    if not account:
        session.call("access", (room,))
        return
    chat = session.server.chat
    found = chat.room(room)
    had = found.letters_given(chat.names.fold(account)) if found else ""
    asked = change.lstrip("+-")
    letters = "".join(letter for letter in had if letter not in asked) if change.startswith("-") else had + asked
    session.call("access", (room, account, letters or "-"))


@CHANSERV.command("OP <channel> [nick]")
def op(session: IrcSession, words: list[str]) -> None:
    """Make somebody, or yourself, an operator."""
    _for_somebody(session, "op", words)


@CHANSERV.command("DEOP <channel> [nick]")
def deop(session: IrcSession, words: list[str]) -> None:
    """Make somebody, or yourself, an operator no longer."""
    _for_somebody(session, "deop", words)


@CHANSERV.command("VOICE <channel> [nick]")
def voice(session: IrcSession, words: list[str]) -> None:
    """Give somebody, or yourself, a voice."""
    _for_somebody(session, "voice", words)


@CHANSERV.command("DEVOICE <channel> [nick]")
def devoice(session: IrcSession, words: list[str]) -> None:
    """Take the voice of somebody, or your own."""
    _for_somebody(session, "devoice", words)


@CHANSERV.command("KICK <channel> <nick> [reason]")
def kick(session: IrcSession, words: list[str]) -> None:
    """Put somebody out."""
    _about(session, "kick", words)


@CHANSERV.command("BAN <channel> <nick> [time] [reason]")
def ban(session: IrcSession, words: list[str]) -> None:
    """Put somebody out and keep them out, as in BAN #tea bob 1d spam."""
    _about(session, "ban", words)


@CHANSERV.command("UNBAN <channel> <nick>")
def unban(session: IrcSession, words: list[str]) -> None:
    """Let somebody come in again."""
    _about(session, "unban", words)


@CHANSERV.command("QUIET <channel> <nick> [time] [reason]", "MUTE")
def quiet(session: IrcSession, words: list[str]) -> None:
    """Let somebody speak no longer, as in QUIET #tea bob 10m spam."""
    _about(session, "mute", words)


@CHANSERV.command("UNQUIET <channel> <nick>", "UNMUTE")
def unquiet(session: IrcSession, words: list[str]) -> None:
    """Let somebody speak again."""
    _about(session, "unmute", words)


def _about(session: IrcSession, row: str, words: list[str]) -> None:
    room, whom, *more = words
    session.call(row, (whom, room, *more))


def _for_somebody(session: IrcSession, row: str, words: list[str]) -> None:
    room, nick, *_ = [*words, session.nick]
    session.call(row, (nick, room))


@verb("CHANSERV")
@verb("CS")
def chanserv(session: IrcSession, message: Message) -> None:
    """What one would write to ChanServ, without writing to it."""
    ask(session, CHANSERV, " ".join(message.params))
