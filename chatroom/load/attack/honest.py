"""The people who chat while a server is attacked, and what they feel.

Strategy: two people say a line in turn in one room and note when the other reads it; a third comes to the door, enters
and leaves, again and again. They are plain clients of IRC, in a process where nothing else is done, from
addresses of their own, and they write no faster than people may. One clock, so a delay is a subtraction.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from time import monotonic

import gevent
from gevent import socket

from chatroom.load.plan import Setup
from chatroom.wire import irc

EVERY = 0.3  # seconds between two lines of one person: below what flood control slows down
DOOR_EVERY = 0.5  # seconds between two tries at the door
LATE = 10.0  # seconds after which a line, or a newcomer, counts as lost
_REFUSAL = re.compile(r"(?!422)[45]\d\d|FAIL|ERROR")
_SOURCES = "127.77.0."  # addresses of this machine that the attack does not come from


class Person:
    """One honest client. `heard` gives when each line of another arrived."""

    def __init__(self, setup: Setup, number: int, nick: str, room: str) -> None:
        self.nick = nick
        self.room = room
        self.heard: dict[str, float] = {}
        self.refusals: Counter[str] = Counter()
        self.is_in = False
        self.is_cut_off = False
        self._setup = setup
        self._number = number
        self._rest = b""
        self._sock: socket.socket | None = None

    def come_in(self) -> None:
        """Enter, join, and read from then on. Raises OSError when that is not possible."""
        setup = self._setup
        self._sock = sock = socket.socket(socket.AF_INET6 if ":" in setup.address else socket.AF_INET)
        if setup.sources:
            sock.bind((f"{_SOURCES}{self._number}", 0))
        sock.settimeout(LATE)
        sock.connect((setup.address, setup.port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        given = f"PASS {setup.password}\r\n" if setup.password else ""
        self.say(f"{given}NICK {self.nick}\r\nUSER honest 0 * :honest\r\n")
        if self.room:
            self.say(f"JOIN {self.room}\r\n")
        self._read_until("366" if self.room else "001")
        self.is_in = True

    def say(self, lines: str) -> None:
        """Send lines. Raises OSError."""
        assert self._sock is not None
        self._sock.sendall(lines.encode())

    def _read_until(self, verb: str) -> None:
        while verb not in self._read():
            pass

    def _read(self) -> set[str]:
        """Take what comes next; the verbs in it. Raises OSError at the end."""
        assert self._sock is not None
        if not (data := self._sock.recv(65536)):
            raise ConnectionError("cut off")
        now = monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        return {verb for line in lines if (verb := self._take(line.decode(errors="replace").rstrip("\r"), now))}

    def _take(self, line: str, now: float) -> str:
        message = irc.parse(line)
        if message is None:
            return ""
        if message.verb == "PING":
            self.say(f"PONG :{message.param(0)}\r\n")
        elif message.verb == "PRIVMSG" and message.param(1).startswith("~"):
            self.heard.setdefault(message.param(1), now)
        elif _REFUSAL.fullmatch(message.verb):
            self.refusals[f"{message.verb} {message.params[-1] if message.params else ''}"] += 1
        return message.verb

    def listen(self) -> None:
        """Read for as long as the connection lasts; the greenlet of somebody who is in."""
        assert self._sock is not None
        self._sock.settimeout(None)
        try:
            while True:
                self._read()
        except OSError:
            self.is_cut_off = True

    def leave(self) -> None:
        """Go."""
        with suppress(OSError):
            self.say("QUIT\r\n")
        if self._sock is not None:
            self._sock.close()


class Couple:
    """Two people who chat in `room`, and a third who comes and goes."""

    def __init__(self, setup: Setup, room: str) -> None:
        self.people = [Person(setup, number, f"x{setup.run}p{number}", room) for number in (1, 2)]
        self.entries: list[float] = []  # seconds it took to come in
        self.turned_away = 0
        self.refusals: Counter[str] = Counter()
        self._setup = setup
        self._sent: list[tuple[str, float, Person]] = []
        self._begun = -1  # how many lines had been said when the attack began
        self._greenlets: list[gevent.Greenlet[..., None]] = []

    def begin(self) -> None:
        """Come in and chat. Raises OSError when the server does not let them in."""
        for person in self.people:
            person.come_in()
            self._greenlets.append(gevent.spawn(person.listen))
        self._greenlets += [gevent.spawn(self._talk, one, other) for one, other in (self.people, self.people[::-1])]
        self._greenlets.append(gevent.spawn(self._knock))

    def end(self) -> None:
        """Say no more, wait for what is on its way, and go."""
        for greenlet in self._greenlets[2:]:
            greenlet.kill()
        end = monotonic() + LATE
        while monotonic() < end and any(mark not in hearer.heard for mark, _, hearer in self._sent):
            gevent.sleep(0.05)
        for greenlet in self._greenlets[:2]:
            greenlet.kill()
        for person in self.people:
            person.leave()

    def _talk(self, one: Person, other: Person) -> None:
        number = 0
        gevent.sleep(EVERY / 2 * self.people.index(one))
        while not one.is_cut_off:
            mark = f"~{one.nick} {number}~"
            number += 1
            self._sent.append((mark, monotonic(), other))
            with suppress(OSError):
                one.say(f"PRIVMSG {one.room} :{mark}\r\n")
            gevent.sleep(EVERY)

    def _knock(self) -> None:
        number = 0
        while True:
            guest = Person(self._setup, 3, f"x{self._setup.run}g{number % 1000}", "")
            number += 1
            start = monotonic()
            try:
                with gevent.Timeout(LATE, OSError("too late")):
                    guest.come_in()
                self.entries.append(monotonic() - start)
            except OSError:
                self.turned_away += 1
            self.refusals += guest.refusals
            guest.leave()
            gevent.sleep(DOOR_EVERY)

    def mark(self) -> None:
        """What is said and felt from now on counts."""
        self._begun = len(self._sent)
        self.entries.clear()
        self.turned_away = 0

    def delays(self) -> list[float]:
        """Seconds from saying to reading, for each line that arrived, in rising order."""
        said = self._sent[self._begun :]
        return sorted(hearer.heard[mark] - at for mark, at, hearer in said if mark in hearer.heard)

    @property
    def said(self) -> int:
        """Lines said."""
        return len(self._sent) - self._begun

    @property
    def lost(self) -> int:
        """Lines that never arrived."""
        return self.said - len(self.delays())
