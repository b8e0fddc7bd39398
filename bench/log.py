"""What the log costs the loop: longest turn, time for each message, restart, pages and search on a long log.

Strategy: a whole server without its sockets. Talk happens turn by turn while everything that is done on schedule goes
on (index, journal, retention, a backup with its drill): a turn is timed from its first message until the loop comes
back, so whatever else the loop did in it counts. With --events a long log is written through the same code, and a
server process is started on it.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw
import gevent
from gevent.hub import get_hub
from loguru import logger

from chatroom.core import events as ev
from chatroom.core.events import Record, Who
from chatroom.server import keeper as keeping
from chatroom.server.config import Settings
from chatroom.server.delivery import Outbox
from chatroom.server.house import House
from chatroom.server.keeper import Keeper
from chatroom.storage.history import FILE, History

ROOMS = 50
PEOPLE = 200
WORDS = 20_000
SLOW_SYNC = 0.010  # seconds
NEVER = "quiet"  # a common word that is never said in the room it is searched for in


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when done."""
    given = _arguments(arguments)
    logger.remove()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        if given.events:
            long_log(Path(folder), given.events)
        else:
            for name in given.only or list(_KINDS):
                _KINDS[name](Path(folder) / name, given)
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="log.py", description="What the log costs the loop.", allow_abbrev=False)
    parser.add_argument("--messages", type=int, default=1_000_000, help="how many are said (default 1000000)")
    parser.add_argument("--per-turn", type=int, default=10, help="messages in a turn of the loop (default 10)")
    parser.add_argument("--rate", type=int, default=4000, help="messages a second on the slow disk (default 4000)")
    parser.add_argument("--only", action="append", choices=("os", "fsync", "slow"), help="measure only this")
    parser.add_argument("--events", type=int, default=0, help="write a log of so many events, and restart on it")
    parser.add_argument("--folder", help="where to write (a temporary folder)")
    return parser.parse_args(arguments)


# ---- turns


class Sink(Outbox):
    """Takes what is sent, and counts it."""

    __slots__ = ("taken",)

    def __init__(self, house: House) -> None:
        super().__init__(house.delivery, lambda record: None)
        self.taken = 0

    def flush(self) -> None:
        """Count and forget."""
        self.taken += len(self.pending)
        self.pending.clear()


class Flavour:
    """The plainest one."""

    def render(self, record: Record) -> bytes:
        """The text."""
        return getattr(record.event, "text", "").encode()


@dataclasses.dataclass
class Turns:
    """How long the turns of one run took, in seconds; what the loop's thread had of the processor in each."""

    lengths: list[float]
    busy: list[float]
    seconds: float
    cpu: float

    def line(self, name: str, messages: int) -> str:
        """What is printed."""
        ordered = sorted(self.lengths)
        at = [1e3 * ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.99, 0.9999)]
        return (
            f"{name}: {messages:,} messages in {self.seconds:.1f} s, {messages / self.seconds:,.0f} a second, "
            f"{1e6 * self.cpu / messages:.1f} us of processor each; turns of ms: median {at[0]:.2f}, 99% {at[1]:.2f}, "
            f"99.99% {at[2]:.2f}, longest {1e3 * ordered[-1]:.2f} (of the processor {1e3 * max(self.busy):.2f})"
        )


def _house(folder: Path, durability: str, keep_bytes: int) -> House:
    settings = Settings()
    for name in ("data", "logs", "backups"):
        (folder / name).mkdir(parents=True)
        setattr(settings.server, name, str(folder / name))
    settings.history.durability = durability  # type: ignore[assignment]
    settings.history.keep_bytes = keep_bytes
    return House(settings, get_hub().loop.run_callback)


def _enter(house: House) -> Who:
    """Somebody who talks, and somebody who hears it."""
    people = [Who("alice", "a", "a.guest"), Who("bob", "b", "b.guest")]
    for who in people:
        house.chat.happen(ev.Entered(who))
        house.chat.happen(ev.Joined(who, "#lobby"))
        sink = Sink(house)
        sink.flavour = Flavour()
        house.chat.users[who.nick].outboxes.append(sink)
    return people[0]


