"""People talking to a real server, who note what they were shown, until it is killed; and what the disk holds then."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from running import Closed, IrcClient, PlainClient, ServerProcess

WRITERS = 3
PACKET = 7  # lines sent at once


class Reader:
    """Notes in a thread which lines it is shown; `shown` are pairs of the event's number and the text."""

    def __init__(self, client: IrcClient, enough: int, reached: threading.Event) -> None:
        self.shown: list[tuple[int, str]] = []
        self._client = client
        self._enough = enough
        self._reached = reached
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            while True:
                if said := re.search(r"msgid=\w+-(\d+).* PRIVMSG #lobby :(.*)", self._client.line()):
                    self.shown.append((int(said[1]), said[2]))
                if len(self.shown) >= self._enough:
                    self._reached.set()
        except (Closed, OSError):
            self._reached.set()

    def join(self) -> None:
        self._thread.join()


class Writer:
    """Says numbered lines in a thread for as long as the server lives, and notes what the others said, as people do."""

    def __init__(self, client: PlainClient, name: str, mark: str = "") -> None:
        self.heard: list[str] = []
        self._client = client
        self._name = name
        self._mark = mark
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        number = 0
        try:
            while True:
                lines = (f"{self._name} line {n}{self._mark}" for n in range(number, number + PACKET))
                self._client.send(*lines)
                number += PACKET
                for line in self._client.fence():
                    if said := re.match(r"writer\d: (.*)", line):
                        self.heard.append(said[1])
        except (Closed, OSError):
            pass  # the server was killed

    def join(self) -> None:
        self._thread.join()


class Traffic(NamedTuple):
    """Who noted what."""

    readers: list[Reader]
    writers: list[Writer]

    @property
    def shown(self) -> int:
        """How many lines anybody was shown, counted for each."""
        return sum(len(reader.shown) for reader in self.readers) + sum(len(writer.heard) for writer in self.writers)

    def missing(self, said: Mapping[int, str]) -> int:
        """How many of them are not in `said`, by number and text; doubled or misplaced ones count too."""
        missing = 0
        for reader in self.readers:
            missing += sum(said.get(number) != text for number, text in reader.shown)
            numbers = [number for number, _ in reader.shown]
            missing += sum(later <= earlier for earlier, later in pairwise(numbers))
        texts = set(said.values())
        return missing + sum(text not in texts for writer in self.writers for text in writer.heard)


def kill_in_traffic(server: ServerProcess, enough: int, mark: str = "") -> Traffic:
    """Let people talk until a reader was shown `enough` lines, and kill the server. `mark` ends each line."""
    reached = threading.Event()
    readers = [Reader(server.irc(f"reader{n}", "message-tags").join("#lobby"), enough, reached) for n in range(2)]
    writers = [Writer(server.plain(f"writer{n}"), f"writer{n}", mark) for n in range(WRITERS)]
    reached.wait()
    server.kill9()
    for thread in (*readers, *writers):
        thread.join()
    return Traffic(readers, writers)


def said_on_disk(server: ServerProcess) -> dict[int, str]:
    """Number and text of what was said, read by another SQLite than the server's; and that it is all whole."""
    with sqlite3.connect(server.data / "chatroom.db") as log:
        assert log.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        numbers = [number for (number,) in log.execute("SELECT number FROM events ORDER BY number")]
        assert numbers == list(range(1, len(numbers) + 1))
        rows = log.execute(
            "SELECT number, json_extract(body, '$.text') FROM events WHERE kind = 'said' ORDER BY number"
        )
        said = dict(rows.fetchall())
    log.close()
    return said
