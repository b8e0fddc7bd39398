"""Who stays here without a connection: where they are is kept, and they are there again after a restart.

Strategy: of each account with the setting always-on one person stays, and where that person is stands in the account.
It is written whenever an event moves them, in the transaction of that event, and when their last connection ends.
Coming back after a restart is no event: to everybody else they never left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from chatroom.core import events as ev
from chatroom.core.account import Presence
from chatroom.core.chat import Chat
from chatroom.core.modes import GIVEN_MODES
from chatroom.core.user import User
from chatroom.server.accounts import Accounts

MOVING: frozenset[type[ev.Event]] = frozenset(
    (
        *(ev.Joined, ev.Left, ev.Kicked, ev.Quit, ev.Renamed, ev.AccountChanged, ev.AwayChanged),
        *(ev.UserModesChanged, ev.ModesChanged, ev.RoomRenamed, ev.HostChanged, ev.RealnameChanged),
    )
)


class Presences:
    """Those of one chat who stay. `said_by` gives the metadata of an account (folded)."""

    def __init__(self, chat: Chat, accounts: Accounts, said_by: Callable[[str], Mapping[str, str]]) -> None:
        self._chat = chat
        self._accounts = accounts
        self._said_by = said_by

    def stays(self, user: User) -> bool:
        """Whether `user` stays when their last connection ends."""
        name = self._chat.names.fold(user.who.account)
        return bool(name) and self._who_stays(name, user) is user

    def _who_stays(self, name: str, leaving: User | None = None) -> User | None:
        """Of those logged in to an account the one who stays already, the one called like it, or the first."""
        if not self._accounts.wants(self._accounts.find(name), "always-on"):
            return None
        logged_in = self._chat.by_account.get(name, {})
        staying = next((one for one in logged_in if not (one.outboxes or one is leaving)), None)
        namesake = self._chat.users.get(name)
        return staying or (namesake if namesake in logged_in else next(iter(logged_in), None))

    # ---- keeping

    def note(self, event: ev.Event) -> None:
        """`event`, one of MOVING, has just happened."""
        for name in dict.fromkeys(map(self._chat.names.fold, self._touched(event))):
            self.save(name)

    def _touched(self, event: ev.Event) -> Iterable[str]:
        """The accounts of those whom `event` may have moved."""
        who = [event.who.account]
        if isinstance(event, ev.AccountChanged):
            who.append(event.account)
        elif isinstance(event, ev.Kicked):
            user = self._chat.user(event.nick)
            who = [user.who.account] if user else []
        elif isinstance(event, ev.ModesChanged):
            changed = filter(None, (self._chat.user(change.value) for change in event.changes))
            who = [user.who.account for user in changed]
        elif isinstance(event, ev.RoomRenamed):
            room = self._chat.room(event.name)
            who = [user.who.account for user in room.members] if room else []
        return filter(None, who)

    def save(self, name: str) -> None:
        """Keep where the one who stays of an account (folded) is now; forget it when nobody does."""
        account = self._accounts.find(name)
        if account is None:
            return
        user = self._who_stays(name)
        presence = self._of(user, account.presence) if user is not None else None
        if presence != account.presence:
            self._accounts.put(replace(account, presence=presence))

    def _of(self, user: User, before: Presence | None) -> Presence:
        left = before.left if before is not None and before.left else self._chat.time
        return Presence(
            user.who,
            user.realname,
            {room.name: room.members[user] for room in user.rooms.values()},
            user.away,
            "".join(letter for letter in user.modes if letter not in GIVEN_MODES),
            user.since,
            0 if user.outboxes else left,
            own_host=user.own_host if user.own_host != user.who.host else "",
        )

    def left(self, user: User) -> int:
        """When the last connection of `user` ended, if they have stayed without (ms); 0 if not."""
        account = self._accounts.find(user.who.account) if user.who.account else None
        presence = account.presence if account is not None else None
        is_theirs = presence is not None and self._chat.names.fold(presence.who.nick) == user.folded
        return presence.left if presence is not None and is_theirs else 0

    # ---- after a restart

    def kept(self, time: int) -> Iterator[Presence]:
        """Those who stay; those who were connected when the server ended, at `time` (ms), have been gone since then."""
        for account in self._accounts.all():
            presence = account.presence
            if presence is None:
                continue
            stays = self._accounts.wants(account, "always-on")
            now = replace(presence, left=presence.left or time) if stays else None
            if now != presence:
                self._accounts.put(replace(account, presence=now))
            if now is not None:
                yield replace(now, metadata=dict(self._said_by(self._chat.names.fold(account.name))))