def _run(folder: Path, durability: str, turns: Callable[[], Iterator[int]], keep_bytes: int) -> Turns:
    """Talk, `turns` giving how many messages each turn has, while everything else goes on."""
    house = _house(folder, durability, keep_bytes)
    who, texts = _enter(house), _texts()
    keeping.RETENTION_SECONDS = 2.0  # often enough to be there all the time
    keeper = Keeper(house)
    keeper.start()
    backups = gevent.spawn(_back_up, keeper)
    lengths: list[float] = []
    busy: list[float] = []
    next(texts)  # makes them
    gc.freeze()  # as the server does
    began, used = time.perf_counter(), time.process_time()
    for count in turns():
        start, spent = time.perf_counter(), time.thread_time()
        for _ in range(count):
            house.chat.happen(ev.Said(who, "#lobby", next(texts)))
        gevent.sleep(0)
        lengths.append(time.perf_counter() - start)
        busy.append(time.thread_time() - spent)
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    backups.kill()
    keeper.stop()
    keeper.abandon()
    keeper.pool.join()
    taken = len(list((folder / "backups").glob("*.db")))
    print(f"  backups taken: {taken}, oldest event left: {house.history.base.number + 1:,}")
    house.history.close()
    return Turns(lengths, busy, seconds, cpu)


def _back_up(keeper: Keeper) -> None:
    while True:
        gevent.sleep(5)
        keeper.back_up()


def _texts() -> Iterator[str]:
    chance = random.Random(1)
    vocabulary = [f"word{n}" for n in range(WORDS)]
    lines = [" ".join(vocabulary[int(chance.paretovariate(0.5)) % WORDS] for _ in range(8)) for _ in range(100_000)]
    while True:
        yield from lines


