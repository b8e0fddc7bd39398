"""What no type can say of settings: which values, and which together, can't be used.

Strategy: each check is a generator of what is wrong: table, key and problem in words; the reader of the file adds
where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from chatroom.core.modes import GIVEN_MODES, USER_MODES
from chatroom.core.names import Names
from chatroom.core.refusals import Refused
from chatroom.server import doors

if TYPE_CHECKING:
    from chatroom.server.config import Operator, Settings

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,62}")  # what IRC lines can have as their source, and room for
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ONE_LINE = ("network", "description", "admin", "password")  # they stand in a line with other things, or are typed


def impossible(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """What no type can say: table, key and problem of each value that can't be used."""
    yield from _impossible_doors(settings)
    if not _HOST.fullmatch(settings.server.name):
        expected = "expected one like chat.example.net, of at most 63 characters"
        yield "server", "name", f"{shown(settings.server.name)} is no host name; {expected}"
    free = [letter for letter in USER_MODES if letter not in GIVEN_MODES]
    if not set(settings.server.user_modes) <= {"+", "-", *free}:
        known = f'expected letters of {", ".join(free)}, like "+i"'
        yield "server", "user_modes", f"{shown(settings.server.user_modes)} is not possible; {known}"
    for operator in settings.operators:
        yield from _impossible_operator(operator)
    for key in _ONE_LINE:
        if _CONTROL.search(value := getattr(settings.server, key)):
            yield "server", key, f"{shown(value)} is not possible; expected one line without control characters"
    try:
        Names().check_room(settings.rooms.default)
    except Refused as refused:
        yield "rooms", "default", refused.sentence


def _impossible_operator(operator: Operator) -> Iterator[tuple[str, str, str]]:
    if " " in operator.name:
        yield "operators", "name", f"{shown(operator.name)} is no operator's name; expected one word"
    if operator.password_hash and not operator.password_hash.startswith("$argon2"):
        yield "operators", "password_hash", "that is no Argon2 hash; make one with: chat-server hash-password"


def _impossible_doors(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for url in settings.server.listen:
        if problem := doors.listen_problem(url):
            yield "server", "listen", problem
    yield from _impossible_web(settings)
    limits = settings.limits
    listed = [("trusted_proxies", network) for network in limits.trusted_proxies]
    for key, network in listed + [("exempt", network) for network in limits.exempt]:
        if problem := doors.network_problem(network):
            yield "limits", key, problem
    if problem := tls_problem(settings):
        yield "tls", "", problem


def _impossible_web(settings: Settings) -> Iterator[tuple[str, str, str]]:
    listed = [("web", url) for url in settings.web.listen] + [("metrics", url) for url in settings.metrics.listen]
    for table, url in listed:
        if problem := doors.web_problem(url):
            yield table, "listen", problem
    for origin in settings.web.origins:
        if problem := doors.origin_problem(origin):
            yield "web", "origins", problem


def tls_problem(settings: Settings) -> str:
    """What is missing in [tls] for what is asked of it, or ""."""
    tls = settings.tls
    return doors.tls_problem(
        tls.certificate,
        tls.key,
        tls.sts_seconds,
        [*settings.server.listen, *settings.web.listen, *settings.metrics.listen],
    )


def shown(value: Any) -> str:
    """A value as it stands in the file."""
    return str(value).lower() if isinstance(value, bool | float) else msgspec.json.encode(value).decode()
