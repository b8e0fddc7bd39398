"""A server killed in the middle of traffic: whatever anybody was shown is on disk, and is there after a restart."""

from __future__ import annotations

import re

import pytest
from traffic import kill_in_traffic, said_on_disk

ROUNDS = [1, 40, 250, 900, 2000]  # lines that must have been shown before the kill


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
        traffic = kill_in_traffic(server, enough)
        assert traffic.shown >= enough
        said = said_on_disk(server)
        assert traffic.missing(said) == 0
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
