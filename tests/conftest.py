"""What all tests share: a real server in a process of its own. `running` says what it and its clients can do.

A test takes `server` (`server.plain("alice")`, `server.irc("bob").join("#lobby")`), or `start_server` where it needs
settings: `start_server(server={"password": "tea"})`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from loguru import logger
from running import ServerProcess

logger.remove()  # what a test wants to see of the log, it asks for
# A property must fail for what it found, never for how fast this machine is.
hypothesis.settings.register_profile("chatroom", deadline=None, max_examples=100)
hypothesis.settings.load_profile("chatroom")

StartServer = Callable[..., ServerProcess]


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts servers: `start_server(limits={"rate": 4.0})`. All are ended with the test."""
    started: list[ServerProcess] = []

    def start(folder: Path | None = None, **settings: dict[str, Any]) -> ServerProcess:
        server = ServerProcess(folder or tmp_path / f"server{len(started) or ''}", settings)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.clean_up()


@pytest.fixture
def server(start_server: StartServer) -> ServerProcess:
    """A server with everything as it is by default, but no flood limits and no backups on schedule."""
    return start_server()
