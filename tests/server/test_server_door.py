"""Who may come in, counted at the door: by address, by network, in all; and what they are told who may not."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest
from running import IrcClient, LineClient

from chatroom.server import door as doors
from chatroom.server.config import LimitSettings
from chatroom.server.door import AT_THE_DOOR, NO_MEMORY, NO_ROOM, Door, memory_there_is, memory_used
from chatroom.server.logs import Hushed


def enter(door, *addresses):
    return [not door.enter(address) for address in addresses]


# ---- counting


def test_a_network_has_a_limit_of_its_own():
    door = Door(LimitSettings(connections_per_address=2, connections_per_network=3))
    assert enter(door, "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3") == [
        True,
        True,
        False,
        True,
        False,
    ]
    assert door.enter("192.0.2.9") == "There are 3 connections from your network already. Try again later."
    assert enter(door, "192.0.3.1") == [True]
    door.leave("192.0.2.2")
    assert enter(door, "192.0.2.3", "192.0.2.4") == [True, False]


def test_who_the_network_refuses_does_not_count_at_the_address():
    door = Door(LimitSettings(connections_per_address=1, connections_per_network=1))
    assert enter(door, "192.0.2.1", "192.0.2.2") == [True, False]
    door.leave("192.0.2.1")
    assert enter(door, "192.0.2.2") == [True]


def test_how_wide_a_network_is_can_be_set():
    door = Door(LimitSettings(connections_per_network=1, network_ipv4=16, network_ipv6=32))
    assert enter(door, "10.1.2.3", "10.1.9.9", "10.2.0.1") == [True, False, True]
    assert enter(door, "2001:db8:1::1", "2001:db8:2::1", "2001:db9::1") == [True, False, True]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "unix"])
def test_this_machine_is_no_network(address):
    door = Door(LimitSettings(connections_per_network=1))
    assert all(enter(door, *[address] * 20))
    for _ in range(20):
        door.leave(address)
    assert door.networks._counts == door.addresses._counts == {}


def test_who_is_exempt_is_not_counted():
    door = Door(LimitSettings(connections_per_address=1, connections_per_network=1, exempt=["192.0.2.0/24"]))
    assert all(enter(door, *["192.0.2.1"] * 100))
    assert not any(door.knock("192.0.2.1") for _ in range(1000))
    assert door.pace("192.0.2.1", 0.0) == 0
    assert enter(door, "192.0.3.1", "192.0.3.1") == [True, False]
    for _ in range(100):
        door.leave("192.0.2.1")
    assert door.networks._counts == {"192.0.3.0/24": 1}


def test_as_many_as_there_may_be_may_come_each_second():
    door = Door(LimitSettings(connections_per_address=10))
    waits = [door.pace("192.0.2.1", 0.0) for _ in range(12)]
    assert waits[:10] == [0] * 10
    assert waits[10:] == pytest.approx([0.1, 0.2])
    assert door.pace("192.0.2.2", 0.0) == 0
    assert Door(LimitSettings(connections_per_address=0)).pace("192.0.2.1", 0.0) == 0


def test_before_it_is_known_for_whom_they_speak_so_many_may_stand_at_the_door():
    door = Door(LimitSettings())
    assert [door.knock("127.0.0.1") for _ in range(AT_THE_DOOR)] == [""] * AT_THE_DOOR
    assert "at the door already" in door.knock("127.0.0.1")
    assert door.knock("127.0.0.2") == ""
    door.known("127.0.0.1")
    assert door.knock("127.0.0.1") == ""
    assert door.inside == AT_THE_DOOR + 2


def test_there_is_room_for_so_many_in_all():
    door = Door(LimitSettings(connections=2))
    assert [door.knock(f"192.0.2.{number}") for number in range(3)] == ["", "", NO_ROOM]
    door.closed()
    assert door.knock("192.0.2.3") == ""


def test_some_descriptors_stay_for_the_server_itself(monkeypatch):
    monkeypatch.setattr(doors.resource, "getrlimit", lambda which: (doors.SPARE_DESCRIPTORS + 1, 4096))
    door = Door(LimitSettings())
    assert [door.knock(f"192.0.2.{number}") for number in range(2)] == ["", NO_ROOM]


def test_newcomers_are_turned_away_while_memory_is_short(monkeypatch):
    door = Door(LimitSettings(memory_mib=100))
    monkeypatch.setattr(doors, "memory_used", lambda: 100 * 1048576 + 1)
    door.look()
    assert door.knock("192.0.2.1") == NO_MEMORY
    monkeypatch.setattr(doors, "memory_used", lambda: 99 * 1048576)
    door.look()
    assert door.knock("192.0.2.1") == ""


def test_memory_can_be_seen_here():
    assert 1048576 < memory_used() < memory_there_is()


def test_limits_can_change():
    door = Door(LimitSettings(connections_per_address=1))
    assert enter(door, "192.0.2.1", "192.0.2.1") == [True, False]
    door.use(LimitSettings(connections_per_address=2))
    assert enter(door, "192.0.2.1", "192.0.2.1") == [True, False]


# ---- at a real door


def test_who_is_turned_away_is_told_why(new_house):
    scene = new_house(limits={"connections": 1})
    alice = scene.irc("alice")
    assert scene.connect(LineClient).expect_end() == [f"ERROR :{NO_ROOM}"]
    alice.send("PING x")
    alice.expect("PONG")


def test_what_was_sent_before_the_refusal_does_not_cost_the_refusal(start_server):
    server = start_server(limits={"connections": 1})
    server.plain("alice")
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port)) as late:
            with suppress(OSError):
                late.sendall(b"NICK bob\r\nUSER bob 0 * :Bob\r\n" * 20)
            assert late.makefile(newline="\n").readline() == f"ERROR :{NO_ROOM}\r\n"


def test_nothing_stays_counted_of_those_who_came_and_went(new_house):
    scene = new_house(limits={"connections_per_address": 3, "connections_per_network": 3})
    for address in ("192.0.2.1", "127.0.0.1", "", "192.0.2.2"):
        for _ in range(5):
            client = scene.connect(LineClient, address=address)
            with suppress(OSError):
                client.send_bytes(b"NICK")
            client.close()
    scene.until(lambda: not scene.house.connections and not scene.house.door.inside)
    door = scene.house.door
    assert door.addresses._counts == door.networks._counts == door.comers._counts == {}


@pytest.mark.parametrize(
    ("limits", "sent"),
    [({"registration_lines": 10}, b"PING x\r\n" * 11), ({"registration_bytes": 1024}, b"x" * 1025)],
)
def test_who_says_much_and_does_not_come_in_is_put_out(new_house, limits, sent):
    client = new_house(limits=limits).connect(IrcClient)
    client.send_bytes(b"CAP LS\r\n")
    client.send_bytes(sent)
    assert "Too much before coming in" in client.expect_end()[-1]


def test_a_storm_is_counted_in_the_log_not_told_one_by_one(new_house):
    house = new_house().house
    logs = [house.teller.log_of(number, "192.0.2.1") for number in range(1000)]
    assert sum(isinstance(log, Hushed) for log in logs) >= 500
    assert house.teller.untold >= 500
    house.look(house.seconds())
    assert house.teller.untold == 0
