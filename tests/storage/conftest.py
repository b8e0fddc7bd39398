from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatroom.storage.history import FILE, History


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


@pytest.fixture
def new_history(path: Path) -> Iterator[Callable[..., History]]:
    """Opens the log; what a test leaves open is closed."""
    opened: list[History] = []

    def open_history(durability: str = "os") -> History:
        opened.append(History(path, durability))
        return opened[-1]

    yield open_history
    for history in opened:
        history.close()


@pytest.fixture
def history(new_history: Callable[..., History]) -> History:
    return new_history()
