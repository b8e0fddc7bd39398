r"""Scenes: one transcript is the specification for every dialect at once.

    # what this scene shows, in a sentence
    set server.motd = "Be kind."             a setting, as in chatroom.toml
    alice  plain                             who is there; they come in, and what is said on entry is passed over
    bob    irc server-time,message-tags      with capabilities
    carol  plain newcomer                    connected, and no more: entering is part of the scene
    alice> /join #tea                        alice sends a line
    bob<   :alice!* JOIN #tea                the next line bob receives; * is any text, \* a star
    bob<   ...                               lines until the next that is expected are of no interest
    alice< (nothing)                         nothing more has come
    alice< (closed)                          the server has ended the connection, and nothing more has come
    bob hangs up                             the connection is gone
    log    said #tea alice "hello"           the newest event of the log; several such lines: the newest ones
    +90s                                     time passes (such a scene plays inside only)

Control characters are written \x1b, `{ab*3}` is ababab, `{msgid}` IRC's name for the newest event of the log,
`{msgid-2}` for the one two before. White space at the ends of lines is not compared. A scene is
strict: at its end each client must have received nothing that it does not mention.

A scene is played on a stage: `Inside` has the server without sockets and with a clock of its own, `Outside` has a
server process and real sockets.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict, deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol

import msgspec
from inside import StillHouse, Visitor
from running import Closed, LineClient, ServerProcess

from chatroom.core.events import KINDS, Change, Event, ModesChanged, RoomEvent, Who
from chatroom.storage.history import FILE, connect

_SEND = re.compile(r"(\w+)>\s?(.*)")
_HEAR = re.compile(r"(\w+)<\s*(.*)")
_CAST = re.compile(r"(\w+)\s+(plain|irc)((?:\s+\S+)*)")
_MSGID = re.compile(r"\{msgid([+-]\d+)?\}")
_OFTEN_EMPTY = ("to", "answers", "relayed", "seconds", "about", "is_for_all")  # of events; told only when they are not
_REPEATED = re.compile(r"\{([^{}*]+)\*(\d+)\}")


@dataclass(frozen=True)
class Role:
    """Somebody in a scene."""

    name: str
    dialect: str
    capabilities: str
    is_newcomer: bool


@dataclass(frozen=True)
class Step:
    """One line of a scene: a word for what it is, whose it is, and its text."""

    line: int
    what: str
    name: str = ""
    text: str = ""
    role: Role | None = None


@dataclass
class Scene:
    """One file."""

    path: Path
    title: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    @property
    def moves_clock(self) -> bool:
        return any(step.what == "clock" for step in self.steps)


# ---- reading


def read(path: Path) -> Scene:
    """The scene in a file."""
    scene = Scene(path)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            scene.title = scene.title or line.lstrip("# ")
        elif line.startswith("set "):
            _set(scene, line[4:])
        elif line.strip():
            scene.steps.append(_step(path, number, line.rstrip()))
    return scene


def _set(scene: Scene, assignment: str) -> None:
    for table, values in tomllib.loads(assignment).items():
        if isinstance(values, list):  # [[operators]]
            scene.settings[table] = values
        else:
            scene.settings.setdefault(table, {}).update(values)


def _step(path: Path, number: int, line: str) -> Step:
    text = _REPEATED.sub(lambda found: found[1] * int(found[2]), line)
    if found := _SEND.fullmatch(text):
        return Step(number, "send", found[1], found[2].strip())
    if found := _HEAR.fullmatch(text):
        return Step(number, "hear", found[1], found[2])
    if found := re.fullmatch(r"(\w+) hangs up", text):
        return Step(number, "hang up", found[1])
    if found := re.fullmatch(r"\+(\d+)s", text):
        return Step(number, "clock", text=found[1])
    if found := re.fullmatch(r"log\s+(.*)", text):
        return Step(number, "log", text=found[1])
    if found := _CAST.fullmatch(text):
        words = found[3].split()
        capabilities = ",".join(word for word in words if word != "newcomer")
        return Step(number, "cast", role=Role(found[1], found[2], capabilities, "newcomer" in words))
    raise ValueError(f"{path.name}:{number}: no line of a scene: {line}")


# ---- playing


class Stage(Protocol):
    """Where a scene is played."""

    data: Path

    def bring(self, role: Role) -> None:
        """Connect somebody and, unless a newcomer, have them come in."""

    def send(self, name: str, data: bytes) -> None:
        """Send one line, and see that the server has dealt with it."""

    def waiting(self, name: str) -> deque[str]:
        """What somebody has received and nobody has looked at, all that is on its way included."""

    def is_closed(self, name: str) -> bool:
        """Whether the server has ended somebody's connection."""

    def hang_up(self, name: str) -> None:
        """End somebody's connection."""

    def advance(self, seconds: int) -> None:
        """Have time pass."""


