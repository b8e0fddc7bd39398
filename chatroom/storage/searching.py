"""The search index: who said what in which room, by words.

Strategy: the index follows behind the log, a limited number of events at a time, in parts of a limited span: bringing
the pieces of a part together is then never long, a search begins with the newest and ends when it has found enough,
and what is too old goes as a whole. Each room is a word of what was said in it, so that a word said everywhere else,
and never here, is not looked up event by event: SQLite leaps along both lists.

Source: SQLite's FTS5, "Contentless-Delete Tables", "The 'merge' Command".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import apsw

from chatroom.core.events import Record
from chatroom.storage.pages import COLUMNS_OF_PLACE
from chatroom.storage.records import decoded

SPAN = 100_000  # numbers of events whose words are in one part
_PART = re.compile(r"words_(\d+)")
# What SQLite does of itself to bring a part's pieces together takes long now and then; `merge` does it in steps.
_MAKE = """
CREATE VIRTUAL TABLE {part} USING fts5 (
    place, nick, text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
INSERT INTO {part} ({part}, rank) VALUES ('automerge', 0);
INSERT INTO {part} ({part}, rank) VALUES ('crisismerge', 1000);
"""
_UNINDEXED = """
SELECT number, places, json_extract(body, '$.who[0]'), json_extract(body, '$.text')
FROM events WHERE number > ? AND number <= ? AND kind = 'said'
"""
# CROSS JOIN keeps SQLite from asking the search index once for each line of a room.
SEARCH = (
    COLUMNS_OF_PLACE
    + """
FROM {part} AS words CROSS JOIN places ON places.number = words.rowid CROSS JOIN events ON events.number = words.rowid
WHERE {part} MATCH ? AND ({places}) ORDER BY words.rowid DESC LIMIT ?
"""
)
_NOWHERE = "nowhere"  # no word for a place
_NO_WORDS = {ord('"'): " ", 0: " "}  # what a quoted term of FTS5 can't hold


def part_of(number: int) -> str:
    """The name of the part that has event `number`."""
    return f"words_{number // SPAN}"


def parts(database: apsw.Connection) -> list[str]:
    """The names of all parts there are, newest first."""
    rows: Any = database.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE words_%'")
    return sorted((name for (name,) in rows), key=_position, reverse=True)


def _position(part: str) -> int:
    found = _PART.fullmatch(part)
    return int(found[1]) if found else -1


def take_in(database: apsw.Connection, after: int, upto: int) -> None:
    """Put what was said after one number, up to another, into the index."""
    rows: Any = database.execute(_UNINDEXED, (after, upto)).fetchall()
    known = set(parts(database))
    by_part: dict[str, list[tuple[int, str, str, str]]] = {}
    for number, room, nick, text in rows:
        by_part.setdefault(part_of(number), []).append((number, word_for(room), nick, text))
    for part, entries in by_part.items():
        if part not in known:
            database.execute(_MAKE.format(part=part))
        database.executemany(f"INSERT INTO {part} (rowid, place, nick, text) VALUES (?, ?, ?, ?)", entries)  # noqa: S608


def take_out(database: apsw.Connection, number: int) -> None:
    """Let nobody find event `number` any more."""
    if (part := part_of(number)) in parts(database):
        database.execute(f"DELETE FROM {part} WHERE rowid = ?", (number,))  # noqa: S608


def drop_before(database: apsw.Connection, number: int) -> None:
    """Delete the parts in which all is before event `number`."""
    for part in parts(database):
        if _position(part) < number // SPAN:
            database.execute(f"DROP TABLE {part}")


def merge(database: apsw.Connection, pages: int, newest: int) -> bool:
    """Bring the pieces of the newest parts together, about so many pages of 4 KiB; whether there may be more to do.

    With less than 0 pages all pieces of a part are to become one, and what was deleted goes for good.
    """
    for part in parts(database)[:newest]:
        before = database.total_changes()
        database.execute(f"INSERT INTO {part} ({part}, rank) VALUES ('merge', ?)", (pages,))  # noqa: S608
        if database.total_changes() - before >= 2:  # as FTS5's documentation says
            return True
    return False


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
    oldest = min(places.values()) // SPAN
    found: list[Any] = []
    for part in parts(database):
        if len(found) >= limit or _position(part) < oldest:
            break
        query = SEARCH.format(part=part, places=within)
        found += database.execute(query, (expression, *flat, limit - len(found))).fetchall()
    return [decoded(*row) for row in reversed(found)]
