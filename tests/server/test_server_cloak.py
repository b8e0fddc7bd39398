"""What others see instead of an address."""

from __future__ import annotations

import re

from chatroom.server.cloak import KEY_BYTES, KEY_FILE, Cloak


def test_a_host_says_nothing_of_the_address(tmp_path):
    host = Cloak(tmp_path).host("192.0.2.1")
    assert re.fullmatch(r"[a-z2-7]{10}\.guest", host)


def test_the_same_address_gives_the_same_host_also_after_a_restart(tmp_path):
    assert Cloak(tmp_path).host("192.0.2.1") == Cloak(tmp_path).host("192.0.2.1")


def test_addresses_differ_and_a_network_of_ipv6_is_one(tmp_path):
    cloak = Cloak(tmp_path)
    assert len({cloak.host(f"192.0.2.{n}") for n in range(200)}) == 200
    assert cloak.host("2001:db8::1") == cloak.host("2001:db8::2")
    assert cloak.host("2001:db8::1") != cloak.host("2001:db8:0:1::1")


def test_another_key_gives_other_hosts(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert Cloak(tmp_path / "a").host("192.0.2.1") != Cloak(tmp_path / "b").host("192.0.2.1")


def test_the_key_is_for_the_server_alone(tmp_path):
    Cloak(tmp_path)
    key = tmp_path / KEY_FILE
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_bytes()) == KEY_BYTES
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_key_cut_short_is_replaced(tmp_path):
    """A disk that was full as the key was written leaves less than a key; with that anybody could undo a cloak."""
    (tmp_path / KEY_FILE).touch()
    Cloak(tmp_path)
    assert len((tmp_path / KEY_FILE).read_bytes()) == KEY_BYTES
