"""What is opened and set at a start, or for a client: the log, the certificate, a socket."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from chatroom.server.config import ConfigError, Settings
from chatroom.server.precis import CASEMAPPINGS
from chatroom.storage.history import FILE, History

if TYPE_CHECKING:
    from chatroom.server.tls import Tls


def open_history(settings: Settings) -> History:
    """The log in the data folder. Raises HistoryError, or ConfigError when it was written under another casemapping."""
    fold = CASEMAPPINGS[settings.server.casemapping].fold
    history = History(Path(settings.server.data) / FILE, settings.history.durability, fold)
    if history.kept:
        logger.warning("the history was an older version's; as it was it is kept as {}", history.kept)
    written = history.fact("casemapping", settings.server.casemapping)
    if written != settings.server.casemapping:
        history.close()
        raise ConfigError(
            [
                f'server.casemapping: the history in {settings.server.data} was written with "{written}"; set that, '
                f"or begin a new history with another --data folder."
            ]
        )
    return history


def tls_of(settings: Settings) -> Tls | None:
    """What TLS needs, if a certificate is set. Raises ConfigError."""
    if not settings.tls.certificate:
        return None
    from chatroom.server.tls import Tls  # with a library that takes time to load

    return Tls(settings.tls)


def log_name() -> str:
    """A short name for a new log, so that its msgids are not those of another."""
    return f"{time.time_ns() // 1000 % 36**5:x}"


def tuned(client: socket.socket) -> socket.socket:
    """Send small lines at once, and notice a peer that is gone even when it is never written to."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if client.family != socket.AF_UNIX:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 120)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 30)
    return client
