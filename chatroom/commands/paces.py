"""How often is too often: refusals that say for how long.

Strategy: the server keeps the paces (`Calm`); here stands whom they are kept for, and who is above them. Operators of
the server are above all of them, those who keep order in a room above those of talk.
"""

from __future__ import annotations

from math import ceil

from chatroom.commands.call import Call
from chatroom.core.modes import HALF_OPERATOR
from chatroom.core.refusals import Refused, Why
from chatroom.core.room import Room

LONGEST_WAIT = 10.0  # seconds somebody waits before a crowded room; who would longer is told so


def check_pace(call: Call, deed: str) -> None:
    """Raise Refused when the caller has done `deed` ("nick", "room", "invite") too often of late; else count it."""
    calm = call.server.calm
    if calm is None or call.user.is_server_operator:
        return
    if wait := calm.take(deed, _by(call)):
        raise Refused(Why.TOO_OFTEN, seconds=ceil(wait))


def check_talk(call: Call, room: Room, text: str) -> None:
    """Raise Refused when that was said too often in a room, or names too many too often; dear lines cost more."""
    calm = call.server.calm
    if calm is None or room.rank(call.user) >= HALF_OPERATOR:
        return
    dearer, wait = calm.repeat(room.place, text)
    call.extra += dearer
    if wait:
        raise Refused(Why.REPEATED, room=room.name, seconds=ceil(wait))
    dearer, wait = calm.naming(text, call.chat.users.keys(), _by(call))
    call.extra += dearer
    if wait:
        raise Refused(Why.NAMES_TOO_MANY, room=room.name, seconds=ceil(wait))


def await_entry(call: Call, name: str) -> Room | None:
    """The room called `name`; where many come in at once, when it is the caller's turn. Refused when that were long."""
    room, calm = call.chat.room(name), call.server.calm
    if room is None or calm is None or call.user in room.members or call.user.is_server_operator:
        return room
    wait = calm.come(room.place, len(room.members))
    if wait > LONGEST_WAIT:
        raise Refused(Why.ROOM_CROWDED, room=room.name, seconds=ceil(wait))
    if wait:
        calm.pause(wait)
        if call.session.outbox.is_ended:
            raise Refused(Why.NOT_ENTERED)
    return call.chat.room(name)


def _by(call: Call) -> str:
    """Whom a pace is kept for: an account, or for guests where they come from."""
    user = call.user
    return f"={user.who.account}" if user.who.account else call.session.pace_of
