"""Who is silent, deaf, or never comes in: looked at with a clock that a test passes in."""

from __future__ import annotations

import pytest
from running import IrcClient, PlainClient

from chatroom.server.config import LimitSettings
from chatroom.server.looking import LINGER_SECONDS

STALL = LimitSettings().stall_seconds

COME_IN, IDLE = 30, 90  # seconds: registration_seconds, idle_ping_seconds
BUFFER = 4608


def slow_reader(new_house):
    """Alice has talked until bob, who does not read, lags: the house, both clients, and bob's connection."""
    scene = new_house(limits={"rate": 0, "outbox_bytes": 4096})
    alice = scene.irc("alice").join("#lobby")
    bob = scene.irc("bob", buffer=BUFFER).join("#lobby")
    alice.fence()
    link = scene.newest
    while not link.outbox.is_lagging:
        alice.send(*(f"PRIVMSG #lobby :{'x' * 300}" for _ in range(20)))
        alice.fence()
    return scene, alice, bob, link


# ---- newcomers


def test_a_newcomer_has_time_and_then_is_closed_with_a_sentence(scene):
    client = scene.connect(PlainClient)
    newcomer = scene.newest
    newcomer.look(newcomer.born + COME_IN - 1)
    assert not newcomer.outbox.is_ended
    newcomer.look(newcomer.born + COME_IN + 1)
    assert client.expect_end() == ["ERROR :Nobody came in within 30 s. Connect again when you are ready."]


def test_a_greeted_newcomer_is_told_in_plain_words(scene):
    client = scene.connect(PlainClient)
    client.expect("Type your name and press Enter")
    scene.newest.look(scene.newest.born + COME_IN + 1)
    assert client.expect_end() == ["-- Nobody came in within 30 s. Connect again when you are ready."]


def test_an_irc_program_that_stops_halfway_is_told_in_irc(scene):
    client = scene.connect(IrcClient)
    client.send("NICK bob")
    client.fence()
    scene.newest.look(scene.newest.born + COME_IN + 1)
    [line] = client.expect_end()
    assert line.startswith("ERROR :Closing Link: ")
    assert line.endswith("(Nobody came in within 30 s. Connect again when you are ready.)")


def test_bytes_now_and_then_buy_no_time(scene):
    """A slow loris: a byte a second, and never a line."""
    client = scene.connect(PlainClient)
    newcomer = scene.newest
    for second in range(COME_IN):
        client.send_bytes(b"x")
        newcomer.look(newcomer.born + second)
        assert not newcomer.outbox.is_ended
    newcomer.look(newcomer.born + COME_IN + 1)
    assert len(client.expect_end()) == 1


def test_lines_that_lead_nowhere_buy_no_time(scene):
    client = scene.connect(IrcClient)
    for _ in range(10):
        client.send("PING x")
        client.fence()
    scene.newest.look(scene.newest.born + COME_IN + 1)
    assert client.expect_end()[-1].startswith("ERROR ")


def test_the_limit_is_for_newcomers_only(scene):
    alice = scene.plain("alice")
    scene.newest.look(scene.newest.born + COME_IN + 1)
    alice.fence()


# ---- silence


def test_silence_is_asked_and_an_answer_is_enough(scene):
    scene.irc("alice")
    bob = scene.irc("bob")
    link = scene.newest
    link.look(link.heard + IDLE - 1)
    assert bob.fence() == []
    link.look(link.heard + IDLE + 1)
    link.look(link.heard + IDLE + 2)
    assert bob.fence() == ["PING chat.example.net"]
    bob.send("PONG chat.example.net")
    bob.fence()
    link.look(link.heard + IDLE - 1)
    assert bob.fence() == []


