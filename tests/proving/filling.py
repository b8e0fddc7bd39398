"""A disk that is full, and has room again: nothing that was shown is missing, and talk goes on without a restart."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from disks import full_disk
from outcome import Outcome
from running import IrcClient, ServerProcess
from traffic import said_on_disk

SIZE = "16m"  # of the small disk
REFUSED = "can't write to its disk"
LINE = "x" * 300


def fill(folder: Path, rounds: int, seed: int) -> Outcome:
    """Fill the disk under a server that people talk on, and make room again."""
    with _small_disk(folder / "disk") as disk:
        # The reader only listens, and may do so for longer than one is waited for.
        server = ServerProcess(folder / "server", {"limits": {"idle_ping_seconds": 3600}})
        if disk:
            server.data = disk
        try:
            return _rounds(server, rounds, seed, disk)
        finally:
            server.clean_up()


@contextmanager
def _small_disk(where: Path) -> Iterator[Path | None]:
    """A file system of its own; None where this user may not make one."""
    where.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(where)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        yield None
        return
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=True)


def _rounds(server: ServerProcess, rounds: int, seed: int, disk: Path | None) -> Outcome:
    chance = random.Random(seed)
    server.start()
    writer, reader = server.irc("writer").join("#lobby"), server.irc("reader", "message-tags").join("#lobby")
    shown: list[tuple[int, str]] = []
    refusals = 0
    for round_ in range(rounds):
        _say(writer, chance.randrange(1, 50), f"before {round_}")
        with _full(server, disk):
            refusals += _say_until_refused(writer, f"during {round_}")
            writer.fence()  # questions are answered
        _say_until_taken(writer, f"after {round_}")
        shown += _heard(reader, f"after {round_}")
    server.kill9()
    said = said_on_disk(server)
    missing = sum(said.get(number) != text for number, text in shown)
    kind = "a small file system" if disk else "a limit on the size of files"
    failed = "" if refusals >= rounds else f"talk was refused in {refusals} rounds only"
    return Outcome(rounds, len(shown), missing, note=f"{kind}; {refusals} lines refused", failed=failed)


def _full(server: ServerProcess, disk: Path | None) -> AbstractContextManager[None]:
    if disk is None:
        assert server.process is not None
        return full_disk(server.data / "chatroom.db", server.process.pid)
    return _filled(disk / "filler")


@contextmanager
def _filled(filler: Path) -> Iterator[None]:
    """While this lasts, nothing else fits on the disk."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 8, 1):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass
    try:
        yield
    finally:
        filler.unlink()


def _say(writer: IrcClient, count: int, words: str) -> None:
    writer.send(*(f"PRIVMSG #lobby :{words} line {n}" for n in range(count)))
    writer.fence()


def _repeat(writer: IrcClient, words: str, is_enough: Callable[[list[str]], bool]) -> int:
    """Say lines until the answer is the one that is waited for; how many were refused."""
    refused = number = 0
    while True:
        writer.send(f"PRIVMSG #lobby :{words} line {number} {LINE}")
        answer = writer.fence()
        refused += any(REFUSED in line for line in answer)
        number += 1
        if is_enough(answer):
            return refused


def _say_until_refused(writer: IrcClient, words: str) -> int:
    return _repeat(writer, words, lambda answer: any(REFUSED in line for line in answer))


def _say_until_taken(writer: IrcClient, words: str) -> None:
    _repeat(writer, words, lambda answer: not any(REFUSED in line for line in answer))


def _heard(reader: IrcClient, words: str) -> list[tuple[int, str]]:
    """What the reader is shown, up to a line with these words."""
    shown = []
    while not (shown and words in shown[-1][1]):
        if said := re.search(r"msgid=\w+-(\d+).* PRIVMSG #lobby :(.*)", reader.line()):
            shown.append((int(said[1]), said[2]))
    return shown
