"""The one socket: connecting, reading, writing, noticing a dead link, and starting again.

Strategy: `Client` carries bytes between a socket and a `Session` and knows no command. Everything it does ends in
`flush`: what the session wants sent leaves, what it wants shown is handed to whoever shows it. The first connection
must succeed; after it, a lost one is made again for as long as the user stays, ever more slowly, and not by everybody
at once.

Sources: asyncio streams; "Exponential Backoff And Jitter" (equal jitter); RFC 8305 (both address families tried).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import random
import signal
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from chatroom.client import health, trust
from chatroom.client.events import Event
from chatroom.client.keepalive import Keepalive
from chatroom.client.options import Options
from chatroom.client.outbox import Outbox
from chatroom.client.protocol import receive_line
from chatroom.client.registration import begin
from chatroom.client.session import Session, Wish
from chatroom.client.words import t
from chatroom.wire.lines import LineReader

LONGEST_LINE = 8191 + 512  # bytes: a server's tags (IRCv3 message-tags) and the line
CONNECT_SECONDS = 15.0
QUIT_SECONDS = 2.0  # to wait for the server's goodbye
STABLE_SECONDS = 30.0  # a link that held so long was a good one: the next attempt comes soon again
_SHOWN_AT_FIRST = 20  # messages of what was said before
_TICK = 1.0  # seconds between two looks at the time


class Failed(Exception):
    """There is no way to go on; the text is the sentence to show."""


class Untrusted(Failed):
    """Nobody vouches for the certificate of the server."""


def now() -> float:
    """Seconds on a clock that also runs while the machine sleeps, where there is one."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return float(time.clock_gettime(time.CLOCK_BOOTTIME))
    return time.monotonic()


@dataclass
class Backoff:
    """How long to wait before the next attempt: doubled each time up to `most` seconds, half of it left to chance."""

    least: float = 1.0
    most: float = 60.0
    chance: Callable[[], float] = random.random
    attempts: int = 0

    def next(self) -> float:
        """Seconds to wait now."""
        ceiling = min(self.most, self.least * 2.0 ** min(self.attempts, 32))
        self.attempts += 1
        return ceiling * (0.5 + self.chance() / 2)

    def reset(self) -> None:
        """Begin again with the shortest wait."""
        self.attempts = 0


def client_for(options: Options, show: Callable[[Event], None], outbox: Outbox, reconnects: bool = True) -> Client:
    """A client for what the command line asked for; nothing is connected yet."""
    must_be_nick = options.says and options.is_nick_given
    is_read = not (options.says or options.listens)
    history = options.last if options.last is not None else _SHOWN_AT_FIRST * is_read
    rooms = dict.fromkeys((options.room, *options.rooms), "")
    wish = Wish(options.nick, rooms, "chat", "", options.password, must_be_nick, history=history, marks_read=is_read)
    wish.account, wish.account_password = options.account, options.account_password
    wish.is_private = options.tls or options.host in ("localhost", "127.0.0.1", "::1")
    session = Session(wish, outbox)
    session.facing = options.room
    return Client(session, options, show, reconnects)


