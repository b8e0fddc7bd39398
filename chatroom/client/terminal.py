"""Chatting with a line editor: history, completion, and incoming lines that appear above what is being typed.

Strategy: one prompt at the bottom that stays for the whole session, the terminal's own scrollback above it. Whatever is
to be shown is collected for one turn of the loop and written where the prompt was; then the prompt is drawn again with
what was typed so far. The terminal never leaves raw mode in between, or it would echo keys into the text. A line that
was entered is erased: it appears when the server has it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app_session
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import Style

from chatroom.client import typed_history
from chatroom.client.clean import clean
from chatroom.client.commands import typed
from chatroom.client.complete import candidates
from chatroom.client.events import Event
from chatroom.client.link import client_for
from chatroom.client.options import Options
from chatroom.client.outbox import Outbox, typing_pace
from chatroom.client.render import Line, View, plain, render
from chatroom.client.session import Session


class NamesCompleter(Completer):
    """Completes commands, rooms and nicks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the word before the cursor may become."""
        word, names = candidates(self._session, document.text_before_cursor)
        return [Completion(name, start_position=-len(word), display=name.rstrip()) for name in names]


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


class Terminal:
    """The prompt, and what is shown above it."""

    def __init__(self, options: Options, history: Path) -> None:
        self.client = client_for(options, self.show, Outbox(typing_pace()))
        self.session = self.client.session
        self._has_colour = not os.environ.get("NO_COLOR")
        self._lines: list[Line] = []
        self._rings = False
        self._is_writing = False
        self.prompt: PromptSession[str] = PromptSession(
            self._message,
            completer=NamesCompleter(self.session),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            history=TypedHistory(self.session, history),
            key_bindings=self._keys(),
            erase_when_done=True,
        )

    def _keys(self) -> KeyBindings:
        """Enter takes the line and leaves the prompt standing; all other keys are the editor's own."""
        keys = KeyBindings()

        @keys.add("enter", filter=has_focus(DEFAULT_BUFFER))
        def _(event: KeyPressEvent) -> None:
            text = event.current_buffer.text
            event.current_buffer.append_to_history()
            event.current_buffer.reset()
            event.current_buffer.load_history_if_not_yet_loaded()
            self._entered(text)

        return keys

    def _entered(self, text: str) -> None:
        typed(self.session, text)
        self.client.flush()
        if self.session.is_leaving:
            self._end_prompt()

    def _message(self) -> str:
        """The prompt: where bare words go, and whether they go there now."""
        place = clean(self.session.facing) or "no room"
        return f"[{place}] " if self.session.is_registered else f"[{place}, not connected] "

    def show(self, event: Event) -> None:
        """Show `event` above the prompt, at the next turn of the loop."""
        line = render(event, View(self.session.facing, datetime.now(UTC)))
        self._lines.append(line if self._has_colour else [("", plain(line))])
        self._rings = self._rings or event.mention
        if not self._is_writing:
            self._is_writing = True
            asyncio.get_running_loop().call_soon(self._write_above)

    def _write_above(self) -> None:
        """Write what waits where the prompt stands, and have that drawn again below."""
        self._is_writing = False
        app = self.prompt.app
        if not app.is_running:
            self._write()
            return
        app.renderer.erase()
        self._write()
        app.renderer.reset()
        app.renderer.request_absolute_cursor_position()
        app.invalidate()

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        output = get_app_session().output
        if self._rings:
            output.bell()
            self._rings = False
        for line in lines:
            print_formatted_text(output, FormattedText([*line, ("", "\n")]), Style([]))
        output.flush()

    async def run(self) -> None:
        """Chat until the user leaves. Raises link.Failed."""
        running = asyncio.ensure_future(self.client.run())
        typing = asyncio.ensure_future(self._type())
        await asyncio.wait((running, typing), return_when=asyncio.FIRST_COMPLETED)
        if not typing.done():
            self._end_prompt()
        await typing
        try:
            await running
        finally:
            self._write_above()

    def _end_prompt(self) -> None:
        if self.prompt.app.is_running:
            self.prompt.app.exit(exception=EOFError())

    async def _type(self) -> None:
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            await self.prompt.prompt_async()
        self.client.leave()


async def run(options: Options) -> int:
    """Chat in this terminal; returns the exit code. Raises link.Failed."""
    terminal = Terminal(options, typed_history.default_path())
    terminal.client.on_signals(terminal.client.leave, "SIGTERM", "SIGHUP")
    await terminal.run()
    return 0
