"""Who is there, from the first bytes."""

from __future__ import annotations

import pytest
from feeding import as_bytes, corpus
from hypothesis import given
from hypothesis import strategies as st

from chatroom.wire import proxy
from chatroom.wire.first import TLS, Guest, is_proxied, is_undecided, speaker, wrong_door

CORPUS = {name: [as_bytes(line) for line in table["lines"]] for name, table in corpus("first").items()}
FOREIGN = [(line, Guest(name)) for name in ("http", "ssh", "tls") for line in CORPUS[name]]


@pytest.mark.parametrize("line", CORPUS["persons"])
def test_a_person(line: bytes) -> None:
    assert wrong_door(line) is None
    assert speaker(line) is Guest.PERSON


@pytest.mark.parametrize("line", CORPUS["irc"])
def test_an_irc_program(line: bytes) -> None:
    assert wrong_door(line) is None
    assert speaker(line) is Guest.IRC


@pytest.mark.parametrize(("line", "guest"), FOREIGN)
def test_a_program_at_the_wrong_door(line: bytes, guest: Guest) -> None:
    assert wrong_door(line) is guest
    assert wrong_door(line + b"\r\nHost: chat\r\n\r\n") is guest


@pytest.mark.parametrize(("line", "guest"), FOREIGN)
def test_a_part_of_it_is_not_taken_for_another(line: bytes, guest: Guest) -> None:
    seen = [wrong_door(line[:end]) for end in range(len(line) + 1)]
    assert set(seen) <= {None, guest}
    assert seen == sorted(seen, key=lambda one: one is not None), "once known it stays known"


# ---- wrappings


@pytest.mark.parametrize("start", [TLS, proxy.V1, proxy.V2])
def test_a_wrapping_is_undecided_until_it_is_known(start: bytes) -> None:
    assert [is_undecided(start[:end]) for end in range(len(start) + 1)] == [True] * len(start) + [False]
    assert not is_undecided(start + b"x")


@pytest.mark.parametrize("line", [b"alice\r\n", b"NICK alice\r\n", b"\n", b"PROXIES\r\n", b"\r\nalice", b"\x16x"])
def test_a_line_is_decided_at_once(line: bytes) -> None:
    assert not is_undecided(line)
    assert not is_proxied(line)


def test_a_proxy() -> None:
    assert is_proxied(b"PROXY TCP4 ")
    assert is_proxied(proxy.V2)
    assert not is_proxied(b"PROXY")


@given(st.binary(max_size=40))
def test_any_bytes_are_somebody(data: bytes) -> None:
    assert wrong_door(data) in (None, Guest.HTTP, Guest.SSH, Guest.TLS)
    assert speaker(data) in (Guest.PERSON, Guest.IRC)
