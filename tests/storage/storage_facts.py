"""What the tests of the log share: records that are quick to make."""

from __future__ import annotations

from collections.abc import Iterable

from chatroom.core.events import Record, Said, TopicChanged, Who
from chatroom.storage.history import History

ALICE = Who("alice", "nc", "x.guest")
BOB = Who("bob", "nc", "y.guest")
TEA, CAKE = "#tea", "#cake"


def said(number: int, text: str = "", room: str = TEA, who: Who = ALICE, time: int = 0) -> Record:
    """Record `number`, at `number` seconds unless told otherwise."""
    return Record(number, time or number * 1000, Said(who, room, text or f"line {number}"), (room,))


def topic(number: int, text: str, room: str = TEA) -> Record:
    return Record(number, number * 1000, TopicChanged(ALICE, room, text), (room,))


def fill(history: History, numbers: Iterable[int], size: int = 0) -> None:
    """Append and commit lines with these numbers, each about `size` bytes long."""
    for number in numbers:
        history.append(said(number, f"line {number} ".ljust(size, "x") if size else ""))
    history.commit()


def texts(records: Iterable[Record]) -> list[str]:
    return [record.event.text for record in records]


def numbers(records: Iterable[Record]) -> list[int]:
    return [record.number for record in records]
