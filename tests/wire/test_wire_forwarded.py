from __future__ import annotations

import pytest

from chatroom.wire.forwarded import FORWARDED, X_FORWARDED_FOR, client_address, is_forwarded_over_tls, is_welcome

PROXIES = {"127.0.0.1", "10.0.0.1", "::1"}


def client(header, value):
    return client_address(header, {header.lower(): value}, PROXIES.__contains__)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("198.51.100.9, 192.0.2.7", "192.0.2.7"),  # what stands further left anybody may have written
        ("192.0.2.7, 10.0.0.1", "192.0.2.7"),
        ("198.51.100.9, 192.0.2.7, 10.0.0.1, 127.0.0.1", "192.0.2.7"),
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8::7", "2001:db8::7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("unknown", ""),
        ("192.0.2.7, nonsense", ""),
        ("", ""),
    ],
)
def test_x_forwarded_for(value, address):
    assert client(X_FORWARDED_FOR, value) == address


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("for=192.0.2.7", "192.0.2.7"),
        ('for="[2001:db8::7]:4711";proto=https', "2001:db8::7"),
        ("for=198.51.100.9, for=192.0.2.7;by=203.0.113.43", "192.0.2.7"),
        ("For=192.0.2.7;Proto=http, for=10.0.0.1", "192.0.2.7"),
        ('for="_hidden", for=10.0.0.1', "10.0.0.1"),
        ("by=10.0.0.1", ""),
        ("", ""),
    ],
)
def test_forwarded(value, address):
    assert client(FORWARDED, value) == address


def test_only_the_header_that_is_agreed_on_counts():
    headers = {"forwarded": "for=192.0.2.7", "x-forwarded-for": "192.0.2.8"}
    assert client_address(FORWARDED, headers, PROXIES.__contains__) == "192.0.2.7"
    assert client_address(X_FORWARDED_FOR, headers, PROXIES.__contains__) == "192.0.2.8"


@pytest.mark.parametrize(
    ("header", "name", "value", "is_secure"),
    [
        (X_FORWARDED_FOR, "x-forwarded-proto", "https", True),
        (X_FORWARDED_FOR, "x-forwarded-proto", "https, http", False),
        (X_FORWARDED_FOR, "x-forwarded-proto", "", False),
        (FORWARDED, "forwarded", "for=192.0.2.7;proto=https", True),
        (FORWARDED, "forwarded", "for=192.0.2.7", False),
        (FORWARDED, "x-forwarded-proto", "https", False),
    ],
)
def test_whether_the_client_came_over_tls(header, name, value, is_secure):
    assert is_forwarded_over_tls(header, {name: value}) is is_secure


@pytest.mark.parametrize(
    ("origin", "host", "is_right"),
    [
        ("", "chat.example.net", True),
        ("https://chat.example.net", "chat.example.net", True),
        ("https://Chat.example.net", "chat.EXAMPLE.net:443", True),
        ("http://localhost:8066", "localhost:8066", True),
        ("http://[::1]:8066", "[::1]:8066", True),
        ("http://localhost:8067", "localhost:8066", False),
        ("https://example.net", "chat.example.net", False),
        ("https://other.example.net", "chat.example.net", True),
        ("null", "chat.example.net", False),
        ("null", "null", False),
        ("file://", "", False),
    ],
)
def test_origins(origin, host, is_right):
    assert is_welcome(origin, host, ["https://other.example.net/"]) is is_right
