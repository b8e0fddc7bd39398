"""IRC's verbs, translated to rows of the command table.

Strategy: most verbs are a line here: which row, with which parameters. Lists of targets become one call each; what
only exists in the protocol (CAP, PING, ISON) is answered on the spot. A verb without an entry is looked up in the
table itself, so a new row can be used from IRC at once.

Sources: Modern IRC "Client Messages"; RFC 2812 section 3; IRCv3 capability-negotiation.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING

from chatroom.commands.table import TABLE
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.caps import MAX_TARGETS
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

Verb = Callable[["IrcSession", Message], None]
VERBS: dict[str, Verb] = {}
DESCRIPTIONS: dict[str, str] = {}  # what HELP says of each
BEFORE_ENTRY = frozenset(
    "AUTHENTICATE AWAY CAP ERROR ISUPPORT METADATA NICK PASS PING PONG QUIT REGISTER USER VERIFY".split()
)


def verb(name: str, least: int = 0) -> Callable[[Verb], Verb]:
    """Make the decorated function handle `name`, which needs at least so many parameters."""

    def register(function: Verb) -> Verb:
        def checked(session: IrcSession, message: Message) -> None:
            if len([param for param in message.params[:least] if param]) < least:
                raise Refused(Why.USAGE)
            function(session, message)

        VERBS[name] = checked if least else function
        DESCRIPTIONS[name] = inspect.getdoc(function) or ""
        return function

    return register


def targets(word: str) -> list[str]:
    """A list of targets: each once, in order."""
    return list(dict.fromkeys(part for part in word.split(",") if part))


def some_targets(word: str) -> list[str]:
    """The same, of which there may only be so many. Raise Refused for more."""
    found = targets(word)
    check_number(found)
    return found


def check_number(found: list[str]) -> None:
    """Raise Refused for more targets than one line may have."""
    if len(found) > MAX_TARGETS:
        raise Refused(Why.TOO_MANY_TARGETS, target=found[MAX_TARGETS], limit=MAX_TARGETS)


def by_row(session: IrcSession, message: Message) -> None:
    """A verb that is a row of the command table and nothing more."""
    session.call(TABLE.find(message.verb.lower(), is_typed=True).name, message.params)
