"""Listening sockets, by URL: one StreamServer each.

Strategy: sockets are opened by hand, as StreamServer neither accepts IPv4 on an IPv6 socket nor takes over the path
of a dead server's Unix socket. When the process has run out of descriptors, one kept in reserve is spent on telling
the newcomer so, and accepting goes on.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import SplitResult, urlsplit

import gevent
import gevent.socket
from gevent.server import StreamServer
from loguru import logger

from chatroom.server import service

BACKLOG = 4096
AT_ONCE = 8  # clients accepted in one turn of the loop, so that those inside are served in between
BUSY_SECONDS = 0.02  # for which nobody is accepted while many newcomers wait for their turn
_FULL = b"ERROR :The server has no room for another connection. Try again in a minute.\r\n"


class ListenError(Exception):
    """An address can't be listened on; says why and what to do."""


class Listener(StreamServer):
    """Accepts clients on one address and spawns `handle(socket, address)` for each, unless the server `is_busy`."""

    max_accept = AT_ONCE

    def __init__(self, url: str, handle: Callable[..., None], is_busy: Callable[[], bool] = lambda: False) -> None:
        super().__init__(open_socket(url), handle, spawn=gevent.spawn_raw)  # type: ignore[call-overload]
        self.url = shown_url(url, self.socket)
        self._is_busy = is_busy
        self._reserve = -1
        self._keep_reserve()

    def do_read(self) -> Any:
        """The next client; one that comes when descriptors have run out is told so."""
        if self._is_busy():
            self._rest()
            return None
        try:
            if self._reserve < 0:
                self._keep_reserve()
            return super().do_read()
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE) or self._reserve < 0:
                raise  # StreamServer waits a moment and tries again
            self._turn_away()
            return None

    def _rest(self) -> None:
        """Accept nobody for a moment: newcomers wait in the kernel's queue."""
        self.stop_accepting()
        gevent.spawn_later(BUSY_SECONDS, self._go_on)

    def _go_on(self) -> None:
        if self.started:
            self.start_accepting()

    def _keep_reserve(self) -> None:
        self._reserve = os.open(os.devnull, os.O_RDONLY)

    def _turn_away(self) -> None:
        """Spend the reserve on whoever waits, if anybody does: the system complains of the number first."""
        os.close(self._reserve)
        self._reserve = -1  # a thread may be quicker in taking the number that is free now
        with contextlib.suppress(OSError):
            if (accepted := super().do_read()) is not None:
                self._say_full(accepted[0])
        with contextlib.suppress(OSError):
            self._keep_reserve()

    @staticmethod
    def _say_full(newcomer: gevent.socket.socket) -> None:
        logger.error("out of file descriptors: a client was turned away")
        with socket.socket(fileno=newcomer.detach()) as client:  # closes at once, which a gevent socket may put off
            client.setblocking(False)
            client.send(_FULL)


def open_socket(url: str) -> gevent.socket.socket:
    """A socket that listens on `url` (see doors.listen_problem). Raises ListenError."""
    parts = urlsplit(url)
    try:
        sock = service.handed_over(parts) or _opened(parts)
        sock.listen(BACKLOG)
    except OSError as error:
        raise ListenError(_explain(url, parts.port, error)) from error
    sock.setblocking(False)
    return sock


def _opened(parts: SplitResult) -> gevent.socket.socket:
    return _unix(parts.path) if parts.scheme == "unix" else _tcp(parts.hostname or "", parts.port or 0)


def try_out(urls: Iterable[str]) -> None:
    """See whether all of `urls` could be listened on at once. Raises ListenError; nothing is left behind."""
    with contextlib.ExitStack() as stack:
        for url in urls:
            stack.callback(open_socket(url).close)
            if (parts := urlsplit(url)).scheme == "unix":
                stack.callback(os.unlink, parts.path)


def _tcp(host: str, port: int) -> gevent.socket.socket:
    """A TCP socket; on :: it takes IPv4 too, and where there is no IPv6 it is IPv4 alone."""
    if host == "::" and not _has_ipv6():
        host = "0.0.0.0"  # noqa: S104 - all interfaces is what :: asked for
    [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    sock = gevent.socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::", 0))
    except OSError:
        return False
    return True


def _unix(path: str) -> gevent.socket.socket:
    """A Unix socket, in place of one that nobody listens on any more; never in place of another file."""
    if os.path.exists(path) and not stat.S_ISSOCK(os.stat(path).st_mode):
        raise FileExistsError(errno.EEXIST, "that is another file")
    sock = gevent.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(path)
    except FileNotFoundError:
        pass
    except ConnectionRefusedError:
        os.unlink(path)
    else:
        sock.close()
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    sock.close()
    sock = gevent.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(path)
    return sock


def _explain(url: str, port: int | None, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE and port:
        return (
            f"{url}: port {port} is in use. See by whom: ss -ltnp 'sport = :{port}'. "
            f"Or choose another: --listen {url.removesuffix(str(port))}{port + 1}"
        )
    if error.errno == errno.EADDRINUSE:
        return f"{url}: another server listens there. Stop it, or choose another path."
    if error.errno == errno.EACCES:
        return f"{url}: may not be listened on. Ports below 1024 need rights: choose a higher one, such as 6666."
    return f"{url}: can't be listened on ({error.strerror or error})."


def shown_url(url: str, sock: gevent.socket.socket) -> str:
    """`url` with the port that was really taken."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return url
    host, port = sock.getsockname()[:2]
    return f"{parts.scheme}://[{host}]:{port}" if ":" in host else f"{parts.scheme}://{host}:{port}"
