"""The header by which a proxy says whom it speaks for: the PROXY protocol, versions 1 and 2.

Strategy: the header is the very first thing on a connection and its length is bounded, so it is parsed whole, anew for
each packet until its end is there. Whatever breaks the rules raises: after a wrong header nothing can be understood.
Who may send one is not decided here.

Source: HAProxy, "The PROXY protocol", sections 2.1 (version 1) and 2.2 (version 2).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

V1 = b"PROXY "
V2 = b"\r\n\r\n\x00\r\nQUIT\n"
MAX_V1 = 107  # bytes, CR LF included
MAX_REST = 8192  # bytes that version 2 may announce: addresses, and what else a proxy tells
_FIXED = 16  # bytes of version 2 before the part whose length they give
_LOCAL, _PROXIED = 0, 1
_IPV4, _IPV6, _UNIX = 1, 2, 3
_SIZES = {_IPV4: 12, _IPV6: 36, _UNIX: 216}  # of both addresses and ports
_TLS_FACTS = 0x20
_CLIENT_USED_TLS = 0x01


class BadHeader(Exception):
    """What began as a PROXY header is none; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Header:
    """A whole header of `size` bytes.

    `address` is the client's; "" where the proxy speaks for itself or can't say. `is_secure`: the client reached the
    proxy over TLS.
    """

    size: int
    address: str = ""
    is_secure: bool = False


def parse(data: bytes) -> Header | None:
    """The header at the start of `data`, None while its end has not arrived. Raises BadHeader.

    `data` has to begin with V1 or V2 (see first.is_proxied).
    """
    return _binary(data) if data.startswith(V2) else _text(data)


# ---- version 1: a line of text


def _text(data: bytes) -> Header | None:
    end = data.find(b"\r\n", 0, MAX_V1)
    if end < 0:
        if len(data) >= MAX_V1:
            raise BadHeader(f"its line has no end within {MAX_V1} bytes")
        return None
    match data[:end].split(b" "):
        case [_, b"UNKNOWN", *_]:
            return Header(end + 2)
        case [_, b"TCP4" | b"TCP6" as family, source, target, *ports] if len(ports) == 2 and all(map(_is_port, ports)):
            _address(target, family)
            return Header(end + 2, _address(source, family))
    raise BadHeader("expected PROXY TCP4 or TCP6, two addresses and two ports")


def _is_port(word: bytes) -> bool:
    return word.isdigit() and len(word) <= 5 and int(word) <= 65535


def _address(word: bytes, family: bytes) -> str:
    kind = ipaddress.IPv4Address if family == b"TCP4" else ipaddress.IPv6Address
    try:
        return _plain(kind(word.decode("ascii")))
    except ValueError as error:
        raise BadHeader(f"expected an address of {family.decode()}") from error


def _plain(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """In words; one of IPv4 as that, also where it is written as one of IPv6."""
    return str((address.version == 6 and address.ipv4_mapped) or address)


# ---- version 2: bytes


def _binary(data: bytes) -> Header | None:
    if len(data) < _FIXED:
        return None
    version, command = divmod(data[12], 16)
    if version != 2 or command > _PROXIED:
        raise BadHeader(f"expected version 2 and LOCAL or PROXY, not {data[12]:#04x}")
    size = _FIXED + int.from_bytes(data[14:16], "big")
    if size > _FIXED + MAX_REST:
        raise BadHeader(f"expected at most {MAX_REST} bytes after the first {_FIXED}")
    if len(data) < size:
        return None
    return Header(size) if command == _LOCAL else _proxied(data[13] >> 4, data[_FIXED:size], size)


def _proxied(family: int, rest: bytes, size: int) -> Header:
    taken = _SIZES.get(family, 0)
    if len(rest) < taken:
        raise BadHeader(f"expected {taken} bytes of addresses, not {len(rest)}")
    address = ""
    if family == _IPV4:
        address = _plain(ipaddress.IPv4Address(rest[:4]))
    elif family == _IPV6:
        address = _plain(ipaddress.IPv6Address(rest[:16]))
    facts = dict(_facts(rest[taken:])) if family <= _UNIX else {}
    tls = facts.get(_TLS_FACTS, b"")
    return Header(size, address, bool(tls and tls[0] & _CLIENT_USED_TLS))


def _facts(rest: bytes) -> Iterator[tuple[int, bytes]]:
    """What else the proxy tells: pairs of a type and its value."""
    at = 0
    while at < len(rest):
        end = at + 3 + int.from_bytes(rest[at + 1 : at + 3], "big")
        if at + 3 > len(rest) or end > len(rest):
            raise BadHeader("a value goes on past the header's end")
        yield rest[at], rest[at + 3 : end]
        at = end
