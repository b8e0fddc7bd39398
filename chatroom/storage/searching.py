"""The search index: who said what in which room, by words.

Strategy: the index follows behind the log, a limited number of events at a time. Each room is a word of what was said
in it, so that a word said everywhere else, and never here, is not looked up event by event: SQLite leaps along both
lists.

Source: SQLite's FTS5, "Contentless-Delete Tables".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import apsw

from chatroom.core.events import Record
from chatroom.storage.pages import COLUMNS_OF_PLACE
from chatroom.storage.records import decoded

_UNINDEXED = """
SELECT number, places, json_extract(body, '$.who[0]'), json_extract(body, '$.text')
FROM events WHERE number > ? AND number <= ? AND kind = 'said'
"""
# CROSS JOIN keeps SQLite from asking the search index once for each line of a room.
SEARCH = (
    COLUMNS_OF_PLACE
    + """
FROM words CROSS JOIN places ON places.number = words.rowid CROSS JOIN events ON events.number = words.rowid
WHERE words MATCH ? AND ({places}) ORDER BY words.rowid DESC LIMIT ?
"""
)
_NOWHERE = "nowhere"  # no word for a place
_NO_WORDS = {ord('"'): " ", 0: " "}  # what a quoted term of FTS5 can't hold


def take_in(database: apsw.Connection, after: int, upto: int) -> None:
    """Put what was said after one number, up to another, into the index."""
    rows: Any = database.execute(_UNINDEXED, (after, upto)).fetchall()
    database.executemany(
        "INSERT INTO words (rowid, place, nick, text) VALUES (?, ?, ?, ?)",
        [(number, word_for(room), nick, text) for number, room, nick, text in rows],
    )


def merge(database: apsw.Connection, pages: int) -> bool:
    """Bring the parts of the index together, about so many pages of 4 KiB; whether there may be more to do.

    Left to itself SQLite does that when it has to, all at once, and holds everybody up.
    """
    before = database.total_changes()
    database.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (pages,))
    return database.total_changes() - before >= 2  # as FTS5's "The 'merge' Command" says


def word_for(place: str) -> str:
    """A single word that stands for a place, and for no other."""
    return f"p{place.encode().hex()}"


def match(places: Iterable[str], words: str) -> str:
    """The expression of FTS5 that finds all of `words`, taken literally, in `places`; "" when there is no word."""
    terms = [f'"{word}"' for word in words.translate(_NO_WORDS).split() if any(map(str.isalnum, word))]
    where = " OR ".join(word_for(place) for place in places)
    if not (terms and where):
        return ""
    # NOT what is nowhere keeps all these from being one flat AND: rooms are looked at only where the words meet.
    return f"(({{nick text}}: ({' '.join(terms)})) NOT place: {_NOWHERE}) AND place: ({where})"


def search(database: apsw.Connection, places: Mapping[str, int], words: str, limit: int) -> list[Record]:
    """The newest records that hold all of `words`, in each place after its number; oldest first."""
    expression = match(places, words)
    if not expression:
        return []
    within = " OR ".join("(places.place = ? AND places.number > ?)" for _ in places)
    flat = [value for pair in places.items() for value in pair]
    rows = database.execute(SEARCH.format(places=within), (expression, *flat, limit)).fetchall()
    return [decoded(*row) for row in reversed(rows)]
