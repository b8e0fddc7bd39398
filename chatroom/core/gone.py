"""Who was called what: a bounded memory of names that people have left behind, for WHOWAS.

Strategy: one queue in the order of leaving, and for each name its own, so that the oldest is forgotten first and a
name is looked up at once. It is no part of what is kept on disk: after a restart nobody was ever here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from chatroom.core.events import Who
from chatroom.core.modes import is_match

MOST = 1000  # names remembered


class Gone(NamedTuple):
    """Somebody as they were when they left a name: by leaving the chat, or by taking another one."""

    folded: str  # the name, as names are compared
    who: Who
    realname: str
    address: str  # where from; for operators of the server alone
    is_invisible: bool
    time: int  # milliseconds since 1970


class Memory:
    """The last `most` names left."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._all: deque[Gone] = deque()
        self._by_name: dict[str, deque[Gone]] = {}

    def add(self, gone: Gone) -> None:
        """Remember one more, and forget the oldest when there are too many."""
        self._all.append(gone)
        self._by_name.setdefault(gone.folded, deque()).append(gone)
        if len(self._all) > self.most:
            self._forget(self._all.popleft().folded)

    def _forget(self, folded: str) -> None:
        """Of one name the oldest is always the one to go first."""
        named = self._by_name[folded]
        named.popleft()
        if not named:
            del self._by_name[folded]

    def called(self, folded: str) -> Iterator[Gone]:
        """Those who had this very name, the last first."""
        return reversed(self._by_name.get(folded, deque()))

    def like(self, folded_mask: str) -> Iterator[Gone]:
        """Those whose name fits, the last first; who was invisible is found by their very name alone."""
        return (gone for gone in reversed(self._all) if not gone.is_invisible and is_match(folded_mask, gone.folded))
