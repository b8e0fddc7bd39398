"""The server's own commands, where it publishes them: our server tells each with its usage line and its help.

Strategy: asked once, by a face that completes what is typed, of a server whose version says that it is ours; the answer
carries a label and is not shown.

Source: `HELP COMMANDS`, docs/irc.md; numerics 704 to 706; IRCv3 labeled-response.
"""

from __future__ import annotations

from chatroom.client.session import Session
from chatroom.wire.irc import Message

_LABEL = "commands"
_OURS = "chatroom-"


def ask(session: Session, version: str) -> None:
    """Ask a server of that version (004) for its commands, if it is ours and has not told them yet."""
    can = session.face is not None and {"labeled-response", "batch"} <= session.capabilities
    if can and version.startswith(_OURS) and not session.server_commands:
        session.send_labelled(_LABEL, "HELP", "COMMANDS")


def took(session: Session, message: Message) -> bool:
    """Take one line of the answer in; whether it was one."""
    if session.label_of(message) != _LABEL:
        return False
    usage, colon, help = message.param(2).partition(": ")
    if colon and message.verb == "705":
        session.server_commands[usage.partition(" ")[0]] = (usage, help)
    return True
