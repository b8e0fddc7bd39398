from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest
from gevent.hub import get_hub
from server_house import HouseScene


@pytest.fixture
def new_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., HouseScene]]:
    """Makes houses: `new_house(limits={"outbox_bytes": 4096})`. A greenlet that dies of a bug fails the test."""
    deaths = []
    monkeypatch.setattr(get_hub(), "handle_error", lambda context, kind, value, tb: deaths.append((context, value)))
    made: list[HouseScene] = []

    def make(**settings: dict[str, object]) -> HouseScene:
        (tmp_path / f"house{len(made)}").mkdir()
        made.append(HouseScene(tmp_path / f"house{len(made)}", **settings))
        return made[-1]

    yield make
    for scene in made:
        scene.close()
    assert [death for death in deaths if not isinstance(death[1], gevent.GreenletExit)] == []


@pytest.fixture
def scene(new_house: Callable[..., HouseScene]) -> HouseScene:
    return new_house()