def _even(given: argparse.Namespace) -> Callable[[], Iterator[int]]:
    def turns() -> Iterator[int]:
        for _ in range(given.messages // given.per_turn):
            yield given.per_turn

    return turns


def _on_os(folder: Path, given: argparse.Namespace) -> None:
    print(_run(folder, "os", _even(given), 120 * given.messages).line("os", given.messages), flush=True)


def _on_fsync(folder: Path, given: argparse.Namespace) -> None:
    print(_run(folder, "fsync", _even(given), 120 * given.messages).line("fsync", given.messages), flush=True)


def _on_slow(folder: Path, given: argparse.Namespace) -> None:
    """As many messages come in a second however slow the disk is: a turn takes all that came meanwhile."""
    messages = min(given.messages, 20 * given.rate)

    def turns() -> Iterator[int]:
        began, said = time.perf_counter(), 0
        while said < messages:
            due = min(messages, int((time.perf_counter() - began) * given.rate)) - said
            said += due
            yield due

    slow = SlowDisk()
    name = f"fsync on a disk that syncs in {1e3 * SLOW_SYNC:.0f} ms, {given.rate} messages a second offered"
    print(_run(folder, "fsync", turns, 0).line(name, messages), f"({slow.syncs:,} syncs)", flush=True)
    slow.unregister()


class SlowDisk(apsw.VFS):
    """A disk that takes its time to sync."""

    def __init__(self) -> None:
        self.syncs = 0
        self.base = apsw.vfs_names()[0]
        super().__init__("slow", self.base, makedefault=True)

    def xOpen(self, name: Any, flags: Any) -> apsw.VFSFile:  # noqa: N802
        """A file on it."""
        return SlowFile(self, name, flags)


class SlowFile(apsw.VFSFile):
    """A file on the slow disk."""

    def __init__(self, disk: SlowDisk, name: Any, flags: Any) -> None:
        super().__init__(disk.base, name, flags)
        self._disk = disk

    def xSync(self, flags: int) -> None:  # noqa: N802
        """Sync, slowly."""
        self._disk.syncs += 1
        time.sleep(SLOW_SYNC)
        super().xSync(flags)


_KINDS: dict[str, Callable[[Path, argparse.Namespace], None]] = {"os": _on_os, "fsync": _on_fsync, "slow": _on_slow}


# ---- a long log


def long_log(folder: Path, events: int) -> None:
    """Write it, start on it, read and search it."""
    (folder / "data").mkdir()
    history = History(folder / "data" / FILE, "os")
    began = time.perf_counter()
    for number, record in enumerate(_life(events), 1):
        history.append(record)
        if number % 10_000 == 0:
            history.commit()
            history.checkpoint()
    history.commit()
    print(f"{events:,} events written in {time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    while history.index(20_000) | history.merge():
        history.commit()
        history.checkpoint()
    history.commit()
    history.fact("casemapping", "ascii")
    history.close()
    size = (folder / "data" / FILE).stat().st_size
    print(f"indexed in {time.perf_counter() - began:.0f} s; {size / 1e6:,.0f} MB, {size / events:.0f} bytes an event")
    _measure_start(folder)
    _measure_reading(folder / "data" / FILE, events)


def _life(events: int) -> Iterator[Record]:
    """Rooms open, get topics and bans, are talked in, and close, again and again; one in ten events is such a one."""
    texts, chance, is_open = _texts(), random.Random(2), [False] * ROOMS
    for number in range(1, events + 1):
        room = chance.randrange(ROOMS)
        name = f"#room{room}"
        who = Who(f"nick{number % PEOPLE}", "u", "h.guest", f"account{number % PEOPLE}" if number % 2 else "")
        event: ev.Event
        if not is_open[room]:
            event, is_open[room] = ev.Opened(who, name), True
        elif number % 30 == 0:
            event, is_open[room] = ev.Closed(who, name), False
        elif number % 30 == 10:
            event = ev.TopicChanged(who, name, f"about {number}")
        elif number % 30 == 20:
            event = ev.ModesChanged(who, name, (ev.Change(True, "b", f"{number}!*@*"),))
        else:
            event = ev.Said(who, name, f"{next(texts)} {NEVER if room % 2 else 'hello'} rare{number // 100_000}")
        yield Record(number, number * 100, event, (name,))


def _measure_start(folder: Path) -> None:
    """From the command until it says that it is open."""
    options = [word for kind in ("data", "logs", "backups") for word in (f"--{kind}", str(folder / kind))]
    command = [sys.executable, "-m", "chatroom.server.main", "--listen", "tcp://127.0.0.1:0", *options]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if line.startswith("Ctrl-C"):
                break
        opened = time.perf_counter() - began
        server.kill()
    history = History(folder / "data" / FILE, "os")
    print(f"a server starts on it in {opened:.2f} s, having read {len(list(history.lasting()))} events")
    history.close()


def _measure_reading(path: Path, events: int) -> None:
    history = History(path, "os")
    rooms = {f"#room{n}": 0 for n in range(ROOMS)}
    odd = {room: 0 for n, room in enumerate(rooms) if n % 2}
    questions: dict[str, Callable[[], Any]] = {
        "a page of 50, the newest of a room": lambda: history.page(["#room3"], limit=50),
        "a page of 50 in the middle of a room": lambda: history.page(["#room3"], limit=50, before=events // 2),
        "a page of 50 from a time on": lambda: history.page(["#room3"], limit=50, since=events * 50, oldest=True),
        "search: a common word, in all rooms": lambda: history.search(rooms, "hello", limit=21),
        "search: a common word, in one room": lambda: history.search({"#room4": 0}, "hello", limit=21),
        "search: a rare word, in all rooms": lambda: history.search(rooms, "rare3", limit=21),
        "search: a common word, never said in this room": lambda: history.search({"#room4": 0}, NEVER, limit=21),
        "search: a common word, never said in these 25 rooms": lambda: history.search(odd, "hello", limit=21),
        "search: two common words, never together": lambda: history.search(rooms, f"hello {NEVER}", limit=21),
    }
    for question, ask in questions.items():
        times, busy = [], []
        for _ in range(5):
            began, spent = time.perf_counter(), time.thread_time()
            found = ask()
            times.append(time.perf_counter() - began)
            busy.append(time.thread_time() - spent)
        took = f"{1e3 * min(times):.2f} ms (of the processor {1e3 * min(busy):.2f}), {1e3 * max(times):.2f} at most"
        print(f"{question}: {took}, {len(found)} found")
    history.close()
    print(f"memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    shutil.rmtree(path.parent)


if __name__ == "__main__":
    sys.exit(main())