class Client:
    """A session and the link it uses. `show` is called with each event, in order."""

    def __init__(
        self, session: Session, options: Options, show: Callable[[Event], None], reconnects: bool = True
    ) -> None:
        self.session = session
        self.options = options
        self.show = show
        self.reconnects = reconnects
        self.changed: Callable[[], None] = lambda: None  # called after every change of what is known
        self.backoff = Backoff()
        self.is_over = False
        self._was_in = False  # the server has let the user in at least once
        self._writer: asyncio.StreamWriter | None = None
        self._keepalive = Keepalive(now())
        self.health = health.Health(now())
        self._left_at: float | None = None
        self._said = ""  # what was last said about a failed attempt
        self._changed = asyncio.Event()
        self._leaving = asyncio.Event()

    async def run(self) -> None:
        """Stay connected until the user leaves. Raises Failed when the server was never reached, or let nobody in."""
        try:
            while not self.session.is_leaving:
                await self._one_link()
                if self.session.is_leaving or not self.reconnects:
                    break
                await self._pause()
        finally:
            self.is_over = True
            self.flush()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds, or until there is nothing more to wait for."""
        while not (condition() or self.is_over):
            self._changed.clear()
            await self._changed.wait()

    def leave(self, text: str = "") -> None:
        """Say goodbye; `run` ends soon."""
        if not self.session.is_leaving:
            self.session.quit(text)
        self.flush()

    def on_signals(self, action: Callable[[], None], *names: str) -> None:
        """Do `action` when one of these signals arrives, where the system has it."""
        for name in names:
            with contextlib.suppress(NotImplementedError, AttributeError):
                asyncio.get_running_loop().add_signal_handler(getattr(signal, name), action)

    def flush(self) -> None:
        """Send what may be sent, show what is to be shown."""
        if self._writer:
            self.session.mark_read(now())
            lines = self.session.lines_to_send(now())
            if self.session.ask(now()):
                self._keepalive.asked(now())
                lines += self.session.lines_to_send(now())
            self._writer.write("".join(f"{line}\r\n" for line in lines).encode(errors="replace"))
        for event in self.session.events_to_show():
            self.show(event)
        if self.session.is_leaving:
            self._left_at = self._left_at or now()
            self._leaving.set()
        self._changed.set()
        self.changed()

    # one link

    async def _one_link(self) -> None:
        try:
            reader, writer = await self._connect()
        except (OSError, ssl.SSLError) as problem:
            if isinstance(problem, ssl.SSLCertVerificationError) and not self._was_in:
                raise Untrusted(explain(problem, self.options)) from None
            self._not_reached(explain(problem, self.options))
            return
        began = now()
        self._writer, self._keepalive, self._said = writer, Keepalive(began), ""
        self.health.made(began)
        begin(self.session)
        try:
            reason = await self._serve(reader)
        except (OSError, ssl.SSLError) as problem:
            reason = f"the connection broke ({problem.strerror or problem})"
        finally:
            self._writer = None
            await _close(writer)
        if now() - began > STABLE_SECONDS:
            self.backoff.reset()
        self._lost(reason)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        options = self.options
        context = trust.context_for(options)
        async with asyncio.timeout(CONNECT_SECONDS):
            ends = await asyncio.open_connection(options.host, options.port, ssl=context, happy_eyeballs_delay=0.25)
        if not trust.is_pinned(ends[1], options):
            ends[1].close()
            raise trust.Changed
        return ends

    async def _serve(self, reader: asyncio.StreamReader) -> str:
        """Carry lines until the link ends; returns why it did."""
        lines = LineReader(LONGEST_LINE)
        self.flush()
        while True:
            data = await self._read(reader)
            if data == b"":
                return self.session.closing_words or "the server closed the connection"
            for line in lines.receive_data(data or b""):
                if isinstance(line, bytes):
                    receive_line(self.session, line)
            if data:
                self.health.heard(now())
            if reason := self._reason_to_end(heard=data is not None):
                return reason
            self._measure()
            self.flush()

    async def _read(self, reader: asyncio.StreamReader) -> bytes | None:
        """What arrives next; None when it is only time to look at the clock."""
        wait = self.session.outbox.next_in()
        try:
            async with asyncio.timeout(_TICK if wait is None else min(_TICK, max(wait, 0.01))):
                return await reader.read(65536)
        except TimeoutError:
            return None

    def _measure(self) -> None:
        """Ask for the lag now and then, once the server has let the user in."""
        if self.session.ponged == health.WORD:
            self.session.ponged = ""
            self.health.answered(now())
        if self.session.is_registered and not self.session.is_leaving:
            self.health.let_in()
            if self.health.must_measure(now()):
                self.session.send("PING", health.WORD)

    def _reason_to_end(self, heard: bool) -> str:
        session = self.session
        self._was_in = self._was_in or session.is_registered
        if session.refusal:
            return session.refusal
        if self._left_at and now() - self._left_at > QUIT_SECONDS:
            return "left"
        if heard:
            self._keepalive.heard(now())
        elif self._keepalive.is_dead(now()):
            return "nothing came from the server any more, not even an answer to a PING"
        elif self._keepalive.must_ask(now()):
            session.send("PING", "silence")
        return ""

    # after it

    def _lost(self, reason: str) -> None:
        if self.session.is_leaving:
            return
        if not self._was_in:
            raise Failed(self.session.refusal or _not_let_in(reason, self.options))
        self.health.lost()
        self.session.link_lost(reason)
        self.flush()

    def _not_reached(self, reason: str) -> None:
        if not self._was_in:
            raise Failed(reason)
        if reason != self._said:  # through a long night, once is enough
            self._said = reason
            self.session.note(t("Still not connected: {reason}", reason=reason))

    async def _pause(self) -> None:
        self.session.refusal = ""
        delay = self.backoff.next()
        if self.backoff.attempts == 1:
            self.session.note(t("Trying to connect again; what you type meanwhile is kept and sent then."))
        self.flush()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._leaving.wait()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
        async with asyncio.timeout(1):
            await writer.wait_closed()


def _not_let_in(reason: str, options: Options) -> str:
    hint = "" if options.tls else t(" If that port expects TLS, add --tls.")
    return t("{where} did not let you in: {why}.", where=options.address, why=reason.rstrip(".")) + hint


def explain(problem: Exception, options: Options) -> str:
    """Why there is no connection, and what to try."""
    where = options.address
    if isinstance(problem, trust.Changed):
        why = t("{where} shows another certificate than the one you trusted; nothing was sent to it.", where=where)
        remedy = t("If its owner has renewed it, take the old fingerprint out of servers.json (docs/client.md).")
        return f"{why} {remedy}"
    if isinstance(problem, ssl.SSLCertVerificationError):
        why = t("The certificate of {where} can't be trusted: {why}.", where=where, why=problem.verify_message)
        remedy = t("If it is your own, name it in the environment: SSL_CERT_FILE=cert.pem chat-client ...")
        return f"{why} {remedy}"
    if isinstance(problem, ssl.SSLError):
        return t("{where} does not speak TLS. Try without --tls, or another port.", where=where)
    if isinstance(problem, socket.gaierror):
        return t(
            "There is no host called {host}. Check its spelling, and that this machine is online.", host=options.host
        )
    if isinstance(problem, TimeoutError):
        return t(
            "{where} gave no answer within {seconds} s. Check the address and any firewall between.",
            where=where,
            seconds=round(CONNECT_SECONDS),
        )
    # asyncio joins the errors of several addresses into one text
    if isinstance(problem, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(problem):
        return t("Nothing listens at {where}. Is the server running there? bin/chat-server starts one.", where=where)
    reason = problem.strerror if isinstance(problem, OSError) else ""
    return t("{where} can't be reached: {why}.", where=where, why=reason or problem)
