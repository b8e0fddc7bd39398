"""About the server itself, and leaving it."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.table import TABLE, Needs, Section
from chatroom.core.events import Event
from chatroom.core.names import clip
from chatroom.core.order_replies import PrivacyShown
from chatroom.core.replies import (
    EVERYTHING,
    CountsShown,
    HelpShown,
    MotdShown,
    Reply,
    StatusShown,
    TimeShown,
    UptimeShown,
    VersionShown,
)

server = Section("The server")


@server.command("help [command]", needs=Needs.NOTHING, aliases=("h", "commands"))
def help_(call: Call, command: str = "") -> Iterator[Event | Reply]:
    """Show what you can type, or how to use one command; "/help all" tells of each."""
    name = command.removeprefix("/").lower()
    user = call.session.user
    is_operator = user is not None and user.is_server_operator
    every = [row for row in TABLE.rows.values() if row.section and (is_operator or not row.is_privileged)]
    rows = every if name in ("", EVERYTHING) else [TABLE.find(name, is_typed=True)]
    yield HelpShown([row.help for row in rows], name)


@server.command("motd", needs=Needs.NOTHING)
def motd(call: Call) -> Iterator[Event | Reply]:
    """Show the message of the day."""
    yield MotdShown(call.server.motd)


@server.command("counts", aliases=("lusers",), needs=Needs.NOTHING)
def counts(call: Call) -> Iterator[Event | Reply]:
    """Show how many people and rooms there are."""
    chat, more = call.chat, call.server.counts()
    yield CountsShown(
        people=len(chat.users),
        invisible=chat.invisible,
        unknown=more.get("unknown", 0),
        rooms=chat.open_rooms,
        most=max(more.get("most", 0), len(chat.users)),
        operators=chat.operators,
    )


@server.command("status")
def status(call: Call) -> Iterator[Event | Reply]:
    """Show how the server does: people, messages, disk, the newest proven backup."""
    yield StatusShown(call.server.status())


@server.command("uptime")
def uptime(call: Call) -> Iterator[Event | Reply]:
    """Show how long the server has been running."""
    yield UptimeShown((call.server.now() - call.server.started) // 1000, call.server.started)


@server.command("version", needs=Needs.NOTHING)
def version(call: Call) -> Iterator[Event | Reply]:
    """Show which server this is."""
    yield VersionShown(call.server.version)


@server.command("privacy", needs=Needs.NOTHING, cost=2)
def privacy(call: Call) -> Iterator[Event | Reply]:
    """Show what the server keeps of you, where, how long, and who can read it."""
    yield PrivacyShown(call.server.privacy())


@server.command("time", needs=Needs.NOTHING)
def time(call: Call) -> Iterator[Event | Reply]:
    """Show what time it is for the server."""
    yield TimeShown(call.server.now())


@server.command("quit [reason...]", needs=Needs.NOTHING, aliases=("exit", "bye"))
def quit_(call: Call, reason: str = "") -> Iterator[Event | Reply]:
    """Leave the chat."""
    call.session.end(clip(reason, call.chat.names.reason_length))
    return iter(())
