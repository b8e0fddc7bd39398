"""Whom an HTTP request comes from: what proxies write into its headers, and which site its page is of.

Strategy: each proxy adds to the right of a list whom it has the request from, so the list is read from there, as long
as whoever wrote an entry is to be believed; what stands further left may be invented by anybody.

Sources: RFC 7239 (Forwarded), the custom of X-Forwarded-For; RFC 6454 (Origin).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlsplit

FORWARDED, X_FORWARDED_FOR = "Forwarded", "X-Forwarded-For"
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_PAIR = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*))')


def client_address(header: str, headers: Mapping[str, str], is_trusted: Callable[[str], bool]) -> str:
    """The address of the client for whom trusted proxies pass a request on; "" when they don't say.

    `header` is the one that they write, FORWARDED or X_FORWARDED_FOR.
    """
    found = ""
    for entry in reversed(_entries(header, headers)):
        address = _address(entry)
        if not address:
            break
        found = address
        if not is_trusted(address):
            break
    return found


def is_forwarded_over_tls(header: str, headers: Mapping[str, str]) -> bool:
    """Whether the nearest proxy says that the request came to it over TLS."""
    if header == FORWARDED:
        elements = _elements(headers.get("forwarded", ""))
        return bool(elements) and elements[-1].get("proto", "").lower() == "https"
    return headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower() == "https"


def _entries(header: str, headers: Mapping[str, str]) -> list[str]:
    value = headers.get(header.lower(), "")
    if header == FORWARDED:
        return [element.get("for", "") for element in _elements(value)]
    return [entry.strip() for entry in value.split(",")] if value else []


def _elements(value: str) -> list[dict[str, str]]:
    """What each proxy wrote into Forwarded: pairs, by their names in small letters."""
    elements: list[dict[str, str]] = []
    rest = 0
    for pair in _PAIR.finditer(value):
        if not elements or "," in value[rest : pair.start()]:
            elements.append({})
        elements[-1][pair[1].lower()] = pair[2] if pair[2] is not None else pair[3]
        rest = pair.end()
    return elements


def _address(entry: str) -> str:
    """The address in an entry, which may have a port; "" for a name or nonsense."""
    host = entry.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def is_welcome(origin: str, host: str, others: Collection[str]) -> bool:
    """Whether a page of `origin` may open a connection to `host`: its own site, or one of those named in `others`.

    Who is no browser names no origin.
    """
    if not origin or origin.lower() in (other.lower().rstrip("/") for other in others):
        return True
    parts = urlsplit(origin.lower())
    return parts.scheme in _PORTS and parts.netloc != "" and _place(parts.netloc) == _place(host.lower())


def _place(netloc: str) -> str:
    """Host and port, without a port that goes without saying."""
    name, _, port = netloc.rpartition(":")
    return name if name and port.isdigit() and int(port) in _PORTS.values() else netloc
