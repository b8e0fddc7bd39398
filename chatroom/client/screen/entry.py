"""Where one types: what is completed, remembered, and asked about before it is sent.

Strategy: completion and history are thin layers over what every face has (`complete`, `typed_history`). A line that
looks like a slip is not sent before a question is answered; the question is a value here, and whoever draws the screen
shows it and passes the key on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from prompt_toolkit.buffer import Buffer, CompletionState
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, get_common_complete_suffix
from prompt_toolkit.document import Document
from prompt_toolkit.history import History

from chatroom.client import typed_history
from chatroom.client.commands import TABLE
from chatroom.client.complete import candidates
from chatroom.client.session import Session
from chatroom.client.words import t

_MISTYPED = re.compile(r"[\s.]+/(?P<name>[a-z]+)\b|(?P<bare>[a-z]+)\s+[#&]\S+\s*$", re.IGNORECASE)
_SECRET = re.compile(r"(?:identify|login|oper|pass(?:word|wd)?|register|auth)[\s:=]+\S+", re.IGNORECASE)
_LOOKS_SECRET = re.compile(r"(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)(?=\S*[^\w\s])\S{8,40}$")


class NamesCompleter(Completer):
    """Completes commands, rooms and nicks, with what each is beside it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the word before the cursor may become."""
        word, names = candidates(self._session, document.text_before_cursor)
        for name in names:
            yield Completion(name, -len(word), display=name.rstrip(), display_meta=self._about(name))

    def _about(self, name: str) -> str:
        if name.startswith("/"):
            row = TABLE.find(name[1:].strip())
            return t(row.help) if row else self._session.server_commands.get(name[1:].strip(), ("", ""))[1]
        room = self._session.roster.room(name.strip())
        return room.topic if room else ""


class TypedHistory(History):
    """What was typed, over the file that keeps it; secrets are kept nowhere."""

    def __init__(self, session: Session, path: Path) -> None:
        super().__init__()
        self._session = session
        self._path = path

    def load_history_strings(self) -> Iterable[str]:
        """The entries of the file, the newest first."""
        return reversed(typed_history.load(self._path))

    def append_string(self, string: str) -> None:
        """Remember a line, unless it may hold a password."""
        is_reply = string.lower().startswith(("/reply", "/r "))
        to = self._session.correspondent if is_reply else self._session.facing
        if not typed_history.is_secret(string, to):
            super().append_string(string)

    def store_string(self, string: str) -> None:
        """Add a line to the file."""
        typed_history.append(self._path, string)


def complete(buffer: Buffer) -> None:
    """Complete the word before the cursor as far as it is clear; where it is not, offer what there is.

    At once, not in a task of its own as prompt_toolkit does: the next key may have been typed already.
    """
    if buffer.complete_state:
        buffer.complete_next()
        return
    found = _completions(buffer)
    if len(found) == 1:
        buffer.apply_completion(found[0])
    elif common := get_common_complete_suffix(buffer.document, found):
        buffer.insert_text(common)
    elif found:
        _offer(buffer, found)


def offer_commands(buffer: Buffer) -> None:
    """Show the commands there are while one is being named."""
    before = buffer.document.text_before_cursor
    if before.startswith("/") and not before.startswith("//") and " " not in before and len(before) > 1:
        _offer(buffer, _completions(buffer))


def _completions(buffer: Buffer) -> list[Completion]:
    return list(buffer.completer.get_completions(buffer.document, CompleteEvent()))


def _offer(buffer: Buffer, found: list[Completion]) -> None:
    buffer.complete_state = CompletionState(buffer.document, found) if found else None


@dataclass(frozen=True)
class Question:
    """Something to be decided with one key; Escape is always a no, and leaves what was typed as it was."""

    text: str
    answers: dict[str, Callable[[], None]]  # a key, in lower case -> what it does


def doubt(text: str) -> str:
    """Why a line might better not be said as it is: a sentence; empty where there is no doubt."""
    if "\n" in text or text.startswith("/"):
        return ""
    if _SECRET.match(text.strip()) or _LOOKS_SECRET.match(text.strip()):
        return t("This looks like a password.")
    found = _MISTYPED.match(text)
    name = (found["name"] or found["bare"]) if found else ""
    if name and TABLE.find(name):
        return t("This looks like the command /{name}, but would be said.", name=name)
    return ""


def usage(session: Session, text: str) -> tuple[str, str]:
    """The usage line of the command being typed, and what it does; empty when there is none."""
    if not text.startswith("/") or text.startswith("//"):
        return "", ""
    name = text[1:].partition(" ")[0].lower()
    if row := TABLE.find(name):
        return f"/{row.usage}", t(row.help)
    usage, help = session.server_commands.get(name, ("", ""))
    return (f"/{usage}", help) if usage else ("", "")
