"""Being looked after by systemd: said to be ready, alive and ending; sockets that it has opened already.

Strategy: the protocol is a few words in a datagram, and sockets by number, so no library is needed; without systemd
nothing of it happens.

Sources: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3).
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from urllib.parse import SplitResult

import gevent
import gevent.socket

FIRST = 3  # the descriptor of the first socket that was handed over
_ANY = ("::", "0.0.0.0")  # noqa: S104 - names to compare with

_handed: list[gevent.socket.socket] | None = None


def tell(*words: str) -> None:
    """Say `words`, such as READY=1, to whoever started the server, if it listens for them."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = f"\0{address[1:]}"
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect(address)
        sock.send("\n".join(words).encode())


def tell_reloading() -> None:
    """The configuration is about to be read again; READY=1 is to follow."""
    tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def keep_alive() -> None:
    """Show now and then that the loop turns, if that is watched for."""
    seconds = _watchdog_seconds()
    if seconds:
        gevent.spawn(_show_life, seconds / 2)


def _watchdog_seconds() -> float:
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    word = os.environ.get("WATCHDOG_USEC", "")
    return int(word) / 1e6 if word.isdecimal() else 0.0


def _show_life(pause: float) -> None:
    while True:
        tell("WATCHDOG=1")
        gevent.sleep(pause)


# ---- sockets


def handed_over(url: SplitResult) -> gevent.socket.socket | None:
    """The socket for `url`, if systemd has opened it; each is given once."""
    global _handed
    if _handed is None:
        _handed = _take_over()
    for sock in _handed:
        if _is_for(sock, url):
            _handed.remove(sock)
            return sock
    return None


def _take_over() -> list[gevent.socket.socket]:
    """All that were handed over; processes that this one starts don't get them."""
    pid, count = os.environ.pop("LISTEN_PID", ""), os.environ.pop("LISTEN_FDS", "")
    if pid != str(os.getpid()) or not count.isdecimal():
        return []
    found = range(FIRST, FIRST + int(count))
    for descriptor in found:
        os.set_inheritable(descriptor, False)
    return [gevent.socket.socket(fileno=descriptor) for descriptor in found]


def _is_for(sock: gevent.socket.socket, url: SplitResult) -> bool:
    name = sock.getsockname()
    if sock.family == socket.AF_UNIX:
        return url.scheme == "unix" and name == url.path
    host, port = name[:2]
    return port == url.port and (host == url.hostname or (host in _ANY and url.hostname in _ANY))
