"""Searching takes a thread: nobody waits for it, and what has changed meanwhile counts."""

from __future__ import annotations

import threading

import apsw
import pytest

from chatroom.storage import aside


@pytest.fixture
def slow(monkeypatch):
    """Searches wait until `slow` is set; then they go on as ever."""
    real, gate = aside.searching.search, threading.Event()

    def search(*arguments):
        found = real(*arguments)
        gate.wait()
        return found

    monkeypatch.setattr(aside.searching, "search", search)
    yield gate
    gate.set()


@pytest.fixture
def scene(new_house):
    return new_house(limits={"rate": 0})


def test_others_talk_while_one_searches_and_what_was_just_said_is_found(scene, slow):
    alice, bob = scene.plain("alice"), scene.plain("bob")
    alice.send("a cup of tea")
    alice.fence()
    bob.send("/search tea")
    bob.expect("^alice: a cup of tea")
    alice.send("and another")  # alice is answered while bob's search still waits
    alice.fence()
    slow.set()
    bob.expect("^alice: and another")
    bob.expect("alice: a cup of tea")


def test_who_has_left_the_room_meanwhile_reads_nothing_of_it(scene, slow):
    alice, bob = scene.irc("alice").join("#tea"), scene.irc("bob").join("#tea")
    bob.send("PRIVMSG #tea :a cup of tea")
    alice.expect("a cup")
    bob.send("SEARCH tea")
    alice.send("KICK #tea bob")
    alice.fence()
    slow.set()
    bob.expect(" KICK #tea bob")
    assert not any("cup" in line for line in bob.fence())


def test_what_was_taken_back_meanwhile_is_not_found(scene, slow):
    alice, bob = scene.irc("alice", "message-tags").join("#tea"), scene.irc("bob", "message-tags").join("#tea")
    bob.send("PRIVMSG #tea :a cup of tea")
    msgid = alice.expect("msgid=([^; ]+).* :a cup")[1]
    bob.send("SEARCH tea")
    alice.send(f"REDACT #tea {msgid}")
    alice.fence()
    slow.set()
    assert not any("cup" in line for line in bob.fence())


def test_who_has_gone_meanwhile_is_told_nothing(scene, slow):
    alice, bob = scene.plain("alice"), scene.plain("bob")
    bob.send("/search tea")
    alice.fence()
    bob.close()
    slow.set()
    alice.expect("bob left")


def test_where_the_log_cannot_be_read_beside_the_writer_it_is_searched_all_the_same(scene, monkeypatch):
    def refuse(*_arguments, **_more):
        raise apsw.CantOpenError("no descriptors left")

    monkeypatch.setattr(aside, "connect", refuse)
    bob = scene.plain("bob")
    bob.send("a cup of tea", "/search tea")
    bob.expect("bob: a cup of tea")
