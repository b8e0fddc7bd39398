"""Bans of the whole server, by account, address, network or mask: rows for its operators.

Strategy: whoever is named by their nick is held as in a room: by account and address, and where others have that
address, by nick and host. Who is here and is hit is put out at once; the door asks again for everybody who comes.
Operators of the server are never put out.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.bans import NAMED, target_of
from chatroom.commands.call import Call
from chatroom.commands.operators import operators
from chatroom.core.bars import MOST, bar_mask, network_in
from chatroom.core.events import Barred, Event, Killed, Unbarred
from chatroom.core.listed import Listed
from chatroom.core.modes import ACCOUNT, MAX_MASK, MUTE
from chatroom.core.names import clip
from chatroom.core.order_replies import BarsShown
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Reply
from chatroom.core.spans import Span
from chatroom.core.user import User

Outcome = Iterator[Event | Reply]


@operators.command("serverban who [span] [reason...]", is_privileged=True)
def serverban(call: Call, who: str, span: Span | None = None, reason: str = "") -> Outcome:
    """Keep somebody out of the server: a nick, an address, a network (192.0.2.0/24), an account (a:bob) or a mask."""
    about, masks = _meant(call, who)
    if _fits_any(call, masks, call.user):
        raise Refused(Why.BANS_YOU)
    if len(call.chat.bars.entries) + len(masks) > MOST:
        raise Refused(Why.BARS_FULL, limit=MOST)
    reason = clip(reason, call.chat.names.reason_length)
    for mask in masks:
        yield Barred(call.who, mask, reason, int(span or 0), about)
    for user in [one for one in call.chat.users.values() if not one.is_server_operator]:
        if _fits_any(call, masks, user):
            yield Killed(call.who, user.nick, f"banned: {reason}" if reason else "banned")


@operators.command("serverunban who [reason...]", is_privileged=True)
def serverunban(call: Call, who: str, reason: str = "") -> Outcome:
    """Let somebody come to the server again: whom, or which mask, /serverbans shows."""
    fold = call.chat.names.fold
    wanted = {fold(who), fold(bar_mask(who)), fold(ACCOUNT + who)}
    entries = call.chat.bars.entries.items()
    found = [entry for mask, entry in entries if mask in wanted or fold(entry.about) == fold(who)]
    if not found:
        raise Refused(Why.NOT_BARRED, who=who)
    for entry in found:
        yield Unbarred(call.who, entry.mask, clip(reason, call.chat.names.reason_length), entry.about)


@operators.command("serverbans", is_privileged=True)
def serverbans(call: Call) -> Outcome:
    """Show who may not come to the server, by whom, until when and why."""
    yield BarsShown(list(call.chat.bars.entries.values()), call.server.now())


# ---- who is meant


def _meant(call: Call, word: str) -> tuple[str, list[str]]:
    """Whom `word` means, and as what they are barred. Refused when it means nobody."""
    user = call.chat.user(word)
    if user is None and network_in(word) is not None:
        return "", [bar_mask(word)]
    target = target_of(call, None, word)
    if any(mask.startswith(MUTE) or len(mask.encode()) > MAX_MASK for mask in target.masks):
        raise Refused(Why.BAR_BAD, mask=word)
    masks = list(target.masks)
    if user is not None and masks[-1].startswith("*!*@") and network_in(call.server.network_of(user.address)):
        masks[-1] = bar_mask(call.server.network_of(user.address))  # nobody else is there: their address says it all
    return clip(target.about, NAMED), masks


def _fits_any(call: Call, masks: list[str], user: User) -> bool:
    """Whether any of these is for `user`, who may be known by their hidden address as well."""
    tried = type(call.chat.bars)(call.chat.names.fold)
    for mask in masks:
        tried.put(Listed(mask, "", 0))
    return tried.of_person(user.who, user.address) is not None
