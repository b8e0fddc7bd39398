"""Keeping somebody out or quiet: bans, mutes and the list of those who may come in all the same.

Strategy: all of them are masks on a room's lists, as MODE +b and +I set them, with a reason and an end. Who is named
by their nick is held by their account, if they have one, and by their host, so that another name does not help; but
where others have that host too, by nick and host together, so that nobody suffers for their neighbour. A name
without an end holds until it is taken back; in a room that belongs to nobody for thirty days at most, as
nobody else may ever come to take it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chatroom.commands.call import Call
from chatroom.commands.changes import checked_mask
from chatroom.commands.moderation import moderation
from chatroom.commands.table import Needs, nearest_nick
from chatroom.core.events import Change, Event, Kicked, ModesChanged, Who
from chatroom.core.listed import Listed, any_fits
from chatroom.core.modes import ACCOUNT, MUTE, list_mask
from chatroom.core.names import clip
from chatroom.core.order_replies import AllowedShown, BansShown
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.spans import Span
from chatroom.core.user import User

UNOWNED_SECONDS = 30 * 86400  # that a ban lasts at most in a room that belongs to nobody
Outcome = Iterator[Event | Reply]


class Target(NamedTuple):
    """Whom somebody means: in a word, as masks, and, if they are here, as a person."""

    about: str
    masks: tuple[str, ...]
    user: User | None = None


@moderation.command("mute who [room] [span] [reason...]", needs=Needs.MODERATOR)
def mute(call: Call, who: str, room: Room, span: Span | None = None, reason: str = "") -> Outcome:
    """Take somebody's word away: "/mute bob 10m spam". They stay and read; without a time until /unmute."""
    return _held(call, room, target_of(call, room, who), MUTE, span, reason)


@moderation.command("unmute who [room] [reason...]", needs=Needs.MODERATOR)
def unmute(call: Call, who: str, room: Room, reason: str = "") -> Outcome:
    """Let somebody speak again."""
    return _released(call, room, who, MUTE, reason)


@moderation.command("ban who [room] [span] [reason...]", needs=Needs.MODERATOR)
def ban(call: Call, who: str, room: Room, span: Span | None = None, reason: str = "") -> Outcome:
    """Put somebody out and keep them out: "/ban bob 1d spam"; also a mask (*!*@host) or an account (a:bob)."""
    target = target_of(call, room, who)
    if target.user is None and _fits(call, target, call.who):
        raise Refused(Why.BANS_YOU)
    yield from _held(call, room, target, "", span, reason)
    for member in [one for one in room.members if not room.members[one] and room.ban_of(one.who, call.chat.names.fold)]:
        if _fits(call, target, member.who):
            yield Kicked(call.who, room.name, member.nick, _reason(call, reason))


@moderation.command("unban who [room] [reason...]", needs=Needs.MODERATOR)
def unban(call: Call, who: str, room: Room, reason: str = "") -> Outcome:
    """Let somebody come in again."""
    return _released(call, room, who, "", reason)


@moderation.command("bans [room]")
def bans(call: Call, room: Room) -> Outcome:
    """Show who is banned or muted in a room, by whom, until when and why."""
    yield BansShown(room, call.server.now())


@moderation.command("allow [room] [who] [span] [reason...]", needs=Needs.MODERATOR)
def allow(call: Call, room: Room, who: str = "", span: Span | None = None, reason: str = "") -> Outcome:
    """Let somebody in while a room is closed (/lockdown): "/allow bob"; "/allow -bob" no longer; alone, list them."""
    if not who:
        yield AllowedShown(room, call.server.now())
        return
    if who.startswith("-"):
        entries = _entries(call, room, "I", who[1:], "")
        if not entries:
            raise Refused(Why.NOT_ALLOWED, who=who[1:], room=room.name)
        yield _off(call, room, "I", entries, reason)
        return
    target = target_of(call, room, who)
    masks = target.masks[:1] if target.user is not None else target.masks  # an account says it all
    changes = tuple(checked_mask(call, room, Change(True, "I", mask)) for mask in masks)
    yield ModesChanged(call.who, room.name, changes, _reason(call, reason), int(span or 0), clip(target.about, NAMED))