def play(scene: Scene, stage: Stage) -> None:
    """Play a scene; AssertionError where it goes otherwise."""
    _Play(scene, stage).run()


class _Play:
    def __init__(self, scene: Scene, stage: Stage) -> None:
        self.scene = scene
        self.stage = stage
        self.names: list[str] = []
        self.is_skipping: dict[str, bool] = defaultdict(bool)
        self.step = Step(0, "")

    def run(self) -> None:
        steps = deque(self.scene.steps)
        self._open(steps)
        while steps:
            self.step = steps.popleft()
            if self.step.what == "log":
                self._log([self.step, *_while(steps, "log")])
            else:
                getattr(self, "_" + self.step.what.replace(" ", "_"))(self.step)
        for name in self.names:
            if not self.is_skipping[name]:
                self._check(not self.stage.waiting(name), f"{name} received more", name)

    def _open(self, steps: deque[Step]) -> None:
        """Bring in all who are there from the beginning; what they hear of each other is of no interest."""
        roles = [step.role for step in _while(steps, "cast") if step.role]
        for role in roles:
            self.names.append(role.name)
            self.stage.bring(role)
        for role in roles:
            if not role.is_newcomer:
                self.stage.waiting(role.name).clear()

    def _cast(self, step: Step) -> None:
        assert step.role
        self.names.append(step.role.name)
        self.stage.bring(step.role)
        if not step.role.is_newcomer:
            self.stage.waiting(step.role.name).clear()

    def _send(self, step: Step) -> None:
        text = self._with_msgids(step.text)
        data = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), text.encode())
        self.stage.send(step.name, data)

    def _with_msgids(self, text: str) -> str:
        return _MSGID.sub(lambda found: msgid(self.stage.data, int(found[1] or 0)), text)

    def _hear(self, step: Step) -> None:
        lines = self.stage.waiting(step.name)
        if step.text in ("(nothing)", "(closed)"):
            self._check(not lines or self.is_skipping[step.name], f"{step.name} received something", step.name)
            self._check(step.text == "(nothing)" or self.stage.is_closed(step.name), f"{step.name} is still connected")
        elif step.text == "...":
            self.is_skipping[step.name] = True
            return
        else:
            self._match(step, lines)
        self.is_skipping[step.name] = False

    def _match(self, step: Step, lines: deque[str]) -> None:
        received = list(lines)
        while lines:
            line = shown(lines.popleft())
            if is_like(self._with_msgids(step.text), line):
                return
            self._check(self.is_skipping[step.name], f"{step.name} received {line}\nnot      {step.text}")
        raise self._error(f"{step.name} did not receive {step.text}\nbut {received}")

    def _hang_up(self, step: Step) -> None:
        self.stage.hang_up(step.name)
        self.names.remove(step.name)

    def _clock(self, step: Step) -> None:
        self.stage.advance(int(step.text))

    def _log(self, steps: list[Step]) -> None:
        for step, event in zip(steps, newest(self.stage.data, len(steps)), strict=True):
            self._check(is_like(step.text, event), f"the log holds {event}\nnot           {step.text}")

    def _check(self, is_so: bool, otherwise: str, name: str = "") -> None:
        if not is_so:
            more = f": {[shown(line) for line in self.stage.waiting(name)]}" if name else ""
            raise self._error(otherwise + more)

    def _error(self, words: str) -> AssertionError:
        return AssertionError(f"{self.scene.path.name}:{self.step.line}: {words}")


def _while(steps: deque[Step], what: str) -> Iterable[Step]:
    """Take the steps at the front that are `what`."""
    while steps and steps[0].what == what:
        yield steps.popleft()


def is_like(pattern: str, line: str) -> bool:
    """Whether `line` is as `pattern` has it."""
    pieces = re.split(r"(\\\*|\*)", pattern.strip())
    expression = "".join({"*": ".*", "\\*": r"\*"}.get(piece, re.escape(piece)) for piece in pieces)
    return re.fullmatch(expression, line.strip()) is not None


def shown(line: str) -> str:
    """`line` with its control characters made visible."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda found: f"\\x{ord(found[0]):02x}", line)


# ---- the log


def newest(data: Path, count: int) -> list[str]:
    """The newest events on disk, oldest first, each in words."""
    log = connect(data / FILE, read_only=True)
    rows = log.execute("SELECT kind, body FROM events ORDER BY number DESC LIMIT ?", (count,)).fetchall()
    log.close()
    return [described(msgspec.json.decode(body, type=KINDS[kind])) for kind, body in reversed(rows)]


def msgid(data: Path, offset: int = 0) -> str:
    """IRC's name for the newest event on disk, or for one before."""
    log = connect(data / FILE, read_only=True)
    [(name, number)] = log.execute("SELECT value, (SELECT max(number) FROM events) FROM facts WHERE name = 'log'")
    log.close()
    return f"{name}-{number + offset}"


