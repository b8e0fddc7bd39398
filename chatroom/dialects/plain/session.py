"""A person on a bare terminal: asked for a name, then every line is talk or a slash command.

Strategy: a line without a slash is always talk, so no word is ever taken for a command by surprise; `//` begins a
line of talk with a slash. What the person did is confirmed by replies where it has one; their own talk stands on
their screen already and is not told again, unless it is more than they typed.
"""

from __future__ import annotations

import re
from math import ceil

from chatroom.commands.call import Call, Server
from chatroom.commands.table import TABLE
from chatroom.core.events import Event, Joined, Left, ModesChanged, Record, Said, Told
from chatroom.core.names import is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Goodbye, MotdShown, Reply
from chatroom.core.user import User
from chatroom.dialects.plain.context import Context
from chatroom.dialects.plain.events import flavour
from chatroom.dialects.plain.replies import lines
from chatroom.dialects.plain.text import safe
from chatroom.dialects.session import Dialect, Outbox
from chatroom.wire.lines import TooLong
from chatroom.wire.telnet import Telnet

_INTRODUCED = re.compile(r"^nick\s+(?=\S)", re.IGNORECASE)  # "nick alice", from somebody who knows IRC
USERNAME = "nc"  # what IRC shows for people who gave none


class PlainSession(Dialect):
    """The plain dialect of one connection."""

    limit = 8192
    hung_up = ""  # who closes nc has left, no more and no less

    def __init__(self, server: Server, outbox: Outbox, address: str, host: str) -> None:
        super().__init__(server, outbox, address, host)
        self.ending = "\n"
        self._typed = ""  # the last line
        self._claimed = ""  # the registered name whose password was asked for
        self._telnet: Telnet | None = None
        self._is_let_in = not server.password
        self._face()
        outbox.echo = self._echo
        outbox.notice = self._notice

    def greet(self) -> None:
        """Ask for what is needed to come in. The first line is an IRC NOTICE too: a slow IRC program may be there."""
        ask = "Type your name and press Enter." if self._is_let_in else "Type the server's password and press Enter."
        self._write(f"NOTICE * :Welcome to {self.server.network}. {ask}")

    def use_telnet(self, telnet: Telnet) -> None:
        """The program at the other end speaks telnet, which ends lines with CR LF (RFC 854)."""
        self._telnet = telnet
        self.ending = "\r\n"
        self._face()

    def receive(self, line: bytes | TooLong) -> None:
        """Take one line: talk, a command, or before that a password and a name."""
        self.cost, self.verb = 0.0, "text"
        try:
            text = self._typed = self._decode(line)
            if text.startswith("/") and not text.startswith("//"):
                self._command(text[1:])
            elif self.user is not None:
                self._say(text.removeprefix("/") if text.startswith("//") else text)
            elif text.strip():
                self._enter(text.strip())
            elif self._claimed:
                self._unclaim()
        except Refused as refused:
            self._write(f"-- {safe(refused.sentence)}")
        self.cost = max(self.cost, 1.0)
        self._face()

    def _decode(self, line: bytes | TooLong) -> str:
        if isinstance(line, TooLong):
            raise Refused(Why.LINE_TOO_LONG, limit=self.limit)
        try:
            return line.replace(b"\0", b"").replace(b"\r", b"").decode()
        except UnicodeDecodeError as error:
            raise Refused(Why.NOT_UTF8) from error

    def _say(self, text: str) -> None:
        if text.strip():
            self.call("say", (text,))

    def _command(self, text: str) -> None:
        verb, _, words = text.partition(" ")
        verb = verb.lower()
        self.verb = f"/{verb[:20]}"
        if self.user is None and verb == "nick" and words:
            self._unclaim(is_asked=False)
            self._enter(words.strip())
            return
        row = TABLE.find(verb or "help", is_typed=True)
        if (row.needs or row.name == "login") and not self._is_let_in:
            raise Refused(Why.PASSWORD_WRONG)
        done = self.call(row.name, _cleared(words) if row.name == "topic" else words)
        if done and row.name == "login":
            self._logged_in()

    def _logged_in(self) -> None:
        """Come in as the owner of an account; who is in already is told what waits for them."""
        if self.user is None:
            self._come_in(self.account)
        else:
            self.call("waiting")

    def _enter(self, word: str) -> None:
        if not self._is_let_in:
            if not self.server.lets_in(word):
                raise Refused(Why.PASSWORD_WRONG)
            self._is_let_in = True
            self._write("-- Thank you. Now type your name and press Enter.")
        elif self._claimed:
            self._prove(word)
        else:
            self._come_in(_INTRODUCED.sub("", word))

    def _come_in(self, name: str) -> None:
        if not self.call("enter", (name, USERNAME, self.host)):
            return
        if self.server.motd:
            self.tell(MotdShown(self.server.motd))
        if self.is_back:
            self.call("resume")
        if self.user is not None and not self.user.rooms:
            self.call("join", (self.server.default_room,))
        if self.user is not None and self.user.who.account:
            self.call("waiting")

    # ---- a name that is registered

    def _claim(self, name: str) -> None:
        """Ask for the password of a registered name."""
        self._write(f"-- {name} is registered. Type its password and press Enter.")
        self._ask_password(name)

    def _ask_password(self, name: str) -> None:
        """Wait for the password of `name`; only telnet can be told to keep it off the screen."""
        self._claimed = name
        shown = "What you type is shown on your screen." if self._telnet is None else "What you type is not shown."
        self._write(f"   {shown} If it is not yours: /nick <name>")
        if self._telnet is not None and not self._telnet.is_hiding:
            self.outbox.write(self._telnet.hide())

    def _unclaim(self, is_asked: bool = True) -> None:
        """Never mind."""
        self._claimed = ""
        if self._telnet is not None and self._telnet.is_hiding:
            self.outbox.write(self._telnet.show())
        if is_asked:
            self._write("-- Type another name and press Enter.")

    def _prove(self, word: str) -> None:
        name = self._claimed
        self._unclaim(is_asked=False)
        if self.call("login", (name, word)):
            self._come_in(name)
        elif not self.outbox.is_ended:
            self._ask_password(name)

    # ---- what is told

    def tell(self, reply: Reply) -> None:
        """Tell the person something, in sentences."""
        context = Context(self.server.zone, self.user.nick if self.user else "")
        self._write(*lines(reply, context))

    def refuse(self, refused: Refused, call: Call) -> None:
        """Tell them why not."""
        if refused.why is Why.NICK_REGISTERED and self.user is None:
            self._claim(str(refused.facts["nick"]))
            return
        if refused.why is Why.BARRED:
            self.turn_away(refused)
            return
        self._write(f"-- {safe(refused.sentence)}")

    def heard_of_hush(self, event: ModesChanged) -> None:
        """As everybody else in the room they are told of the event itself, which is enough if it names them."""
        if self.user is not None and event.about != self.user.nick:
            super().heard_of_hush(event)

    def become(self, user: User, is_back: bool = False) -> None:
        """Be that person from now on."""
        super().become(user, is_back)
        self._face()

    def end(self, reason: str) -> None:
        """Say goodbye, leave, close."""
        self.leave(reason)
        self.tell(Goodbye(""))
        self.outbox.end()

    def close(self, reason: str) -> None:
        """End the connection for a reason of the server's."""
        self.leave(reason)
        self.tell(Goodbye(reason))
        self.outbox.end()

    def _echo(self, record: Record) -> None:
        """What the person did, unless a reply tells it or it stands on their screen already."""
        self.echoed = record
        if not self._is_seen(record.event):
            self._face()
            self.outbox.write(self.outbox.flavour.render(record))

    def _is_seen(self, event: Event) -> bool:
        if isinstance(event, (Said, Told)):
            to_themselves = isinstance(event, Told) and event.to == event.who
            return event.text in self._typed and not to_themselves
        return isinstance(event, (Joined, Left))

    def _notice(self, record: Record) -> None:
        """The person was put out, or turned elsewhere, or did something by another connection of theirs."""
        self.heard_of_self(record)
        self._face()

    def slowed(self, seconds: float) -> None:
        """Say why nothing seems to happen."""
        self._write(f"-- That was much at once: the rest follows line by line, from in {ceil(seconds)} s on.")

    def _face(self) -> None:
        """Have events told as someone who faces the room they face now wants them."""
        room = self.user.facing if self.user else None
        self.outbox.flavour = flavour(room.name if room else "", self.ending)

    def _write(self, *sentences: str) -> None:
        self.outbox.write("".join(f"{line}{self.ending}" for line in sentences).encode())


def _cleared(words: str) -> str | list[str]:
    """The words of /topic: on a terminal, which can't send an empty text, "-" stands for it."""
    *before, last = words.split() or [""]
    is_all = not before or (len(before) == 1 and is_room(before[0]))
    return [*before, ""] if last == "-" and is_all else words