# ---- what happens


def _held(call: Call, room: Room, target: Target, kind: str, span: Span | None, reason: str) -> Outcome:
    """Put `target` on the list of bans, as masks of `kind`; what they may do here goes."""
    user = target.user
    if user is call.user:
        raise Refused(Why.BANS_YOU)
    laid_down: list[Change] = []
    if user is not None and user in room.members:
        room.check_not_above(call.user, user)
        laid_down = [Change(False, letter, user.nick) for letter in room.members[user]]
    masks = [checked_mask(call, room, Change(True, "b", kind + mask)) for mask in target.masks]
    seconds = int(span or 0) or (0 if room.is_permanent or room.is_registered else UNOWNED_SECONDS)
    yield ModesChanged(
        call.who, room.name, (*laid_down, *masks), _reason(call, reason), seconds, clip(target.about, NAMED)
    )


def _released(call: Call, room: Room, who: str, kind: str, reason: str) -> Outcome:
    entries = _entries(call, room, "b", who, kind)
    if not entries:
        raise Refused(Why.NOT_MUTED if kind else Why.NOT_BANNED, who=who, room=room.name)
    yield _off(call, room, "b", entries, reason)


def _off(call: Call, room: Room, letter: str, entries: list[Listed], reason: str) -> ModesChanged:
    changes = tuple(Change(False, letter, entry.mask) for entry in entries)
    return ModesChanged(call.who, room.name, changes, _reason(call, reason), about=entries[0].about)


def _reason(call: Call, reason: str) -> str:
    return clip(reason, call.chat.names.reason_length)


# ---- who is meant

NAMED = 64  # bytes of a word that says whom a mask is about


def target_of(call: Call, room: Room | None, word: str) -> Target:
    """Whom `word` means: somebody here, or lately here; an account; or a mask. Refused when it means nobody.

    `room` is where others are not to suffer for them; None: the whole server.
    """
    user = call.chat.user(word)
    if user is not None:
        return Target(user.nick, _masks_of(call, room, user.who, user.own_host), user)
    if set(word) & set("!@*?.:/"):
        return Target(word, (list_mask(word),))
    gone = next(iter(call.chat.gone.called(call.chat.names.fold(word))), None)
    if gone is not None:
        return Target(gone.who.nick, _masks_of(call, room, gone.who, gone.who.host))
    account = call.server.accounts.find(word)
    if account is None:
        raise Refused(Why.WHOM_TO_BAN, who=word, hint=nearest_nick(call, word))
    return Target(account.name, (ACCOUNT + account.name,))


def _masks_of(call: Call, room: Room | None, who: Who, host: str) -> tuple[str, ...]:
    people = room.members if room is not None else call.chat.users.values()
    fold, mine = call.chat.names.fold, (who.account or who.nick).casefold()
    others = [one for one in people if host in (one.own_host, one.who.host) and fold(one.nick) != fold(who.nick)]
    is_shared = any(not one.who.account or one.who.account.casefold() != mine for one in others)
    mask = f"{who.nick if is_shared else '*'}!*@{host}"
    return (ACCOUNT + who.account, mask) if who.account else (mask,)


def _fits(call: Call, target: Target, who: Who) -> bool:
    fold = call.chat.names.fold
    return any_fits([fold(mask).removeprefix(MUTE) for mask in target.masks], who, fold)


def _entries(call: Call, room: Room, letter: str, word: str, kind: str) -> list[Listed]:
    """What stands on a list of those whom `word` means, be it a nick, an account or a mask."""
    fold, user = call.chat.names.fold, call.chat.user(word)
    wanted = {fold(list_mask(word).removeprefix(MUTE)), fold(ACCOUNT + word)}
    found = []
    for mask, entry in room.lists[letter].items():
        bare = mask.removeprefix(MUTE)
        is_them = user is not None and any_fits([bare], user.who, fold)
        if mask.startswith(MUTE) == bool(kind) and (bare in wanted or fold(entry.about) == fold(word) or is_them):
            found.append(entry)
    return found
