"""What sentences depend on beside the reply they tell."""

from __future__ import annotations

from datetime import datetime, tzinfo


class Context:
    """What sentences depend on beside the reply: the zone of times, and the reader's own nick."""

    def __init__(self, zone: tzinfo | None, nick: str) -> None:
        self.zone = zone
        self.nick = nick

    def moment(self, time: int) -> datetime:
        """`time` (ms) as the reader's clock shows it."""
        return datetime.fromtimestamp(time / 1000, self.zone).astimezone(self.zone)
