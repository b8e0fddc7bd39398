"""An IRC program: registration, capabilities, and lines passed to the verbs.

Strategy: what is the protocol's own (registering, CAP, tags, batches) happens here; what people do goes to the
command table through `verbs`. Replies and refusals become numerics in `numerics`, events lines in `events`. All that
answers a labelled line is collected in an `Answer` and goes out when the line has been dealt with.

Sources: Modern IRC "Connection Registration"; IRCv3 capability-negotiation, batch, labeled-response.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil

from chatroom.commands.call import Call, Server
from chatroom.core.account_replies import LoggedIn, LoggedOut, RoomResumed
from chatroom.core.events import Joined, ModesChanged, Record, Said, Tagged, TaggedTo, Tags, Told
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import MotdShown, Reply, RoomShown
from chatroom.core.room import Room
from chatroom.core.user import User
from chatroom.dialects.irc import numerics, verbs, watch  # noqa: F401 - they fill their tables
from chatroom.dialects.irc.answer import MAX_LABEL, Answer
from chatroom.dialects.irc.caps import ASKS_FOR_HISTORY, IN_ECHO, IN_FLAVOUR, IN_HISTORY
from chatroom.dialects.irc.events import IrcFlavour, flavour
from chatroom.dialects.irc.lines import fit_line, size_of
from chatroom.dialects.irc.numerics.metadata import CAPABILITY
from chatroom.dialects.irc.numerics.refusals import ABOUT_THE_LINE, FAILS, UNNUMBERED, failure, refusal
from chatroom.dialects.irc.numerics.table import numerics_of
from chatroom.dialects.irc.props import ANNOUNCED
from chatroom.dialects.irc.verbs import metadata, multiline, sasl, services
from chatroom.dialects.irc.verbs.multiline import Batch
from chatroom.dialects.irc.verbs.sasl import Exchange
from chatroom.dialects.irc.verbs.table import BEFORE_ENTRY, VERBS, by_row
from chatroom.dialects.irc.watch import Watch
from chatroom.dialects.session import Dialect, Outbox
from chatroom.wire.irc import MAX_LINE, MAX_RECEIVED, Message, client_tags, fits, format_tags, parse
from chatroom.wire.lines import ENDLESS, TooLong

_USERNAME_REFUSES = re.compile(r"[^A-Za-z0-9._~-]")
USERNAME_LENGTH = 16
TALK = (Said, Told, Tagged, TaggedTo)
_REPLACED = "\ufffd"  # stands for what is not UTF-8
# Verbs that may hold a password, which SASL allows to be longer than a line; others are told nothing of them.
NO_CAPABILITIES: frozenset[str] = frozenset()  # one for all who have none: it takes 216 bytes
SECRETIVE = frozenset(("REGISTER", "LOGIN", "PASSWORD", "NS", "NICKSERV"))
MAX_SECRET = 1024  # bytes of their lines


class IrcSession(Dialect):
    """The IRC dialect of one connection."""

    limit = MAX_RECEIVED
    patience = 16384

    def __init__(self, server: Server, outbox: Outbox, address: str, host: str) -> None:
        super().__init__(server, outbox, address, host)
        self.asked_nick = ""  # whether or not it could be had
        self.wanted_nick = ""
        self.sasl: Exchange | None = None  # the login it is in the middle of
        self.speaker = ""  # the service that tells what is told now
        self.username = ""
        self.realname = ""
        self.is_negotiating = False  # capabilities, which holds registration open
        self.is_cap_302: bool = False
        self.password = ""
        self.capabilities = NO_CAPABILITIES
        self.answer: Answer | None = None  # to the labelled line being dealt with
        self.batch: Batch | None = None  # a message of several lines, on its way
        self.watch = Watch()
        self.said_before: dict[str, str] = {}  # metadata of its own, before it has entered
        self.away_before = ""  # that nobody is there, said before it has entered
        self._batches = 0
        self.set_capabilities(self.capabilities)
        outbox.echo = self._echo
        outbox.notice = self._notice

    @property
    def nick(self) -> str:
        """What numerics call this connection."""
        return self.user.nick if self.user else "*"

    @property
    def account_name(self) -> str:
        """The account it has logged in to, "" for none."""
        return self.user.who.account if self.user else self.account

    # ---- in

    def receive(self, line: bytes | TooLong) -> None:
        """Take one line."""
        self.cost, self.verb = 0.0, "*"
        if line is ENDLESS:
            self.close("That line has no end")
            return
        try:
            self._take(line)
        except Refused as refused:
            self.refuse(refused)
        self.finish_answer()
        self.cost = self.cost or 1.0

    def _take(self, line: bytes | TooLong) -> None:
        if isinstance(line, TooLong):
            raise self._unreadable(Why.LINE_TOO_LONG)
        line = line.replace(b"\r", b"").replace(b"\0", b"")
        try:
            message = parse(line.decode())
        except UnicodeDecodeError as error:
            raise self._garbled(line) from error
        if message is None:
            return
        if message.tags:
            self._take_label(message)
        if not fits(line, MAX_SECRET if message.verb in SECRETIVE else MAX_LINE):
            raise self._unreadable(Why.LINE_TOO_LONG)
        self._dispatch(message)

    def _take_label(self, message: Message) -> None:
        """Have the line answered under its label, if it has one that the program may use."""
        label = message.tags.get("label", "")
        if label and size_of(label) <= MAX_LABEL and {"labeled-response", "batch"} <= self.capabilities:
            self.answer = Answer(label)

    def _garbled(self, line: bytes) -> Refused:
        message = parse(line.decode(errors="replace"))
        if message is not None and message.verb.isascii() and message.verb.isalnum():
            self.verb = message.verb
        if message is not None and _REPLACED not in message.tags.get("label", _REPLACED):
            self._take_label(message)
        return self._unreadable(Why.NOT_UTF8)

    def _unreadable(self, why: Why) -> Refused:
        """What refuses a line whose meaning is not even looked at; a message of several lines would lack it."""
        multiline.give_up(self)
        return Refused(why, limit=MAX_LINE)

    def _dispatch(self, message: Message) -> None:
        self.verb = message.verb
        verb = VERBS.get(message.verb)
        if self.user is None and message.verb not in BEFORE_ENTRY:
            raise Refused(Why.NOT_ENTERED)
        if (self.batch is not None or "batch" in message.tags) and multiline.takes(self, message):
            return
        if verb is not None:
            verb(self, message)
        else:
            by_row(self, message)

    def finish_answer(self) -> None:
        """All that answers the labelled line has been said: send it."""
        answer, self.answer = self.answer, None
        if answer is not None:
            self.outbox.write(answer.finished(self.server.name, self.new_batch))

    def passed_on(self, message: Message) -> Tags:
        """The tags of `message` that others get to see; none from a program without tags."""
        return client_tags(message.tags) if message.tags and "message-tags" in self.capabilities else ()

    # ---- registration

    def set_username(self, username: str, realname: str) -> None:
        """Take what USER says; raise Refused when nothing of it can be used."""
        username = _USERNAME_REFUSES.sub("", username).lstrip("~")[: USERNAME_LENGTH - 1]
        if not username:
            raise Refused(Why.USERNAME_BAD)
        self.username, self.realname = f"~{username}", realname  # nobody but the person vouches for it

    def register(self) -> None:
        """Enter the chat, when all that it takes has been said."""
        if self.user or self.is_negotiating or not (self.wanted_nick and self.username):
            return
        if not self.server.lets_in(self.password):
            self.numeric("464", "Password incorrect")
            self.close("Password incorrect")
            return
        if self.sasl is not None:
            sasl.abort(self)
        if not self.call("enter", (self.wanted_nick, self.username, self.host, self.realname)):
            self.wanted_nick = ""  # taken meanwhile: another NICK goes on
            if self.server.chat.sealed:
                self.close("The server can't write to its disk; try again in a minute")
            return
        self.call("counts")
        metadata.welcome(self)
        self.tell(MotdShown(self.server.motd))
        for number, *params in ANNOUNCED:
            self.numeric(number, *params)
        if self.is_back:
            self.call("resume")
            return
        if self.server.user_modes:
            self.call("usermode", (self.server.user_modes,))
        if self.server.joins_irc:
            self.call("join", (self.server.default_room,))

    def set_capabilities(self, capabilities: frozenset[str]) -> None:
        """Have exactly these capabilities from now on."""
        self.capabilities = capabilities
        self.outbox.flavour = self.flavour
        if CAPABILITY not in capabilities:
            self.watch.keys.clear()

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
        if self.speaker:
            services.tell(self, reply)
            if not isinstance(reply, (LoggedIn, LoggedOut)):
                return
        if isinstance(reply, RoomResumed):
            self._tell_joined(reply.room)
        for number, *params in numerics_of(reply, self):
            self.numeric(number, *params)
        if isinstance(reply, RoomShown):
            self.replay(reply.tail.subject, reply.tail.records)

    def heard_of_hush(self, event: ModesChanged) -> None:
        """As all programs it is told MODE; of who, why and how long it is told beside that."""
        if event.about or event.reason or event.seconds:
            super().heard_of_hush(event)

    def turn_away(self, refused: Refused) -> None:
        """They may not come in: 465, then close (Modern IRC ERR_YOUREBANNEDCREEP)."""
        number, *params = refusal(refused, self.verb)
        self.numeric(number, *params)
        super().turn_away(refused)

    def _tell_joined(self, room: Room) -> None:
        """Tell of a joining that happened before this connection came; it is no event of the log."""
        if self.user is not None:
            joined = Joined(self.user.who, room.name, self.user.realname)
            self.write(self.flavour.render(Record(0, self.server.now(), joined, ())))

    def refuse(self, refused: Refused, call: Call | None = None) -> None:
        """Tell it why not. A NOTICE is never answered (RFC 1459 section 4.4.2), but a line that is none is."""
        if self.speaker:
            services.refuse(self, refused)
            return
        if refused.why is Why.BARRED:
            self.turn_away(refused)
            return
        if self.verb == "NOTICE" and refused.why not in ABOUT_THE_LINE:
            return
        if refused.why in FAILS or (refused.why in UNNUMBERED and "standard-replies" in self.capabilities):
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

    def line_alive(self, verb: str, *params: str, source: str = "") -> None:
        """Send one line that only tells that the server is there, also when the disk refuses."""
        if self.answer is not None:
            self.line(verb, *params, source=source)
        else:
            self.outbox.write_alive(f"{fit_line(verb, *params, source=source)}\r\n".encode())

    def write(self, data: bytes) -> None:
        """Send whole lines; while a labelled line is dealt with, they belong to its answer."""
        if self.answer is not None:
            self.answer.add(data)
        else:
            self.outbox.write(data)

    def _write_behind(self, data: bytes) -> None:
        """Send whole lines that belong to no answer."""
        if self.answer is not None:
            self.answer.add_behind(data)
        else:
            self.outbox.write(data)

    def new_batch(self) -> str:
        """A reference for a batch, new to this connection."""
        self._batches += 1
        return f"b{self._batches}"

    def tell_batch(self, kind: str, params: Sequence[str], records: Iterable[Record]) -> None:
        """Tell records of the past in a batch of their own."""
        own = flavour(self.capabilities & IN_HISTORY, self.server.log)
        with self.in_batch(kind, *params) as tags:
            for record in records:
                self.write(own.render_with(record, tags))

    @contextmanager
    def in_batch(self, kind: str, *params: str) -> Iterator[dict[str, str]]:
        """The tags that lines of a new batch get (IRCv3 batch); none for a program that does not know batches."""
        if "batch" not in self.capabilities:
            yield {}
            return
        reference = self.new_batch()
        self.line("BATCH", f"+{reference}", kind, *params, source=self.server.name)
        yield {"batch": reference}
        self.line("BATCH", f"-{reference}", source=self.server.name)

    def replay(self, subject: str, records: Sequence[Record]) -> None:
        """Tell the last of a room's history, or of a talk, if the program can tell it from new talk.

        Those that ask for history themselves get none, and bots neither: they would answer it.
        """
        is_bot = self.user is not None and self.user.who.is_bot
        if records and "server-time" in self.capabilities and not (is_bot or self.capabilities & ASKS_FOR_HISTORY):
            self.tell_batch("chathistory", [subject], records)

    def _echo(self, record: Record) -> None:
        """What this connection did: always told, but its own talk only when it asked for that.

        What it said to itself it also receives, which answers nothing (IRCv3 labeled-response).
        """
        event, self.echoed = record.event, record
        is_echoed = not isinstance(event, TALK) or "echo-message" in self.capabilities
        is_received = isinstance(event, (Told, TaggedTo)) and event.to == event.who
        if is_echoed or is_received:
            told = flavour(self.capabilities & IN_ECHO, self.server.log).render(record)
            if is_echoed:
                self.write(told)
            if is_received:
                self._write_behind(told)

    def _notice(self, record: Record) -> None:
        """What this connection watches, and what the person's other connections do."""
        answer, speaker = self.answer, self.speaker
        if record is not self.echoed:  # so it is no part of the answer, nor of what a service says
            self.answer, self.speaker = None, ""
        self.heard_of_self(record)
        self.answer, self.speaker = answer, speaker
        watch.notice(self, record)

    def slowed(self, seconds: float) -> None:
        """Say why answers are late, to a program that knows how to show it."""
        if "standard-replies" in self.capabilities:
            sentence = f"That was much at once: the rest follows line by line, from in {ceil(seconds)} s on"
            self.line("NOTE", "*", "SLOWED_DOWN", sentence, source=self.server.name)

    # ---- staying and going

    def become(self, user: User, is_back: bool = False) -> None:
        """Be that person from now on; they are as far away as was said before."""
        user.say_away(self.outbox, self.away_before)
        super().become(user, is_back)

    def end(self, reason: str) -> None:
        """Leave by the person's own wish, which is told like other people's leaving."""
        if self.user is not None:
            self.line("QUIT", reason, source=self.user.who.mask)
        self.close(reason)

    def leave(self, reason: str) -> None:
        """The connection is gone, or about to be."""
        watch.stop(self)
        super().leave(reason)

    def probe(self) -> bool:
        """Ask a silent program whether it is there."""
        self.line_alive("PING", self.server.name)
        return True

    def close(self, reason: str) -> None:
        """Leave, say why, close (Modern IRC "ERROR message")."""
        self.leave(reason)
        self.line("ERROR", f"Closing Link: {self.host} ({reason or 'Client quit'})")
        self.finish_answer()
        self.outbox.end()
