"""The whole server without its sockets: the real house and dialects, a clock that stands still, turns by hand.

Strategy: only what is outside is replaced. What would go to the kernel is collected, what the loop would call at the
end of a turn is called by `turn`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chatroom.dialects.irc.session import IrcSession
from chatroom.dialects.plain.session import PlainSession
from chatroom.dialects.session import Dialect
from chatroom.server.config import TABLES, Operator, Settings
from chatroom.server.delivery import Delivery, Outbox
from chatroom.server.house import House
from chatroom.wire.lines import LineReader

NOON = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()) * 1000
DIALECTS: dict[str, type[Dialect]] = {"plain": PlainSession, "irc": IrcSession}


class StillHouse(House):
    """A server in `folder` whose clock stands at noon until it is moved."""

    def __init__(self, folder: Path, tables: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.time = NOON
        self._scheduled: list[Callable[[], None]] = []
        super().__init__(_settings(folder, tables or {}), self._scheduled.append)
        self.server.zone = UTC

    def now(self) -> int:  # type: ignore[override]
        return self.time

    def offload(self, function: Callable[..., Any], *arguments: object) -> Any:
        return function(*arguments)

    def aside(self, function: Callable[..., Any], *arguments: object) -> Any:
        return function(*arguments)

    def seconds(self) -> float:  # type: ignore[override]
        return self.time / 1000

    def turn(self) -> None:
        """End this turn of the loop."""
        while self._scheduled:
            self._scheduled.pop(0)()

    def visitor(self, dialect: str, address: str = "127.0.0.1") -> Visitor:
        """Somebody connects, speaking `dialect`."""
        return Visitor(self, DIALECTS[dialect], address)

    def plain(self, name: str, address: str = "127.0.0.1") -> Visitor:
        """Somebody who came in as `name`, on a terminal."""
        return self.visitor("plain", address).says(name).forgets()

    def irc(self, nick: str, *capabilities: str, address: str = "127.0.0.1") -> Visitor:
        """Somebody who came in as `nick`, by an IRC program."""
        visitor = self.visitor("irc", address)
        if capabilities:
            visitor.says(f"CAP REQ :{' '.join(capabilities)}", "CAP END")
        return visitor.says(f"NICK {nick}", f"USER {nick} 0 * :{nick.title()}").forgets()


class Inbox(Outbox):
    """Collects what would be sent."""

    __slots__ = ("data",)

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery, lambda record: None)
        self.data = bytearray()

    def flush(self) -> None:
        self.data += b"".join(self.pending)
        self.pending.clear()

    def end(self) -> None:
        self.is_ended = True


class Visitor:
    """One connection: bytes in, bytes out, nothing between them and the dialect but lines."""

    def __init__(self, house: StillHouse, kind: type[Dialect], address: str = "127.0.0.1") -> None:
        self.house = house
        self.inbox = Inbox(house.delivery)
        self.dialect = kind(house.server, self.inbox, address, house.cloak.host(address))
        self._reader = LineReader(kind.limit, kind.patience)
        if isinstance(self.dialect, PlainSession):
            self.dialect.greet()
        house.turn()

    @property
    def user(self) -> Any:
        return self.dialect.user

    @property
    def is_ended(self) -> bool:
        return self.inbox.is_ended

    def sends(self, data: bytes) -> Visitor:
        """Bytes arrive, and the turn ends."""
        for line in self._reader.receive_data(data):
            if not self.inbox.is_ended:
                self.dialect.receive(line)
        self.house.turn()
        return self

    def says(self, *lines: str) -> Visitor:
        """Lines arrive, each in a turn of its own."""
        for line in lines:
            self.sends(line.encode() + b"\n")
        return self

    def raw(self) -> bytes:
        """All the bytes sent since the last look."""
        self.house.turn()
        data = bytes(self.inbox.data)
        self.inbox.data.clear()
        return data

    def hears(self) -> list[str]:
        """All the lines sent since the last look."""
        return [line.removesuffix("\r") for line in self.raw().decode().split("\n")[:-1]]

    def forgets(self) -> Visitor:
        """What was sent so far is of no interest."""
        self.raw()
        return self

    def hangs_up(self) -> None:
        """The connection is gone."""
        self.dialect.leave(self.dialect.hung_up)
        self.house.turn()


def _settings(folder: Path, tables: Mapping[str, Mapping[str, Any]]) -> Settings:
    made = {name: TABLES[name](**values) for name, values in tables.items() if name != "operators"}
    operators = [Operator(**values) for values in tables.get("operators", [])]
    settings = Settings(**made, operators=operators)
    for name in ("data", "logs", "backups"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        setattr(settings.server, name, str(folder / name))
    settings.history.durability = "os"
    settings.accounts.password_memory_kib, settings.accounts.password_rounds = 8, 1
    return settings
