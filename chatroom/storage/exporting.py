"""What a room or an account said, as JSON, a line for each event, oldest first.

Strategy: the file is read on a connection of its own, so a server goes on beside it; rows are read as they are asked
for, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import apsw
import msgspec

from chatroom.core.events import Record, Who
from chatroom.storage.records import COLUMNS, ERASED, decoded
from chatroom.storage.shaping import Fold

_OF_ROOM = f"{COLUMNS} FROM places JOIN events USING (number) WHERE place = ? ORDER BY number"
_OF_ACCOUNTS = f"{COLUMNS} FROM events WHERE json_extract(body, '$.who[3]') <> '' ORDER BY number"


def of_room(database: apsw.Connection, room: str, fold: Fold) -> Iterator[bytes]:
    """All that happened in a room, each a line of JSON without its end."""
    for row in database.execute(_OF_ROOM, (fold(room),)):
        yield _line(row)


def of_account(database: apsw.Connection, account: str, fold: Fold) -> Iterator[bytes]:
    """All that somebody did while logged in to an account, in private too."""
    folded = fold(account)
    rows: Any = database.execute(_OF_ACCOUNTS)
    for row in rows:
        if row[2] != ERASED and fold(decoded(*row).event.who.account) == folded:
            yield _line(row)


def _line(row: Any) -> bytes:
    return msgspec.json.encode(as_plain(decoded(*row)))


def as_plain(record: Record) -> dict[str, Any]:
    """A record as JSON has it: names for what is an array in the log, times in UTC."""
    event = msgspec.to_builtins(record.event)
    for name in ("who", "to"):
        if isinstance(value := getattr(record.event, name, None), Who):
            event[name] = value._asdict()
    time = datetime.fromtimestamp(record.time / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"number": record.number, "time": time, "kind": record.event.kind, **event}
