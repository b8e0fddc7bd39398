"""The header of a proxy, in both versions, whole and in pieces, right and wrong."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.wire import proxy
from chatroom.wire.proxy import MAX_REST, MAX_V1, BadHeader, Header, parse

TCP4, TCP6, UNIX, UDP4, UNKNOWN = 0x11, 0x21, 0x31, 0x12, 0x00
V4 = bytes([192, 0, 2, 7, 10, 0, 0, 1, 0x10, 0, 0x1A, 0x0A])
V6 = ipaddress.IPv6Address("2001:db8::7").packed + ipaddress.IPv6Address("::1").packed + b"\x10\0\x1a\x0a"


def binary(command: int, family: int, rest: bytes, length: int | None = None) -> bytes:
    return proxy.V2 + bytes([command, family]) + (len(rest) if length is None else length).to_bytes(2, "big") + rest


def fact(kind: int, value: bytes) -> bytes:
    return bytes([kind]) + len(value).to_bytes(2, "big") + value


# ---- version 1


@pytest.mark.parametrize(
    ("line", "address"),
    [
        (b"PROXY TCP4 192.0.2.7 10.0.0.1 4000 6666\r\n", "192.0.2.7"),
        (b"PROXY TCP6 2001:db8::7 ::1 4000 6666\r\n", "2001:db8::7"),
        (b"PROXY TCP6 ::ffff:192.0.2.7 ::1 0 65535\r\n", "192.0.2.7"),
        (b"PROXY UNKNOWN\r\n", ""),
        (b"PROXY UNKNOWN ffff:f...f:ffff whatever 1 2 3\r\n", ""),
    ],
)
def test_a_line(line: bytes, address: str) -> None:
    assert parse(line + b"NICK bob\r\n") == Header(len(line), address)


@pytest.mark.parametrize(
    "line",
    [
        *(b"PROXY\x20", b"PROXY TCP4", b"PROXY TCP5 192.0.2.7 10.0.0.1 1 2", b"PROXY TCP4 192.0.2.7 10.0.0.1 1"),
        *(b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2 3", b"PROXY  TCP4 192.0.2.7 10.0.0.1 1 2", b"PROXY TCP4 ::1 ::1 1 2"),
        *(b"PROXY TCP6 192.0.2.7 10.0.0.1 1 2", b"PROXY TCP4 192.0.2.999 10.0.0.1 1 2", b"PROXY TCP4 host x 1 2"),
        *(
            b"PROXY TCP4 192.0.2.7 x 1 2",
            b"PROXY TCP4 192.0.2.7 10.0.0.1 1 65536",
            b"PROXY TCP4 192.0.2.7 10.0.0.1 -1 2",
        ),
        *(b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2x", b"PROXY TCP4 \xff 10.0.0.1 1 2", b"PROXY tcp4 192.0.2.7 10.0.0.1 1 2"),
    ],
)
def test_a_line_that_is_wrong(line: bytes) -> None:
    with pytest.raises(BadHeader):
        parse(line + b"\r\n")


def test_a_line_without_end() -> None:
    line = b"PROXY UNKNOWN ".ljust(MAX_V1 - 2, b"x")
    assert parse(line + b"\r\n") == Header(MAX_V1)
    assert parse(line + b"\r") is None
    with pytest.raises(BadHeader, match="no end within 107 bytes"):
        parse(line + b"xx")


# ---- version 2


@pytest.mark.parametrize(
    ("data", "address"),
    [
        (binary(0x21, TCP4, V4), "192.0.2.7"),
        (binary(0x21, TCP6, V6), "2001:db8::7"),
        (binary(0x21, UDP4, V4), "192.0.2.7"),
        (binary(0x21, TCP6, ipaddress.IPv6Address("::ffff:192.0.2.7").packed + V6[16:]), "192.0.2.7"),
        (binary(0x21, UNIX, bytes(216)), ""),
        (binary(0x21, UNKNOWN, b""), ""),
        (binary(0x21, 0x77, b"whatever it is"), ""),
        (binary(0x20, TCP4, V4), ""),
        (binary(0x20, UNKNOWN, b""), ""),
        (binary(0x20, UNKNOWN, b"\x04\xff\xff what LOCAL holds is skipped"), ""),
    ],
)
def test_bytes(data: bytes, address: str) -> None:
    assert parse(data + b"NICK bob\r\n") == Header(len(data), address)


def test_what_else_the_proxy_tells() -> None:
    facts = fact(0x01, b"h2") + fact(0x20, b"\x01\0\0\0\0" + fact(0x21, b"TLSv1.3")) + fact(0x04, b"")
    data = binary(0x21, TCP4, V4 + facts)
    assert parse(data) == Header(len(data), "192.0.2.7", is_secure=True)


@pytest.mark.parametrize("value", [b"", b"\0\0\0\0\0", b"\x06\0\0\0\0"])
def test_a_client_that_came_to_the_proxy_without_tls(value: bytes) -> None:
    header = parse(binary(0x21, TCP4, V4 + fact(0x20, value)))
    assert header
    assert not header.is_secure


@pytest.mark.parametrize(
    "data",
    [
        binary(0x11, TCP4, V4),
        binary(0x31, TCP4, V4),
        binary(0x22, TCP4, V4),
        binary(0x21, TCP4, V4[:-1]),
        binary(0x21, TCP6, V4),
        binary(0x21, UNIX, bytes(215)),
        binary(0x21, TCP4, V4 + b"\x01"),
        binary(0x21, TCP4, V4 + b"\x01\0\x05abc"),
        binary(0x21, TCP4, b"", MAX_REST + 1),
        binary(0x20, UNKNOWN, b"", 0xFFFF),
    ],
)
def test_bytes_that_are_wrong(data: bytes) -> None:
    with pytest.raises(BadHeader):
        parse(data)


def test_the_longest_there_may_be() -> None:
    data = binary(0x21, TCP4, V4 + fact(0x04, bytes(MAX_REST - len(V4) - 3)))
    assert parse(data) == Header(len(data), "192.0.2.7")


# ---- any


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
PORTS = st.integers(0, 65535)


@given(ADDRESSES, PORTS, PORTS, st.binary(max_size=30), st.data())
def test_what_a_proxy_writes_is_read_and_never_before_it_is_whole(
    source: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, other: int, after: bytes, data: st.DataObject
) -> None:
    ports = port.to_bytes(2, "big") + other.to_bytes(2, "big")
    for header in (
        f"PROXY TCP{source.version} {source} {source} {port} {other}\r\n".encode(),
        binary(0x21, {4: TCP4, 6: TCP6}[source.version], source.packed * 2 + ports),
    ):
        assert parse(header + after) == Header(len(header), str(getattr(source, "ipv4_mapped", None) or source))
        cut = data.draw(st.integers(len(proxy.V1 if header.startswith(proxy.V1) else proxy.V2), len(header) - 1))
        assert parse(header[:cut]) is None


@given(st.sampled_from([proxy.V1, proxy.V2, proxy.V2 + b"\x21\x11\0\x20", proxy.V2 + b"\x21\x21\0\x80"]), st.binary())
def test_any_bytes_are_a_header_or_not_yet_or_wrong(start: bytes, rest: bytes) -> None:
    data = start + rest
    try:
        header = parse(data)
    except BadHeader:
        return
    assert header is None or 0 < header.size <= len(data)
    assert header is not None or len(data) < 16 + MAX_REST