def described(event: Event) -> str:
    """An event in words: `said #tea alice "hello"`."""
    words = [event.kind, *([event.room] if isinstance(event, RoomEvent) else []), event.who.nick]
    rest = {f.name: getattr(event, f.name) for f in fields(event) if f.name not in ("who", "room", "realname", "away")}
    often_empty = (*_OFTEN_EMPTY, "reason") if isinstance(event, ModesChanged) else _OFTEN_EMPTY
    told = [value for name, value in rest.items() if value not in ("say", ()) and (value or name not in often_empty)]
    return " ".join([*words, *map(_in_words, told)])


def _in_words(value: Any) -> str:
    if isinstance(value, Who):
        return value.nick
    if isinstance(value, tuple):
        return " ".join(_change(one) if isinstance(one, Change) else _pair(one) for one in value)
    return f'"{value}"'


def _pair(one: Any) -> str:
    return " ".join(one) if isinstance(one, tuple) else str(one)


def _change(change: Change) -> str:
    return f"{'+' if change.adding else '-'}{change.letter}{' ' if change.value else ''}{change.value}"


# ---- stages


class Inside:
    """The server without sockets, and with a clock of its own."""

    def __init__(self, folder: Path, settings: dict[str, dict[str, Any]]) -> None:
        self.house = StillHouse(folder, settings)
        self.data = self.house.data
        self.visitors: dict[str, Visitor] = {}
        self.lines: dict[str, deque[str]] = defaultdict(deque)

    def bring(self, role: Role) -> None:
        if role.is_newcomer:
            self.visitors[role.name] = self.house.visitor(role.dialect)
        elif role.dialect == "plain":
            self.visitors[role.name] = self.house.plain(role.name)
        else:
            self.visitors[role.name] = self.house.irc(role.name, *filter(None, role.capabilities.split(",")))

    def send(self, name: str, data: bytes) -> None:
        self.visitors[name].sends(data + b"\n")

    def waiting(self, name: str) -> deque[str]:
        self.lines[name] += self.visitors[name].hears()
        return self.lines[name]

    def is_closed(self, name: str) -> bool:
        return self.visitors[name].is_ended

    def hang_up(self, name: str) -> None:
        self.visitors[name].hangs_up()

    def advance(self, seconds: int) -> None:
        self.house.time += seconds * 1000
        self.house.chat.end_what_is_due()
        self.house.turn()

    def end(self) -> None:
        self.house.history.close()


class Outside:
    """A server process and real sockets."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.data = server.data
        self.clients: dict[str, LineClient] = {}
        self.lines: dict[str, deque[str]] = defaultdict(deque)
        self.closed: set[str] = set()

    def bring(self, role: Role) -> None:
        if role.is_newcomer and role.dialect == "irc":
            return  # one that is silent at first is taken for a person: it connects when it has something to say
        nick = "" if role.is_newcomer else role.name
        if role.dialect == "irc":
            self.clients[role.name] = self.server.irc(nick, role.capabilities)
        else:
            self.clients[role.name] = self.server.plain(nick)
        if role.is_newcomer:
            self.lines[role.name].append(self.clients[role.name].line())  # the greeting; its own fence

    def send(self, name: str, data: bytes) -> None:
        if name not in self.clients:
            self.clients[name] = self.server.irc()
        self.clients[name].send(data)
        self._settle(name)

    def waiting(self, name: str) -> deque[str]:
        if name in self.clients and name not in self.closed:
            self._settle(name)
        return self.lines[name]

    def is_closed(self, name: str) -> bool:
        return name in self.closed

    def hang_up(self, name: str) -> None:
        """Close, and wait until the server has noticed: another may be asked for it by then."""
        self.clients[name].close()
        while not any(event.startswith(f"quit {name} ") for event in newest(self.data, 3)):
            pass  # each look at the log takes its time; one that never shows it ends with the test's timeout

    def _settle(self, name: str) -> None:
        """Read all that came until the server had dealt with what was sent."""
        client, lines = self.clients[name], self.lines[name]
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                mark = client.ask_fence()
            while mark not in (line := client.line()):
                lines.append(line)
        except Closed:
            self.closed.add(name)

    def advance(self, seconds: int) -> None:
        raise NotImplementedError("real time does not pass on command")
