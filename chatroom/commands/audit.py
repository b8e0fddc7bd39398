"""What was done to keep order: of a room for its operators, of everything for those of the server."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.history import MOST
from chatroom.commands.moderation import moderation
from chatroom.core.apply.table import AUDIT
from chatroom.core.events import Event
from chatroom.core.order_replies import AuditShown
from chatroom.core.replies import Reply
from chatroom.core.room import Room

USUAL = 20
DEEDS = (
    *("kicked", "modes", "roomrenamed", "registered", "granted", "killed", "announced", "usermodes"),
    *("barred", "unbarred", "office"),
)


@moderation.command("audit [room] [number]", cost=2)
def audit(call: Call, room: Room | None = None, number: int = USUAL) -> Iterator[Event | Reply]:
    """Show what was lately done to keep order, by whom and why: "/audit 50". For operators."""
    number = min(number, MOST)
    places: tuple[str, ...]
    after = 0
    if room is None and call.user.is_server_operator:
        places, subject = (AUDIT,), "the server"
    else:
        room = room or call.room
        room.check_operator(call.user)
        places, subject, after = (room.place, f"+{room.place}"), room.name, room.history_from
    records = call.server.history.page(places, limit=number + 1, after=after, kinds=DEEDS)
    yield AuditShown(subject, records[-number:], len(records) > number)