def test_no_answer_ends_it_and_the_others_are_told(scene):
    alice = scene.irc("alice").join("#lobby")
    bob = scene.irc("bob").join("#lobby")
    alice.fence()
    link = scene.newest
    link.look(link.heard + IDLE + 1)
    link.look(link.heard + 2 * IDLE + 1)
    assert not link.outbox.is_ended
    link.look(link.heard + 2 * IDLE + 2)
    asked, end = bob.expect_end()
    assert asked == "PING chat.example.net"
    assert end.endswith("(Ping timeout: 182 seconds)")
    alice.expect(r":bob!\S+ QUIT :Ping timeout: 182 seconds$")


def test_somebody_who_was_never_asked_is_not_closed(scene):
    """After a jump of the clock, as when a machine was asleep, there is a question first."""
    bob = scene.irc("bob")
    scene.newest.look(scene.newest.heard + 100 * IDLE)
    assert bob.fence() == ["PING chat.example.net"]


def test_a_slow_reader_is_not_silent(new_house):
    """A PING would wait behind its backlog, and its own lines wait until it is level."""
    scene, _alice, bob, link = slow_reader(new_house)
    bob.send("PONG x")
    scene.until(lambda: not link.is_waiting)
    for now in (link.heard + 1, link.heard + 3):
        link.look(now * 1.0)
        link.look(now + IDLE)
        link.look(now + 2 * IDLE + 2)
    assert not link.outbox.is_ended


def test_who_pastes_is_not_silent_while_flood_control_holds_their_lines(new_house):
    scene = new_house(limits={"rate": 0.5, "burst": 5})
    bob = scene.irc("bob")
    link = scene.newest
    bob.send(*(f"PRIVMSG bob :{n}" for n in range(20)))
    scene.until(lambda: not link.is_waiting)
    link.look(link.heard + IDLE + 1)
    link.look(link.heard + 3 * IDLE)
    assert not link.outbox.is_ended


def test_a_person_on_nc_may_be_silent_for_ever(scene):
    """They could not answer; TCP notices when they are gone."""
    alice = scene.plain("alice")
    link = scene.newest
    for round_ in range(1, 10):
        link.look(link.heard + round_ * IDLE + 1)
    assert alice.fence() == []


# ---- deafness


def test_a_reader_that_takes_nothing_for_minutes_is_closed(new_house):
    scene, alice, bob, link = slow_reader(new_house)
    stalled = link.outbox.stalled_since
    link.look(stalled + STALL - 1)
    assert not link.outbox.is_ended
    link.look(stalled + STALL + 1)
    alice.expect(r"^:bob!\S+ QUIT ")
    assert "bob" not in str(scene.house.chat.users.values())
    bob.close()


def test_a_reader_that_takes_a_little_now_and_then_stays(new_house):
    _scene, _alice, bob, link = slow_reader(new_house)
    before = link.outbox.stalled_since
    while link.outbox.stalled_since == before:
        bob.sock.recv(2000)
    link.look(before + STALL + 1e-6)
    assert not link.outbox.is_ended


# ---- those who do not go


def test_who_does_not_close_after_the_last_word_is_cut(scene):
    alice = scene.plain("alice")
    link = scene.newest
    alice.send("/quit")
    alice.expect_end()
    link.look(1000.0)
    link.look(1000.0 + LINGER_SECONDS)
    assert link.number in scene.house.connections
    link.look(1000.0 + LINGER_SECONDS + 0.1)
    scene.until(lambda: not scene.house.connections)


def test_the_house_looks_after_all(scene):
    clients = [scene.connect(PlainClient) for _ in range(3)]
    scene.house.look(scene.house.seconds() + COME_IN + 1)
    for client in clients:
        assert len(client.expect_end()) == 1


@pytest.mark.parametrize("dialect", ["irc", "plain"])
def test_the_farewell_is_told_but_nobody_is_told_of_everybody(scene, dialect):
    alice, bob = scene.irc("alice").join("#lobby"), getattr(scene, dialect)("bob")
    alice.fence()
    scene.of("bob").farewell("The server is stopping.")
    assert "The server is stopping." in bob.expect_end()[-1]
    assert not any("QUIT" in line for line in alice.fence())
