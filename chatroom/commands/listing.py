"""Which rooms a list is to have: by name, people, age and the age of their topics.

Source: Modern IRC "LIST message" and ISUPPORT ELIST, whose conditions C, M, N, T and U these are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from chatroom.commands.call import Call
from chatroom.core.modes import is_match
from chatroom.core.room import Room

Test = Callable[[Room], bool]
_COMPARISON = re.compile(r"([CTct]?)([<>])([0-9]{1,9})")
_MINUTE = 60_000  # milliseconds


def wanted_rooms(call: Call, conditions: str) -> Test:
    """What a room of the list fulfils: all `conditions`, which commas separate; of masks one is enough.

    `tea*`: called so; `!tea*`: not called so; `>3`, `<3`: people in it; `C>60`, `C<60`: made so many minutes ago;
    `T>60`, `T<60`: its topic said so many minutes ago.
    """
    masks: list[str] = []
    tests: list[Test] = []
    for word in conditions.replace(",", " ").split():
        if found := _COMPARISON.fullmatch(word):
            tests.append(_compared(found[1].upper(), found[2] == ">", int(found[3]), call.server.now()))
        elif word.startswith("!"):
            tests.append(_not_called(call.chat.names.fold(word[1:])))
        else:
            masks.append(call.chat.names.fold(word))
    if masks:
        tests.append(lambda room: any(is_match(mask, room.folded) for mask in masks))
    return lambda room: all(test(room) for test in tests)


def _not_called(mask: str) -> Test:
    return lambda room: not is_match(mask, room.folded)


def _compared(what: str, is_more: bool, than: int, now: int) -> Test:
    """Whether there is more, or less, of what `what` measures."""

    def test(room: Room) -> bool:
        if not what:
            measured, limit = len(room.members), than
        elif what == "T" and room.topic is None:
            return False
        else:
            since = room.topic.time if what == "T" and room.topic else room.created
            measured, limit = now - since, than * _MINUTE
        return measured > limit if is_more else measured < limit

    return test
