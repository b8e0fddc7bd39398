"""An IRC program: registration, capabilities, and lines passed to the verbs.

Strategy: what is the protocol's own (registering, CAP, tags, batches) happens here; what people do goes to the
command table through `verbs`. Replies and refusals become numerics in `numerics`, events lines in `events`. All that
answers a labelled line is collected in an `Answer` and goes out when the line has been dealt with.

Sources: Modern IRC "Connection Registration"; IRCv3 capability-negotiation, batch, labeled-response.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from chatroom.commands.call import Call, Server
from chatroom.core.events import Record, Said, Tagged, TaggedTo, Told
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import MotdShown, Page, Reply, RoomShown
from chatroom.dialects.irc import numerics, verbs  # noqa: F401 - they fill their tables
from chatroom.dialects.irc.answer import Answer
from chatroom.dialects.irc.caps import IN_ECHO, IN_FLAVOUR
from chatroom.dialects.irc.events import IrcFlavour, flavour
from chatroom.dialects.irc.lines import fit_line
from chatroom.dialects.irc.numerics.refusals import FAILS, failure, refusal
from chatroom.dialects.irc.numerics.table import numerics_of
from chatroom.dialects.irc.verbs.table import BEFORE_ENTRY, VERBS, by_row
from chatroom.dialects.session import Dialect, Outbox
from chatroom.wire.irc import MAX_LINE, MAX_RECEIVED, Message, format_tags, parse
from chatroom.wire.lines import TooLong

_USERNAME_REFUSES = re.compile(r"[^A-Za-z0-9._~-]")
USERNAME_LENGTH = 16
TALK = (Said, Told, Tagged, TaggedTo)


class IrcSession(Dialect):
    """The IRC dialect of one connection."""

    limit = MAX_RECEIVED

    def __init__(self, server: Server, outbox: Outbox, address: str, host: str) -> None:
        super().__init__(server, outbox, address, host)
        self.wanted_nick = ""
        self.username = ""
        self.realname = ""
        self.is_negotiating = False  # capabilities, which holds registration open
        self.is_cap_302 = False
        self.password = ""
        self.capabilities: frozenset[str] = frozenset()
        self.answer: Answer | None = None  # to the labelled line being dealt with
        self._batches = 0
        self.set_capabilities(self.capabilities)
        outbox.echo = self._echo

    @property
    def nick(self) -> str:
        """What numerics call this connection."""
        return self.user.nick if self.user else "*"

    # ---- in

    def receive(self, line: bytes | TooLong) -> None:
        """Take one line."""
        self.cost, self.verb = 0.0, "*"
        try:
            message = self._parse(line)
            if message is not None:
                if "label" in message.tags and "labeled-response" in self.capabilities:
                    self.answer = Answer(message.tags["label"])
                self._dispatch(message)
        except Refused as refused:
            self.refuse(refused)
        self.finish_answer()
        self.cost = max(self.cost, 1.0)

    def _parse(self, line: bytes | TooLong) -> Message | None:
        if isinstance(line, TooLong):
            raise Refused(Why.LINE_TOO_LONG, limit=MAX_LINE)
        try:
            message = parse(line.replace(b"\r", b"").replace(b"\0", b"").decode())
        except UnicodeDecodeError as error:
            garbled = parse(line.decode(errors="replace"))
            self.verb = garbled.verb if garbled and garbled.verb.isascii() and garbled.verb.isalnum() else "*"
            raise Refused(Why.NOT_UTF8) from error
        body = line.partition(b" ")[2] if line.startswith(b"@") else line
        if len(body) > MAX_LINE:
            raise Refused(Why.LINE_TOO_LONG, limit=MAX_LINE)
        return message

    def _dispatch(self, message: Message) -> None:
        self.verb = message.verb
        verb = VERBS.get(message.verb)
        if self.user is None and message.verb not in BEFORE_ENTRY:
            raise Refused(Why.NOT_ENTERED)
        if verb is not None:
            verb(self, message)
        else:
            by_row(self, message)

    def finish_answer(self) -> None:
        """All that answers the labelled line has been said: send it."""
        answer, self.answer = self.answer, None
        if answer is not None:
            self.outbox.write(answer.finished(self.server.name, self.new_batch))

    # ---- registration

    def set_username(self, username: str, realname: str) -> None:
        """Take what USER says; raise Refused when nothing of it can be used."""
        username = _USERNAME_REFUSES.sub("", username)[:USERNAME_LENGTH]
        if not username:
            raise Refused(Why.USAGE)
        self.username, self.realname = username, realname

    def register(self) -> None:
        """Enter the chat, when all that it takes has been said."""
        if self.user or self.is_negotiating or not (self.wanted_nick and self.username):
            return
        if not self.server.lets_in(self.password):
            self.numeric("464", "Password incorrect")
            self.close("Password incorrect")
            return
        if not self.call("enter", (self.wanted_nick, self.username, self.host, self.realname)):
            self.wanted_nick = ""  # taken meanwhile: another NICK goes on
            if self.server.chat.sealed:
                self.close("The server can't write to its disk; try again in a minute")
            return
        self.call("counts")
        self.tell(MotdShown(self.server.motd))
        if self.server.user_modes:
            self.call("usermode", (self.server.user_modes,))
        if self.server.joins_irc:
            self.call("join", (self.server.default_room,))

    def set_capabilities(self, capabilities: frozenset[str]) -> None:
        """Have exactly these capabilities from now on."""
        self.capabilities = capabilities
        self.outbox.flavour = self.flavour

    def add_capability(self, name: str) -> None:
        """Have `name` too."""
        self.set_capabilities(self.capabilities | {name})

    @property
    def flavour(self) -> IrcFlavour:
        """The form in which this program is told events."""
        return flavour(self.capabilities & IN_FLAVOUR, self.server.log)

    # ---- out

    def tell(self, reply: Reply) -> None:
        """Tell the program something, in numerics."""
        for number, *params in numerics_of(reply, self):
            self.numeric(number, *params)
        if isinstance(reply, RoomShown):
            self._replay(reply.tail)

    def refuse(self, refused: Refused, call: Call | None = None) -> None:
        """Tell it why not. A NOTICE is never answered (RFC 1459 section 4.4.2)."""
        if self.verb == "NOTICE":
            return
        if refused.why in FAILS:
            self.line("FAIL", self.verb, *failure(refused), source=self.server.name)
            return
        number, *params = refusal(refused, self.verb)
        self.numeric(number, *params)

    def numeric(self, number: str, *params: str) -> None:
        """Send a numeric (or NOTICE) from the server to this connection."""
        self.line(number, self.nick, *params, source=self.server.name)

    def line(self, verb: str, *params: str, source: str = "", tags: Mapping[str, str] | None = None) -> None:
        """Send one line, cut where it were too long."""
        line = fit_line(verb, *params, source=source)
        self.write(f"{format_tags(tags or {})}{line}\r\n".encode())

    def write(self, data: bytes) -> None:
        """Send whole lines; while a labelled line is dealt with, they belong to its answer."""
        if self.answer is not None:
            self.answer.add(data)
        else:
            self.outbox.write(data)

    def new_batch(self) -> str:
        """A reference for a batch, new to this connection."""
        self._batches += 1
        return f"b{self._batches}"

    def tell_batch(self, kind: str, params: Sequence[str], records: Iterable[Record]) -> None:
        """Tell records in a batch of their own (IRCv3 batch); without one to a program that does not know batches."""
        own = self.flavour
        if "batch" not in self.capabilities:
            for record in records:
                self.write(own.render(record))
            return
        reference = self.new_batch()
        self.line("BATCH", f"+{reference}", kind, *params, source=self.server.name)
        for record in records:
            self.write(own.render_with(record, {"batch": reference}))
        self.line("BATCH", f"-{reference}", source=self.server.name)

    def _replay(self, tail: Page) -> None:
        """The last of a room's history, for programs that can tell it from new talk."""
        if tail.records and {"batch", "server-time"} <= self.capabilities:
            self.tell_batch("chathistory", [tail.subject], tail.records)

    def _echo(self, record: Record) -> None:
        """What this connection did: always told, but its own talk only when it asked for that."""
        event = record.event
        to_itself = isinstance(event, (Told, TaggedTo)) and event.to == event.who
        if to_itself or not isinstance(event, TALK) or "echo-message" in self.capabilities:
            self.write(flavour(self.capabilities & IN_ECHO, self.server.log).render(record))

    # ---- staying and going

    def probe(self) -> bool:
        """Ask a silent program whether it is there."""
        self.line("PING", self.server.name)
        return True

    def close(self, reason: str) -> None:
        """Leave, say why, close (Modern IRC "ERROR message")."""
        self.leave(reason)
        self.line("ERROR", f"Closing Link: {self.host} ({reason or 'Client quit'})")
        self.finish_answer()
        self.outbox.end()
