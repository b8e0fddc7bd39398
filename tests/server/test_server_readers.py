"""Greenlets for whoever has sent something: none for those who are silent, and nothing left of those who went."""

from __future__ import annotations

import gc
import weakref

from greenlet import greenlet

from chatroom.server.readers import MOST_IDLE


def greenlets():
    gc.collect()
    return sum(isinstance(one, greenlet) and not one.dead for one in gc.get_objects())


def test_who_is_silent_has_no_greenlet(new_house):
    scene = new_house(limits={"rate": 0, "connections_per_address": 0})
    before = greenlets()
    clients = [scene.irc(f"user{number}") for number in range(3 * MOST_IDLE)]
    for client in clients:
        client.fence()
    assert greenlets() - before <= MOST_IDLE


def test_who_is_made_to_wait_holds_up_nobody(new_house):
    scene = new_house(limits={"rate": 1.0, "burst": 3.0})
    hasty, other = scene.irc("hasty"), scene.irc("other")
    hasty.send(*("PING x" for _ in range(50)))
    other.fence()
    assert hasty.expect("PONG")


def test_of_who_went_nothing_is_left_for_the_collector(scene):
    scene.irc("bob").join("#tea")
    alice = scene.irc("alice", "server-time message-tags").join("#tea")
    alice.send("PRIVMSG #tea :hello")
    alice.fence()
    session = weakref.ref(scene.of("alice").dialect)
    gc.collect()
    gc.disable()
    try:
        alice.close()
        scene.until(lambda: len(scene.house.connections) == 1)
        scene.irc("carol").fence()  # served by the same greenlet
        assert session() is None
    finally:
        gc.enable()
