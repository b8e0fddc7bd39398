"""What is kept beside the log: accounts, read markers, metadata.

Strategy: small tables in the log's own file, written through the log's pending transaction, so that they are durable
with the commit of the turn they belong to, are held back with it when the disk refuses, and are in every backup.
Reads see what is pending, as those of the log do. What the bodies mean is the business of those who write them.
"""

from __future__ import annotations

from collections.abc import Callable

from chatroom.storage.history import History


class Keep:
    """The tables beside the log. `touched` is called at each write, so that a commit follows at the end of the turn.

    All names are folded by the caller: an `owner` is an account or a room, a `target` what a marker is in.
    """

    def __init__(self, history: History, touched: Callable[[], object] = lambda: None) -> None:
        self._history = history
        self._touched = touched

    def _write(self, statement: str, *values: str | int) -> None:
        self._history.write(statement, values)
        self._touched()

    # ---- accounts

    def account(self, name: str) -> bytes | None:
        """What was put for an account; None when there is none."""
        rows = self._history.read("SELECT body FROM accounts WHERE name = ?", (name,))
        return rows[0][0].encode() if rows else None

    def put_account(self, name: str, body: bytes) -> None:
        """Keep `body` (UTF-8) for an account, in place of what was kept before."""
        self._write("REPLACE INTO accounts VALUES (?, ?)", name, body.decode())

    def remove_account(self, name: str) -> None:
        """Forget an account; its markers and metadata are removed on their own."""
        self._write("DELETE FROM accounts WHERE name = ?", name)

    def accounts(self) -> dict[str, bytes]:
        """All accounts, by name."""
        return {name: body.encode() for name, body in self._history.read("SELECT * FROM accounts ORDER BY name")}

    # ---- read markers

    def mark(self, owner: str, target: str, time: int) -> None:
        """`owner` has read `target` up to `time` (milliseconds since 1970). A marker never moves back."""
        self._write(
            "INSERT INTO markers VALUES (?, ?, ?) "
            "ON CONFLICT (owner, target) DO UPDATE SET time = max(time, excluded.time)",
            *(owner, target, time),
        )

    def marker(self, owner: str, target: str) -> int:
        """Up to when `owner` has read `target`, in milliseconds since 1970; 0 when that was never said."""
        rows = self._history.read("SELECT time FROM markers WHERE owner = ? AND target = ?", (owner, target))
        return int(rows[0][0]) if rows else 0

    def markers(self, owner: str) -> dict[str, int]:
        """All markers of `owner`, by target."""
        return dict(self._history.read("SELECT target, time FROM markers WHERE owner = ? ORDER BY target", (owner,)))

    def remove_markers(self, owner: str) -> None:
        """Forget what `owner` has read."""
        self._write("DELETE FROM markers WHERE owner = ?", owner)

    # ---- metadata

    def put_metadata(self, owner: str, key: str, value: str) -> None:
        """Keep `value` for a key of `owner`."""
        self._write("REPLACE INTO metadata VALUES (?, ?, ?)", owner, key, value)

    def metadata(self, owner: str) -> dict[str, str]:
        """What is kept of `owner`, by key, in the order of the keys."""
        return dict(self._history.read("SELECT key, value FROM metadata WHERE owner = ? ORDER BY key", (owner,)))

    def remove_metadata(self, owner: str, key: str | None = None) -> None:
        """Forget one key of `owner`, or all."""
        if key is None:
            self._write("DELETE FROM metadata WHERE owner = ?", owner)
        else:
            self._write("DELETE FROM metadata WHERE owner = ? AND key = ?", owner, key)
