"""What the client's tests share."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from client_scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene().enter()


@pytest.fixture
def new_scene() -> Callable[..., Scene]:
    return Scene


@pytest.fixture
def echoing() -> Scene:
    return Scene().enter("echo-message labeled-response message-tags server-time batch")


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test touches the history, or depends on the settings, of who runs it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")
    for name in ("NO_COLOR", "CHATROOM_PASSWORD", "CHATROOM_ACCOUNT_PASSWORD", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
