"""The full screen at work: keys in, changes out.

Strategy: the client runs beside prompt_toolkit's application in one loop. Whatever changes in the session ends in
`changed`, which files nothing itself: it only has the screen drawn, at most thirty times a second, so a flood of lines
costs no more than its reading. Keys act on the session, on the scrollback, or on what is typed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import InMemoryHistory

from chatroom.client import first, pages, tagged, typed_history
from chatroom.client.commands import typed
from chatroom.client.events import Event
from chatroom.client.face import Face
from chatroom.client.link import client_for, now
from chatroom.client.options import Options
from chatroom.client.outbox import Outbox, typing_pace
from chatroom.client.places import Entry, Place, Places
from chatroom.client.screen import layout, panels, questions
from chatroom.client.screen.entry import NamesCompleter, Question, TypedHistory, offer_commands
from chatroom.client.screen.keys import bindings
from chatroom.client.screen.output import has_links, notice
from chatroom.client.screen.rows import Look
from chatroom.client.screen.scrollback import Scrollback
from chatroom.client.screen.theme import THEMES, style_of
from chatroom.client.words import t

_REDRAW_EVERY = 1 / 30  # seconds, at the most
_AGE_EVERY = 5.0  # seconds after which the status line is drawn again, though nothing happened
_CLOCKS = {"24": "%H:%M", "12": "%I:%M %p", "seconds": "%H:%M:%S", "none": ""}


class Screen(Face):
    """The application, and what it stands on."""

    def __init__(self, options: Options, history: Path) -> None:
        self.client = client_for(options, self.show, Outbox(typing_pace()))
        self.session = self.client.session
        self.session.face = self
        self.session.tells_typing = options.settings.get("typing", True)
        self.host = options.host
        self.places = Places(self.session)
        self.scrollback = Scrollback(self.places, self._pending, has_links())
        self.scrollback.wants_older = self._wants_older
        self.question: Question | None = None
        self.secret: tuple[str, Callable[[str], None]] | None = None  # what is being typed unseen, and who wants it
        self.has_members = False
        self.has_mouse = options.settings.get("mouse", True)
        self.theme = options.settings.get("theme", "auto")
        self.theme = self.theme if self.theme in THEMES else "auto"
        self.is_finding = False
        self._rings = False
        self._filed = 0  # events so far
        self._drawn: object = None  # what was known when the screen was drawn last
        self._found: Entry | None = None
        self.entry = Buffer(
            multiline=True,
            completer=NamesCompleter(self.session),
            history=TypedHistory(self.session, history),
            on_text_insert=offer_commands,
            on_text_changed=self._typing,
        )
        self.find = Buffer(multiline=False, history=InMemoryHistory(), on_text_changed=lambda _: self.find_next(True))
        self.app = self._application()
        self.client.changed = self._changed
        self._do_clock(options.settings.get("clock", "24"))

    def _application(self) -> Application[None]:
        app: Application[None] = Application(
            layout.build(self),
            style=style_of(self.theme),
            key_bindings=bindings(self),
            full_screen=True,
            mouse_support=Condition(lambda: self.has_mouse),
            min_redraw_interval=_REDRAW_EVERY,
            max_render_postpone_time=_REDRAW_EVERY,
            refresh_interval=_AGE_EVERY,
        )
        app.ttimeoutlen, app.timeoutlen = 0.05, 0.3  # seconds: Escape is a key here, and the beginning of others
        return app

    # what the client tells

    def show(self, event: Event) -> None:
        """File one event."""
        self.places.follow()
        self.places.take(event)
        self._filed += 1
        if event.mention and not event.replayed and not event.own:
            self._rings = True
            self._notify(event)

    def _notify(self, event: Event) -> None:
        where = event.room or t("a private talk")
        self.app.output.write_raw(notice(f"{event.nick}, {where}", event.text))

    @property
    def is_reading(self) -> bool:
        """Whether the newest of the place the user faces is in sight."""
        return self.places.is_looking

    def _changed(self) -> None:
        self.places.follow()
        self.places.read_markers()
        if self._rings:
            self._rings = False
            self.app.output.bell()
        outbox = self.session.outbox
        state = (
            self.client.health.heard_at,
            self._filed,
            self.session.facing,
            len(outbox.waiting),
            len(outbox.unconfirmed),
        )
        if state != self._drawn:  # this is called every second
            self._drawn = state
            self.app.invalidate()

    def _wants_older(self, place: Place) -> None:
        """Ask the server for what was said before the first entry here."""
        if place.is_whole or place.is_asking or not place.name or not place.entries:
            return
        place.is_asking = pages.ask_before(self.session, place.name, place.oldest_said(), place.add_older)
        if place.is_asking:
            asyncio.get_running_loop().call_soon(self.client.flush)

    def _pending(self, place: Place, look: Look) -> list[list[tuple[str, str]]]:
        return panels.pending(self.places, place, look)

    # what the user does

    def entered(self) -> None:
        """Take the line that was typed; ask first if it looks like a slip."""
        text = self.entry.text
        if self.secret:
            (_, take), self.secret = self.secret, None
            self.entry.reset()
            if text:
                take(text)
            self.client.flush()
            return
        leaves = text.strip().lower().partition(" ")[0] in ("/quit", "/exit", "/bye")
        if leaves:
            self.ask(questions.about_leaving(self.session, self._accept), self._accept)
        else:
            self.ask(questions.about_line(self.session, text, self._accept), self._accept)

    def _accept(self) -> None:
        text = self.entry.text
        self.entry.append_to_history()
        self.entry.reset()
        self.entry.load_history_if_not_yet_loaded()
        self.say(text)

    def say(self, text: str) -> None:
        """Take `text` as if it had been typed, or pasted."""
        self.scrollback.to_end()
        typed(self.session, text)
        self.client.flush()
        if self.session.is_leaving:
            self.end()

    def pasted(self, text: str) -> None:
        """Take what was pasted: one line is typed on, several are asked about."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\n" not in text.strip("\n") or self.entry.text:
            self.entry.insert_text(text if self.entry.text else text.strip("\n"))
            return
        text = text.strip("\n")
        edit = lambda: self.entry.insert_text(text)  # noqa: E731
        self.ask(questions.about_paste(self.session, text, lambda: self.say(text), edit), lambda: self.say(text))

    def ask_secret(self, question: str, take: Callable[[str], None]) -> bool:
        """Have the next line typed unseen, and give it to `take`."""
        self.secret = (question, take)
        return True

    def end_secret(self) -> None:
        """Type nothing unseen after all."""
        self.secret = None
        self.entry.reset()

    def ask(self, question: Question | None, otherwise: layout.Act) -> None:
        """Ask `question`, or do what needs none."""
        self.question = question
        if question is None:
            otherwise()

    def answer(self, key: str) -> None:
        """Take the key that was pressed at a question; any but those named is a no."""
        question, self.question = self.question, None
        if question:
            question.answers.get(key.lower(), lambda: None)()

    def leave(self) -> None:
        """Leave, unless something is not sent yet: then ask."""
        self.ask(questions.about_leaving(self.session, self._leave), self._leave)

    def _leave(self) -> None:
        self.client.leave()
        self.end()

    def end(self) -> None:
        """Give the terminal back."""
        if self.app.future and not self.app.future.done():
            self.app.exit()

    def turn_to(self, place: Place) -> None:
        """Look at a place; what is typed goes there from now on."""
        self.session.facing = place.name
        self.places.turn_to(place)
        self.scrollback.to_end()
        self.client.flush()

    def turn(self, step: int) -> None:
        """Look at the next place, or the one before."""
        every = list(self.places)
        self.turn_to(every[(every.index(self.places.current) + step) % len(every)])

    def turn_to_number(self, number: int) -> None:
        """Look at the place with that number, if there is one."""
        for place in list(self.places)[number : number + 1]:
            self.turn_to(place)

    def turn_to_unread(self) -> None:
        """Look where something has not been read."""
        if place := self.places.next_unread():
            self.turn_to(place)

    def _typing(self, buffer: Buffer) -> None:
        is_talk = (
            buffer.text
            and not self.secret
            and (not buffer.text.startswith("/") or buffer.text.startswith(("//", "/me ")))
        )
        tagged.tell_typing(self.session, "active" if is_talk else "done")
        self.client.flush()

    # looking for words

    def begin_find(self, words: str = "") -> None:
        """Look for words in what is here."""
        self.is_finding, self._found = True, None
        self.find.text = words
        self.app.layout.focus(self.find)

    def end_find(self) -> None:
        """Look for nothing any more, and stay where one is."""
        self.is_finding = False
        self.app.layout.focus(self.entry)
        self.scrollback.redraw(Look(self.scrollback.look.width, self.scrollback.look.time_format))

    def find_next(self, is_fresh: bool = False, forth: bool = False) -> None:
        """Go to the entry before (or after) that holds what is looked for."""
        words, look = self.find.text, self.scrollback.look
        self.scrollback.redraw(Look(look.width, look.time_format, words.casefold()))
        start = None if is_fresh else self._found
        found = next(self.scrollback.matches(words, start, forth), None) if words else None
        if found:
            self._found = found
            self.scrollback.show(found)

    # commands about the screen

    def perform(self, action: str, word: str = "") -> bool:
        """Carry out a command of `face`."""
        getattr(self, f"_do_{action}")(word.strip())
        return True

    def _do_members(self, _: str) -> None:
        self.has_members = not self.has_members

    def _do_close(self, _: str) -> None:
        place = self.places.current
        if self.session.roster.room(place.name):
            self.session.error(t("You are in {room}; /part leaves it.", room=place.name))
            return
        self.places.close(place)
        self.turn_to(self.places.current)

    def _do_find(self, words: str) -> None:
        self.begin_find(words)

    def _do_theme(self, theme: str) -> None:
        if theme not in THEMES:
            self.session.note(t("Themes: {names}.", names=", ".join(THEMES)))
            return
        self.theme = theme
        self.app.style = style_of(theme)

    def _do_clock(self, form: str) -> None:
        self.scrollback.redraw(Look(self.scrollback.look.width, _CLOCKS.get(form, form if "%" in form else "%H:%M")))

    def _do_mouse(self, word: str) -> None:
        self.has_mouse = word != "off" if word else not self.has_mouse

    # running

    async def run(self) -> None:
        """Chat until the user leaves. Raises link.Failed."""
        running = asyncio.ensure_future(self.client.run())
        drawing = asyncio.ensure_future(self._draw())
        await asyncio.wait((running, drawing), return_when=asyncio.FIRST_COMPLETED)
        self.end()
        await drawing
        self.client.leave()
        await running

    async def _draw(self) -> None:
        with contextlib.suppress(EOFError, KeyboardInterrupt, OSError):  # the last: the terminal is gone
            await self.app.run_async(
                pre_run=lambda: self.app.layout.focus(self.entry), set_exception_handler=False, handle_sigint=False
            )

    def status(self) -> StyleAndTextTuples:
        """The status line."""
        width = self.app.output.get_size().columns
        is_wide = width >= layout.WIDE
        items = [] if is_wide else panels.place_list(self.places, self.host, self.turn_to)
        return panels.status(self.places, self.client, now(), width, items)


async def run(options: Options) -> int:
    """Chat on this terminal's whole screen; returns the exit code. Raises link.Failed."""
    from prompt_toolkit.application import create_app_session

    from chatroom.client.screen.output import open_output

    with create_app_session(output=open_output()):
        screen = Screen(options, typed_history.default_path())
        screen.client.on_signals(screen._leave, "SIGTERM", "SIGHUP")
        await screen.run()
        first.keep(screen.client)
    return 0
