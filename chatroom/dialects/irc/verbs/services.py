"""Services: names that can be written to and are nobody's, for fingers that know them from other networks.

Strategy: a service is a table of commands, each of which calls rows of the command table, so nothing can be done here
that can't be done without. While one works, what the person is told comes as NOTICEs from the service.

Source: Modern IRC "Services" names none of this; it is what networks have in common.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from chatroom.core.refusals import Refused
from chatroom.core.replies import Reply
from chatroom.dialects.irc.hints import as_typed
from chatroom.dialects.irc.lines import room_after
from chatroom.dialects.plain.context import Context
from chatroom.dialects.plain.replies import lines as sentences
from chatroom.dialects.plain.text import safe
from chatroom.wire.irc import split_text

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

Act = Callable[["IrcSession", list[str]], None]


class Command(NamedTuple):
    """One command of a service: what it takes, what it is for, what it does with the words after it."""

    usage: str
    sentence: str
    act: Act
    least: int
    is_for_operators: bool  # of the server; HELP shows it to them alone


@dataclass(frozen=True)
class Service:
    """One service, by the name it is written to."""

    name: str
    sentence: str
    commands: dict[str, Command] = field(default_factory=dict)

    def command(self, usage: str, *aliases: str, is_for_operators: bool = False) -> Callable[[Act], Act]:
        """Make the decorated function a command, whose `usage` begins with its name; [words] may be left out."""

        def register(act: Act) -> Act:
            name, *words = usage.split()
            least = sum(not word.startswith("[") for word in words)
            for one in (name, *aliases):
                self.commands[one] = Command(usage, inspect.getdoc(act) or "", act, least, is_for_operators)
            return act

        return register


SERVICES: dict[str, Service] = {}  # by folded name


def add(service: Service) -> Service:
    """Have a service be there."""
    SERVICES[service.name.lower()] = service
    return service


def service_called(name: str) -> Service | None:
    """The service called `name`."""
    return SERVICES.get(name.lower())


def ask(session: IrcSession, service: Service, text: str) -> None:
    """Have a service do what `text` says, and answer."""
    word, *words = text.split() or ["HELP"]
    session.speaker = service.name
    try:
        _act(session, service, word.upper(), words)
    finally:
        session.speaker = ""


def _act(session: IrcSession, service: Service, word: str, words: list[str]) -> None:
    command = service.commands.get(word)
    if word == "HELP":
        _help(session, service, words)
    elif command is None:
        say(session, f"There is no command {word}. HELP lists those there are.")
    elif len(words) < command.least:
        say(session, f"That is not enough for {word}. It is used so: {command.usage}")
    else:
        command.act(session, words)


def _help(session: IrcSession, service: Service, words: list[str]) -> None:
    command = service.commands.get(words[0].upper()) if words else None
    if command is not None:
        say(session, f"{command.usage}: {command.sentence}")
        return
    say(session, service.sentence)
    is_operator = session.user is not None and session.user.is_server_operator
    for command in dict.fromkeys(service.commands.values()):
        if is_operator or not command.is_for_operators:
            say(session, f"  {command.usage}")
    say(session, "HELP <command> says more.")


# ---- what is told meanwhile


def say(session: IrcSession, text: str) -> None:
    """Have the service that is at work say something."""
    source = f"{session.speaker}!{session.speaker}@{session.server.name}"
    for piece in split_text(text, room_after("NOTICE", session.nick, source=source)):
        session.line("NOTICE", session.nick, piece, source=source)


def tell(session: IrcSession, reply: Reply) -> None:
    """Have it tell a reply, in the sentences of the plain dialect."""
    for line in sentences(reply, Context(session.server.zone, session.nick)):
        say(session, as_typed(line.removeprefix("-- ")))


def refuse(session: IrcSession, refused: Refused) -> None:
    """Have it say why not."""
    say(session, as_typed(safe(refused.sentence)))
