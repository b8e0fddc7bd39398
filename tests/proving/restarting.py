"""The server killed under the real client, and started again: what it shows is the log, what was typed is in it once.

Strategy: the client has the server itself at the other end, no proxy. Somebody else talks without a pause, and the
client's user types, a line or several. Half of the servers are killed a moment after the other has been shown a number
of lines that chance chooses; the others end by themselves in the narrow place between the log and the sockets, when
something is on disk that nobody has been shown, or only some (abrupt.py). More is typed while nobody is there, and the
server is started again over the same folders, at the same port. Most rounds wait until the client is level, in others
the next kill comes while it still reads what it missed. In the end the server is left alone, and what the client has
shown is compared with the log, in order; what the other was shown must be in it too.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cutting import ENOUGH, ROOM, Chatter, compared
from outcome import Outcome
from running import Closed, ServerProcess
from traffic import said_on_disk

MOST = 120  # lines that the other is shown, or events that are written, before the end, at most
LATER = 0.003  # seconds after it, at most
WRITES = 4  # to clients after the last commit, at most
NEVER = 2**60


class MortalServer(ServerProcess):
    """A server that ends by itself after `events` and `writes`."""

    events, writes = NEVER, 0

    def command(self, *arguments: str, port: int = 0) -> list[str]:
        python, _, _, *rest = super().command(*arguments, port=port)
        return [python, str(Path(__file__).with_name("abrupt.py")), str(self.events), str(self.writes), *rest]


class Other:
    """Somebody who talks and listens in a thread until the server is gone, and may kill it when shown `enough`."""

    def __init__(self, server: MortalServer, mark: str, seed: int, enough: int, changed: threading.Condition) -> None:
        self.is_over = False
        self.shown: list[str] = []
        self._server = server
        self._mark = mark
        self._enough = enough
        self._chance = random.Random(seed)
        self._changed = changed
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with suppress(Closed, OSError):
            self._talk()
        with self._changed:
            self.is_over = True
            self._changed.notify_all()

    def _talk(self) -> None:
        number = 0
        with self._server.irc("bob", "echo-message") as client:
            client.send(f"JOIN {ROOM}")
            while True:
                lines = range(number, number := number + self._chance.randrange(1, 4))
                client.send(*(f"PRIVMSG {ROOM} :said {self._mark}.{line}" for line in lines), "PING fence")
                while " PONG " not in (line := client.line()):
                    self._hear(line)

    def _hear(self, line: str) -> None:
        if said := re.search(f" PRIVMSG {ROOM} :(.*)", line):
            self.shown.append(said[1])
            if len(self.shown) == self._enough:
                threading.Event().wait(self._chance.uniform(0, LATER))
                self._server.signal(9)

    def join(self) -> list[str]:
        """Wait for the end; what they were shown."""
        self._thread.join()
        return self.shown


class Restarting:
    """One run: the client, and what was typed and what others were shown."""

    def __init__(self, server: MortalServer, chatter: Chatter, changed: threading.Condition, seed: int) -> None:
        self.typed: list[str] = []
        self.shown: list[str] = []  # to the others
        self._server = server
        self._chatter = chatter
        self._changed = changed
        self._chance = random.Random(seed)

    def round(self, number: int) -> None:
        """Start it, talk until it is gone, and type a little more."""
        chance = self._chance
        is_killed, moment = chance.random() < 0.5, chance.randrange(1, MOST)
        self._server.events, self._server.writes = NEVER if is_killed else moment, chance.randrange(WRITES)
        self._server.start(self._server.port)
        if is_killed and chance.random() < 0.7:
            self.level()
        other = Other(self._server, str(number), chance.randrange(NEVER), moment if is_killed else NEVER, self._changed)
        while not other.is_over:
            self._type(chance.randrange(1, 4))
            self._wait(lambda: other.is_over or self.typed[-1] in self._chatter.seen)
        self.shown += other.join()
        self._server.wait()
        self._type(chance.randrange(3))

    def level(self) -> None:
        """Type a line, and wait until it is shown."""
        self._type(1)
        self._wait(lambda: self.typed[-1] in self._chatter.seen)

    def _type(self, lines: int) -> None:
        for _ in range(lines):
            self.typed.append(f"typed {len(self.typed)}")
            self._chatter.type(self.typed[-1])

    def _wait(self, is_there: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(is_there, ENOUGH), f"nothing more came after {self._chatter.shown[-3:]}"


def kill_under_client(folder: Path, rounds: int, seed: int) -> Outcome:
    """Kill it (SIGKILL) again and again, with the real client at the other end."""
    server = MortalServer(folder / "server", {"history": {"durability": "os"}})
    server.start()
    changed = threading.Condition()
    chatter = Chatter(folder, server.port, changed)
    try:
        run = Restarting(server, chatter, changed, seed)
        run.level()
        server.kill9()
        for number in range(rounds):
            run.round(number)
        server.events = NEVER
        server.start(server.port)
        run.level()
        server.terminate()
        log = [text for _, text in sorted(said_on_disk(server).items())]
        found = compared(log, chatter.shown, run.typed, rounds)
        return found._replace(missing=found.missing + len(set(run.shown) - set(log)))
    finally:
        chatter.end()
        server.clean_up()
