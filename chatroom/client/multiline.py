"""Messages of several lines: gathered when they come, divided into what the server takes when they go.

Strategy: the lines of a batch are kept until its end, and are then one message, with the tags of the batch's first
line; what it means is decided where every message's is. A message to be sent is divided at its lines only where the
server's limits ask for it. Without the capability, each line goes as a message of its own.

Sources: IRCv3 multiline, batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chatroom.wire.irc import Message, format_line, split_text

if TYPE_CHECKING:
    from chatroom.client.session import Session

CAPABILITY = "draft/multiline"
_CONCAT = "draft/multiline-concat"
_MOST = 1000  # lines that are gathered of one message
_BYTES, _LINES = 4096, 24  # of one message, where the server doesn't say


@dataclass
class Gathering:
    """A message that is coming in: its first line, which has its tags, and its text so far."""

    first: Message
    verb: str = "PRIVMSG"
    pieces: list[str] = field(default_factory=list)

    def add(self, message: Message) -> None:
        """Take one line."""
        text = message.param(1)
        self.verb = message.verb
        if len(self.pieces) < _MOST:
            self.pieces += [text] if not self.pieces or _CONCAT in message.tags else ["\n", text]

    def message(self) -> Message:
        """The whole message."""
        text = "".join(self.pieces)
        if text.startswith("\1ACTION "):  # each line of it is marked as one
            text = "\1ACTION " + text.replace("\1ACTION ", "").replace("\1", "") + "\1"
        return Message(self.verb, (self.first.param(2), text), self.first.source, self.first.tags)


def gathered(session: Session, message: Message) -> Message | None:
    """`message`, or the whole that it is the end of; None while one is gathered."""
    reference = message.param(0)
    if message.verb == "BATCH" and reference.startswith("+") and message.param(1) == CAPABILITY:
        session.gathering[reference[1:]] = Gathering(message)
        return None
    if message.verb == "BATCH" and reference[1:] in session.gathering:
        return session.gathering.pop(reference[1:]).message()
    if its := session.gathering.get(message.tags.get("batch", "")):
        its.add(message)
        return None
    return message


def can_send(session: Session) -> bool:
    """Whether the server takes messages of several lines."""
    return {CAPABILITY, "batch"} <= session.capabilities


def divided(session: Session, text: str, room: int) -> Iterator[str]:
    """`text` in messages within the server's limits; `room`: bytes of text that fit into one line."""
    most_bytes, most_lines = _limits(session)
    held: list[str] = []
    size = count = 0
    for line in _short_enough(text, most_bytes):
        bytes_, lines = len(line.encode()) + 1, len(split_text(line, room))
        if held and (size + bytes_ > most_bytes or count + lines > most_lines):
            yield "\n".join(held)
            held, size, count = [], 0, 0
        held.append(line)
        size, count = size + bytes_, count + lines
    if any(line.strip() for line in held):
        yield "\n".join(held)


def _short_enough(text: str, most: int) -> Iterator[str]:
    for line in text.strip("\n").split("\n"):
        yield from split_text(line, most // 2)


def _limits(session: Session) -> tuple[int, int]:
    value = dict(part.partition("=")[::2] for part in session.offered.get(CAPABILITY, "").split(","))
    limits = [value.get(name, "") for name in ("max-bytes", "max-lines")]
    size, count = (int(limit) if limit.isdecimal() and len(limit) < 9 else 0 for limit in limits)
    return size or _BYTES, count or _LINES


def lines_of(target: str, text: str, reference: str, tags: dict[str, str], room: int) -> Iterator[str]:
    """The lines of IRC that say `text`, of several lines."""
    yield format_line("BATCH", f"+{reference}", CAPABILITY, target, tags=tags)
    for line in text.split("\n"):
        for index, piece in enumerate(split_text(line, room)):
            joined = {_CONCAT: ""} if index else {}
            yield format_line("PRIVMSG", target, piece, tags={"batch": reference, **joined})
    yield format_line("BATCH", f"-{reference}")
