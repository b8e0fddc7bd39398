"""The link cut at every byte of a session: what the client shows is the log, and what was typed is in it once.

Strategy: the real client, in a process of its own, reaches the server through a proxy. A whole session is measured:
coming back, reading what was missed, sending what was typed meanwhile, hearing another. Then each link is cut after
another number of bytes, in one direction or the other, until each number was had once; chance says in which order, so
that short links alternate with long ones. During every link a line is typed, and one said by somebody who is always
there. In the end the link is left alone, and what the client has shown is compared with the log, in order.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from outcome import Outcome
from program import Program
from proxy import DOWN, UP, Proxy
from running import IrcClient, ServerProcess, environment
from traffic import said_on_disk

ROOM = "#tea"
ENOUGH = 60.0  # seconds to wait for what must come
_SHOWN = re.compile(r"\d\d:\d\d (\w+): (.*)\n")


class Chatter:
    """The real client, by its standard input and output; `changed` is notified when it has shown something."""

    def __init__(self, folder: Path, port: int, changed: threading.Condition) -> None:
        self.shown: list[str] = []  # what was said in the room, by whomever
        self.seen: set[str] = set()
        self.is_in = False
        self.wrong = ""
        self._changed = changed
        command = [sys.executable, str(Path(__file__).with_name("typist.py")), f"127.0.0.1:{port}"]
        with (folder / "client-stderr.txt").open("wb") as errors:
            self._process = subprocess.Popen(
                [*command, "--room", ROOM, "--nick", "ada", "--plain"],
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
                bufsize=1,
            )
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.is_in = self.is_in or f" in {ROOM}: " in line
                if said := _SHOWN.fullmatch(line):
                    self.shown.append(said[2])
                    self.seen.add(said[2])
                self._changed.notify_all()

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class Cutting:
    """One run: the client, somebody who is always there, and what each has said."""

    def __init__(self, server: ServerProcess, proxy: Proxy, chatter: Chatter | Program) -> None:
        self._proxy = proxy
        self._chatter = chatter
        self._other: IrcClient = server.irc("bob").join(ROOM)
        self.typed: list[str] = []
        self._lines = 0

    def wait(self, is_there: Callable[[], bool]) -> None:
        with self._proxy.changed:
            assert self._proxy.changed.wait_for(is_there, ENOUGH), f"nothing more came after {self._chatter.shown[-3:]}"

    def talk(self) -> None:
        """One line is typed, and one said by the other."""
        self._lines += 1
        self.typed.append(f"typed {self._lines}")
        self._chatter.type(self.typed[-1])
        self._other.send(f"PRIVMSG {ROOM} :said {self._lines}")
        self._other.fence()

    def is_level(self) -> bool:
        """Whether the client has shown both."""
        return {f"typed {self._lines}", f"said {self._lines}"} <= self._chatter.seen

    def measure(self) -> list[tuple[int, int]]:
        """Each byte of a session, by direction and number."""
        self.wait(lambda: self._chatter.is_in)
        self.talk()
        self.wait(self.is_level)
        self._proxy.cut()
        self.talk()
        self.wait(self.is_level)
        self.talk()
        self.wait(self.is_level)
        return [(way, number) for way in (UP, DOWN) for number in range(1, self._proxy.carried[way] + 1)]

    def cut_at(self, places: list[tuple[int, int]]) -> None:
        """Cut a link at each of these places, one after the other; the last one is left alone."""
        self._proxy.plan = iter(places)
        cuts = self._proxy.cuts
        self._proxy.cut()
        for number in range(len(places) + 1):
            self._until_cut(cuts + number + 1)
        self.talk()
        self.wait(self.is_level)

    def _until_cut(self, cuts: int) -> None:
        """Talk until so many links have been cut."""
        while self._proxy.cuts < cuts:
            self.talk()
            self.wait(lambda: self._proxy.cuts >= cuts or self.is_level())

    def said(self) -> list[str]:
        """What the client has shown."""
        return self._chatter.shown


def cut_links(folder: Path, most: int, seed: int, client: type[Chatter | Program] = Chatter) -> Outcome:
    """Cut at each byte of a session, in each direction, or at `most` of them."""
    server = ServerProcess(folder / "server", {}).start()
    proxy = Proxy(server.port)
    chatter = client(folder, proxy.port, proxy.changed)
    try:
        cutting = Cutting(server, proxy, chatter)
        every = cutting.measure()
        places = random.Random(seed).sample(every, min(most, len(every)))
        cutting.cut_at(places)
        server.terminate()
        log = [text for _, text in sorted(said_on_disk(server).items())]
        return compared(log, cutting.said(), cutting.typed, len(places), chatter.wrong)
    finally:
        chatter.end()
        proxy.close()
        server.clean_up()


def compared(log: list[str], shown: list[str], typed: list[str], times: int, told: str = "") -> Outcome:
    """What the client has shown beside the log, and what was typed; `told` is what else it found wrong."""
    gaps, doubled = Counter(log) - Counter(shown), Counter(shown) - Counter(log)
    twice = sum(count - 1 for count in Counter(log).values())
    lost = [line for line in typed if line not in set(log)]
    wrong = [told] if told else []
    if twice or lost:
        wrong.append(f"of what was typed {len(lost)} were not said, {twice} twice")
    if doubled:
        wrong.append(f"{doubled.total()} were shown twice")
    if shown != log:
        wrong.append("shown in another order than that of the log")
    return Outcome(
        times, len(shown), gaps.total() + doubled.total(), note=f"{len(typed)} typed", failed="; ".join(wrong)
    )
