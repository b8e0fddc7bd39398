"""A client on a real socket, and everything it has shown."""

from __future__ import annotations

import asyncio

from chatroom.client.commands import typed
from chatroom.client.events import Event
from chatroom.client.link import Backoff, Client, client_for
from chatroom.client.options import Options
from chatroom.client.outbox import Outbox


class Line:
    """A client connected to a peer, and everything it has shown."""

    def __init__(self, port: int, **options: object) -> None:
        self.shown: list[Event] = []
        options = {"host": "127.0.0.1", "port": port, "nick": "ada", "room": "#tea", **options}
        self.client: Client = client_for(Options(**options), self.shown.append, Outbox())  # type: ignore[arg-type]
        self.client.backoff = Backoff(0.001, 0.01)
        self.running = asyncio.ensure_future(self.client.run())

    async def until_shown(self, type: str, text: str = "") -> Event:
        found: list[Event] = []

        def is_there() -> bool:
            found[:] = [event for event in self.shown if event.type == type and text in event.text]
            return bool(found)

        await self.client.until(is_there)
        assert found, f"no {type} {text!r} in {self.shown}"
        return found[0]

    def type(self, text: str) -> None:
        typed(self.client.session, text)
        self.client.flush()
