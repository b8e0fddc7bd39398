"""Said once, however often it is sent: keys by which a message that was said already is known again.

Strategy: a program that has lost its connection can't know whether its last message arrived, and sends it again with
the same key, a client-only tag (IRCv3 message-tags) that is stored and passed on like any other. The newest keys are
remembered with the number of their message, so that the second one is dropped and answered with the first. A key
holds for one room or person: what is sent to several stays several messages. Whose it was is of no matter, since who
comes back may have another nick and another address; so a key has to be too long to be hit upon.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from chatroom.core.event import Event, Tags
from chatroom.core.events import Said, Told

TAG = "+chatroom/once"
KEPT = 20_000  # messages whose keys are remembered
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)  # others are tags like any other


class Once:
    """The keys of what was said last; `fold` gives the form in which names are compared."""

    def __init__(self, fold: Callable[[str], str], kept: int = KEPT) -> None:
        self._fold = fold
        self._kept = kept
        self._numbers: dict[tuple[str, str], int] = {}  # by key and to whom, the oldest first

    def find(self, tags: Tags, to: str) -> int:
        """The number of the message to `to` that had the key among `tags`; 0 when there is none of that."""
        key = _key_in(tags)
        return self._numbers.get((key, self._fold(to)), 0) if key else 0

    def note(self, number: int, event: Event) -> None:
        """Remember the key of what was said as event `number`, if it has one."""
        if isinstance(event, (Said, Told)) and (key := _key_in(event.tags)):
            to = event.room if isinstance(event, Said) else event.to.nick
            self._numbers[key, self._fold(to)] = number
            if len(self._numbers) > self._kept:
                del self._numbers[next(iter(self._numbers))]


def _key_in(tags: Tags) -> str:
    key = next((value for name, value in tags if name == TAG), "")
    return key if _KEY.fullmatch(key) else ""
