"""A server killed in the middle of traffic: whatever anybody was shown is on disk, and is there after a restart."""

from __future__ import annotations

import re
import sqlite3
import threading

import pytest
from running import Closed, IrcClient, PlainClient

WRITERS = 3
PACKET = 7  # lines sent at once
ROUNDS = [1, 40, 250, 900, 2000]  # lines that must have been shown before the kill


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

    def __init__(self, client: PlainClient, name: str) -> None:
        self.heard: list[str] = []
        self._client = client
        self._name = name
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        number = 0
        try:
            while True:
                self._client.send(*(f"{self._name} line {n}" for n in range(number, number + PACKET)))
                number += PACKET
                for line in self._client.fence():
                    if said := re.match(r"writer\d: (.*)", line):
                        self.heard.append(said[1])
        except (Closed, OSError):
            pass  # the server was killed

    def join(self) -> None:
        self._thread.join()


def kill_in_traffic(server, enough):
    """Let people talk until `enough` lines were shown, kill the server; the readers and writers."""
    reached = threading.Event()
    readers = [Reader(server.irc(f"reader{n}", "message-tags").join("#lobby"), enough, reached) for n in range(2)]
    writers = [Writer(server.plain(f"writer{n}"), f"writer{n}") for n in range(WRITERS)]
    reached.wait()
    server.kill9()
    for thread in (*readers, *writers):
        thread.join()
    return readers, writers


def said_on_disk(server):
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


def check_nothing_shown_is_missing(server, readers, writers):
    said = said_on_disk(server)
    for reader in readers:
        assert [(number, said.get(number)) for number, _ in reader.shown] == reader.shown
        numbers = [number for number, _ in reader.shown]
        assert numbers == sorted(set(numbers))
    for writer in writers:
        assert set(writer.heard) <= set(said.values())
    return said


def check_history_after_a_restart(server, said):
    """The restarted server's /last shows what the disk holds."""
    late = server.start().plain("late")
    late.send("/last 200")
    told = [found[1] for line in late.fence() if (found := re.match(r"   \d\d:\d\d writer\d: (.*)", line))]
    assert told == list(said.values())[-200:]


@pytest.mark.parametrize("durability", ["fsync", "os"])
def test_what_anybody_was_shown_outlives_a_kill(start_server, durability):
    server = start_server(history={"durability": durability})
    for enough in ROUNDS:
        readers, writers = kill_in_traffic(server, enough)
        assert len(readers[0].shown) + len(readers[1].shown) >= enough
        said = check_nothing_shown_is_missing(server, readers, writers)
        check_history_after_a_restart(server, said)


def test_rooms_and_topics_outlive_a_kill(server):
    alice = server.irc("alice").join("#tea")
    alice.send("TOPIC #tea :Leaves", "PRIVMSG #tea :said")
    alice.fence()
    server.kill9()
    server.start()
    bob = server.irc("bob")
    bob.send("JOIN #tea")
    bob.expect(" 332 bob #tea :?Leaves$")
    bob.expect(" 353 bob = #tea :?@bob$")
    bob.fence()


def test_who_held_the_folder_holds_it_no_more(server):
    for _ in range(3):
        server.kill9()
        server.start()
    server.plain("alice")


def test_what_is_searched_for_after_a_kill_is_found(server):
    alice = server.plain("alice")
    alice.send(*(f"cup {number}" for number in range(50)))
    alice.fence()
    server.kill9()
    server.start()
    bob = server.plain("bob")
    bob.send("/search cup 49")
    bob.expect("alice: cup 49$")
