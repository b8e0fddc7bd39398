"""One received line, to the handler of its verb.

Strategy: a table. A line that cannot be read, or that nobody knows, is passed over: IRC grows by such lines. What is
played back from history may be shown, but must not change who is where.
"""

from __future__ import annotations

from chatroom.client import commands, login, multiline, numerics, registration, tagged, talk
from chatroom.client.session import Session
from chatroom.wire.irc import Message, parse

_HANDLERS = registration.HANDLERS | login.HANDLERS | talk.HANDLERS | tagged.HANDLERS | commands.HANDLERS
_MAY_BE_OLD = ("PRIVMSG", "NOTICE", "BATCH")


def receive_line(session: Session, line: bytes) -> None:
    """Take one line from the server in, without its end. It cannot raise on what a server may send."""
    message = parse(line.decode(errors="replace"))
    message = multiline.gathered(session, message) if message else None
    if message is None or (session.is_replayed(message) and message.verb not in _MAY_BE_OLD):
        return
    _dispatch(session, message)


def _dispatch(session: Session, message: Message) -> None:
    if registration.is_about_cap(session, message):
        return
    if handler := _HANDLERS.get(message.verb):
        handler(session, message)
    elif len(message.verb) == 3 and message.verb.isdecimal():
        numerics.receive(session, message)
