"""A session fed by lines, without a socket."""

from __future__ import annotations

from datetime import UTC, datetime

from chatroom.client.events import Event
from chatroom.client.outbox import Outbox
from chatroom.client.protocol import receive_line
from chatroom.client.registration import begin
from chatroom.client.session import Session, Wish

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Scene:
    """A session without a socket: what is sent, what is shown, and a clock that stands still unless moved."""

    def __init__(self, nick: str = "ada", room: str = "#tea", outbox: Outbox | None = None, **wish: object) -> None:
        rooms = {room: ""} if room else {}
        self.session = Session(Wish(nick, rooms, **wish), outbox or Outbox(), clock=lambda: NOON)  # type: ignore[arg-type]
        self.session.facing = room
        self.now = 0.0
        self.shown: list[Event] = []

    def connect(self) -> list[str]:
        begin(self.session)
        return self.sent()

    def told(self, *lines: str) -> list[str]:
        """Receive lines; returns what is sent because of them."""
        for line in lines:
            receive_line(self.session, line.encode())
        return self.sent()

    def sent(self) -> list[str]:
        lines = self.session.lines_to_send(self.now)
        if self.session.ask(self.now):
            lines += self.session.lines_to_send(self.now)
        return lines

    def events(self, *types: str) -> list[Event]:
        """What was shown since the last call, of these types (or of any)."""
        return [event for event in self.session.events_to_show() if not types or event.type in types]

    def enter(self, capabilities: str = "") -> Scene:
        """Go through registration and into the room."""
        self.connect()
        if capabilities:
            self.told(f":s CAP * LS :{capabilities}", f":s CAP * ACK :{capabilities}")
        self.told(":s 001 ada :Welcome", ":s 005 ada CASEMAPPING=ascii PREFIX=(ov)@+ NICKLEN=30 :are supported")
        self.told(":ada!u@h JOIN #tea", ":s 353 ada = #tea :@ada bob +carol", ":s 366 ada #tea :End")
        self.events()
        return self
