"""Messages of several lines: BATCH, and the lines between its beginning and its end.

Strategy: a connection has at most one open batch, which holds nothing but text within the announced limits. Its lines
are kept, not dealt with; at its end they are one message and take the road of any other. The first thing wrong with it
is told at once, under the label it was begun with, and what still comes of it is passed over. Another command ends it
too: the batch is refused, the command is done. PING and PONG go on meanwhile, as programs answer them by themselves.

Sources: IRCv3 multiline, batch, labeled-response.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chatroom.core.events import Tags
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.answer import Answer
from chatroom.dialects.irc.caps import MAX_BYTES, MAX_LINES
from chatroom.dialects.irc.lines import size_of
from chatroom.dialects.irc.verbs.table import verb
from chatroom.dialects.irc.verbs.talk import speak
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

MULTILINE = "draft/multiline"
CONCAT = "draft/multiline-concat"
LINE_COST = 0.25  # of a line in a batch: all that one may hold is no more than one long line of plain talk
_MEANWHILE = frozenset(("BATCH", "PING", "PONG", "QUIT"))
_REFERENCE = re.compile(r"[A-Za-z0-9-]+")


@dataclass
class Batch:
    """A message on its way. Once it `has_failed`, its sender has been told, and only its end is waited for."""

    reference: str
    target: str = ""
    tags: Tags = ()
    answer: Answer | None = None  # to its first line
    has_failed: bool = False
    text: str = ""
    cuts: list[int] = field(default_factory=list)
    size: int = 0  # bytes of the text
    lines: int = 0

    def add(self, text: str, is_joined: bool) -> None:
        """Take one more line; `is_joined`: it goes on where the last one ended."""
        self.lines += 1
        if self.lines > 1 and not is_joined:
            text = f"\n{text}"
        elif self.lines > 1:
            self.cuts.append(len(self.text))
        self.text += text
        self.size += size_of(text)


@verb("BATCH", least=1)
def batch(session: IrcSession, message: Message) -> None:
    """Begin or end a message of several lines."""
    sign, reference = message.params[0][:1], message.params[0][1:]
    if sign == "+":
        _begin(session, message, reference)
    elif sign == "-" and session.batch is not None and session.batch.reference == reference:
        _end(session, session.batch)
    else:
        raise Refused(Why.MULTILINE_INVALID)


def _begin(session: IrcSession, message: Message, reference: str) -> None:
    give_up(session)
    target = message.param(2)
    session.batch = begun = Batch(reference, target, session.passed_on(message))
    is_known = message.param(1) == MULTILINE and {MULTILINE, "batch"} <= session.capabilities
    if not (is_known and target and _REFERENCE.fullmatch(reference)):
        begun.has_failed = True
        raise Refused(Why.MULTILINE_INVALID)
    begun.answer, session.answer = session.answer, None


def _end(session: IrcSession, ended: Batch) -> None:
    session.batch = None
    if ended.has_failed:
        return
    own, session.answer = session.answer, ended.answer
    if ended.text.strip("\n"):
        speak(session, "msg", [ended.target], ended.text, ended.tags, tuple(ended.cuts))
    else:
        session.refuse(Refused(Why.MULTILINE_INVALID))
    session.finish_answer()
    session.answer = own


def takes(session: IrcSession, message: Message) -> bool:
    """Whether `message` belongs to a batch, and has been dealt with; any other but a few ends the open one."""
    reference, its = message.tags.get("batch"), session.batch
    if reference is None or MULTILINE not in session.capabilities:
        if message.verb not in _MEANWHILE:
            give_up(session)
        return False
    if its is not None and its.reference == reference:
        if not its.has_failed:
            _add(session, its, message)
    elif its is not None and not its.has_failed:
        give_up(session)
    else:
        session.verb = "BATCH"
        raise Refused(Why.MULTILINE_INVALID)
    return True


def give_up(session: IrcSession) -> None:
    """Refuse the open batch, if there is one: it can't be whole any more."""
    if session.batch is not None and not session.batch.has_failed:
        _fail(session, session.batch, Refused(Why.MULTILINE_INVALID))


def _add(session: IrcSession, its: Batch, message: Message) -> None:
    fold = session.server.chat.names.fold
    is_joined = CONCAT in message.tags
    if message.verb != "PRIVMSG" or len(message.params) < 2 or (is_joined and not message.params[1]):
        _fail(session, its, Refused(Why.MULTILINE_INVALID))
    elif fold(message.params[0]) != fold(its.target):
        _fail(session, its, Refused(Why.MULTILINE_TARGET, target=its.target, provided=message.params[0]))
    else:
        session.cost = LINE_COST
        its.add(message.params[1], is_joined)
        if its.lines > MAX_LINES:
            _fail(session, its, Refused(Why.MULTILINE_LINES, limit=MAX_LINES))
        elif its.size > MAX_BYTES:
            _fail(session, its, Refused(Why.MULTILINE_BYTES, limit=MAX_BYTES))


def _fail(session: IrcSession, failed: Batch, refused: Refused) -> None:
    """Tell it as the answer to what the batch began with, whatever line is being dealt with."""
    failed.has_failed, failed.text = True, ""
    own = session.answer, session.verb
    session.answer, session.verb = failed.answer, "BATCH"
    session.refuse(refused)
    session.finish_answer()
    session.answer, session.verb = own
