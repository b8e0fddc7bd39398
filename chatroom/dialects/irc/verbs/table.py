"""IRC's verbs, translated to rows of the command table.

Strategy: most verbs are a line here: which row, with which parameters. Lists of targets become one call each; what
only exists in the protocol (CAP, PING, ISON) is answered on the spot. A verb without an entry is looked up in the
table itself, so a new row can be used from IRC at once.

Sources: Modern IRC "Client Messages"; RFC 2812 section 3; IRCv3 capability-negotiation.
"""

from __future__ import annotations

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
BEFORE_ENTRY = frozenset("CAP NICK USER PASS PING PONG QUIT ERROR".split())


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


def some_targets(word: str) -> list[str]:
    """The same, of which there may only be so many. Raise Refused for more."""
    found = targets(word)
    if len(found) > MAX_TARGETS:
        raise Refused(Why.TOO_MANY_TARGETS, target=found[MAX_TARGETS], limit=MAX_TARGETS)
    return found


def by_row(session: IrcSession, message: Message) -> None:
    """A verb that is a row of the command table and nothing more."""
    session.call(TABLE.find(message.verb.lower(), is_typed=True).name, message.params)
