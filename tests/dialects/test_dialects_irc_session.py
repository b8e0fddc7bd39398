"""What an IRC program is told where other programs depend on it."""

from __future__ import annotations

from pathlib import Path

from inside import StillHouse

from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.caps import CAPABILITIES
from chatroom.wire.irc import MAX_LINE


def test_a_program_that_comes_while_the_disk_refuses_is_sent_away(tmp_path: Path) -> None:
    """It can't be told anything that has it register again by itself; that the connection is closed does."""
    house = StillHouse(tmp_path)
    house.chat.sealed = Refused(Why.DISK)
    bob = house.visitor("irc").says("NICK bob", "USER bob 0 * :Bob")
    assert bob.hears() == [
        ":chat.example.net 437 * USER :The server can't write to its disk; nothing can be said just now",
        f"ERROR :Closing Link: {bob.dialect.host} (The server can't write to its disk; try again in a minute)",
    ]
    assert bob.is_ended
    house.chat.sealed = None
    assert house.visitor("irc").says("NICK bob", "USER bob 0 * :Bob").user is not None
    house.history.close()


def test_a_garbled_verb_is_not_told_back(tmp_path: Path) -> None:
    house = StillHouse(tmp_path)
    bob = house.irc("bob")
    bob.sends(b"\xff" * 505 + b"\r\n").sends(b"PRIVMSG #lobby :\xff\r\n")
    assert [line.split(" ")[:3] for line in bob.hears()] == [
        [":chat.example.net", "FAIL", verb] for verb in ("*", "PRIVMSG")
    ]
    house.history.close()


def test_names_of_capabilities_are_told_whole(tmp_path: Path) -> None:
    house = StillHouse(tmp_path, {"server": {"name": "irc.a-name-that-leaves-little-room.example.net"}})
    bob = house.visitor("irc").says(f"NICK {'b' * 32}", "USER bob 0 * :Bob").forgets()
    listed = bob.says("CAP LS").hears()[0].rpartition(" :")[2].split()
    assert set(listed) <= set(CAPABILITIES)
    wanted = [name for name in CAPABILITIES if name != "sts"]
    while len(f"CAP REQ :{' '.join(wanted)}") > MAX_LINE:
        wanted.pop()
    told = bob.says(f"CAP REQ :{' '.join(wanted)}").hears()
    assert len(told) > 1
    assert " ".join(line.rpartition(" ACK :")[2] for line in told).split() == wanted
    house.history.close()


def test_what_happens_while_a_service_works_is_not_told_by_the_service(tmp_path: Path) -> None:
    house = StillHouse(tmp_path)
    alice = house.irc("alice").says("REGISTER * * teapot")
    other = house.visitor("irc").says("CAP REQ sasl", "AUTHENTICATE PLAIN", "AUTHENTICATE AGFsaWNlAHRlYXBvdA==")
    other.says("NICK alice", "USER alice 0 * :Alice", "CAP END").forgets()
    prove = house.accounts.prove
    house.accounts.prove = lambda *given: other.says("JOIN #tea") and prove(*given)
    told = alice.forgets().says("PRIVMSG NickServ :IDENTIFY alice teapot").hears()
    assert [line.split()[1] for line in told[:3]] == ["JOIN", "353", "366"]
    house.history.close()


def test_where_tls_is_to_be_kept_to_programs_read_so_and_never_ask_for_it(tmp_path: Path) -> None:
    house = StillHouse(tmp_path)
    house.server.sts = "duration=3600,port=6697"
    bob = house.visitor("irc").says("CAP LS 302")
    assert "sts=duration=3600,port=6697" in " ".join(bob.hears()).split()
    assert bob.says("CAP REQ sts").hears() == [":chat.example.net CAP * NAK sts"]
    old = house.visitor("irc").says("CAP LS")
    assert "sts" not in " ".join(old.hears()).replace("=", " ").split()  # it is nothing without its value
    house.history.close()
