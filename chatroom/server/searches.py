"""Searching the log while others are served: in a thread, and on the loop only where that fails."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import apsw
from loguru import logger

from chatroom.core.events import Record
from chatroom.storage.history import History


class Searches:
    """What is asked of the search index. `aside` runs a function in a thread and gives what it gives."""

    def __init__(self, history: History, aside: Callable[..., Any]) -> None:
        self._history = history
        self._aside = aside

    def search(self, places: Mapping[str, int], words: str, limit: int) -> list[Record]:
        """The newest that was said in `places` (each after a number) and holds all the words, oldest first.

        Of what was said in the last second some may be missing, on a busy server: the index is behind by that.
        """
        history = self._history
        with contextlib.suppress(apsw.Error):  # a disk that refuses must not stop finding what is in it already
            history.index()
            history.commit()
        try:
            return list(self._aside(history.aside.search, places, words, limit))
        except apsw.Error as error:
            logger.warning("searched while others wait, since the log can't be read beside it: {}", error)
            return history.search(places, words, limit=limit)
