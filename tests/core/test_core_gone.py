"""Names left behind: bounded, the last first, and the invisible found by their very name alone."""

from __future__ import annotations

from chatroom.core.events import Who
from chatroom.core.gone import Gone, Memory


def left(nick: str, time: int, is_invisible: bool = False) -> Gone:
    return Gone(nick.lower(), Who(nick, "u", "h"), "", "127.0.0.1", is_invisible, time)


def times(found) -> list[int]:
    return [gone.time for gone in found]


def test_the_last_comes_first() -> None:
    memory = Memory()
    for time, nick in enumerate(["alice", "bob", "Alice", "carol"]):
        memory.add(left(nick, time))
    assert times(memory.called("alice")) == [2, 0]
    assert times(memory.called("dave")) == []
    assert times(memory.like("*a*")) == [3, 2, 0]


def test_the_oldest_are_forgotten_by_every_way() -> None:
    memory = Memory(3)
    for time, nick in enumerate(["alice", "bob", "alice", "alice", "carol"]):
        memory.add(left(nick, time))
    assert times(memory.called("alice")) == [3, 2]
    assert times(memory.called("bob")) == []
    assert times(memory.like("*")) == [4, 3, 2]
    for time in range(5, 8):
        memory.add(left("dave", time))
    assert times(memory.called("alice")) == []
    assert times(memory.like("*")) == [7, 6, 5]


def test_no_mask_finds_who_was_invisible() -> None:
    memory = Memory()
    memory.add(left("alice", 1, is_invisible=True))
    memory.add(left("alice", 2))
    assert times(memory.called("alice")) == [2, 1]
    assert times(memory.like("al*")) == [2]
