"""Messages between the keyboard and the server's word that it has them.

Strategy: what was said waits in one queue, and only a window of it is on its way at a time: the next leaves when the
server has shown that it took one. So a paste, a long pipe and an hour offline all leave at a rate the server sets
itself. A server that echoes (IRCv3 echo-message) shows each message taken; of another, a PONG to a PING sent after it
says so, because a server answers in order (RFC 1459 section 4.6.2). Each message has a key: one that says the same key
once (capability chatroom/once) is sent again what it had not confirmed when the link was lost; of another server that
is only named. Time is passed in, in seconds.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field

WINDOW = 5  # messages on their way; servers that penalise floods commonly allow ten seconds' worth, at two each
ASK_AFTER = 5.0  # seconds without an echo or a PONG after which the server is asked


@dataclass
class Outgoing:
    """One message that fits a line. `label` marks it on its way (IRCv3 labeled-response), `key` for good.

    `is_again`: it was on its way before the link was lost.
    """

    target: str
    text: str
    verb: str = "PRIVMSG"
    is_action: bool = False
    label: str = ""
    sent_at: float = 0.0
    fences_passed: int = 0
    key: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    is_again: bool = False
    answers: str = ""  # the id of the message that this answers


@dataclass
class Pace:
    """A token bucket: `burst` at once, then `rate` a second."""

    burst: float
    rate: float
    _level: float = -1.0
    _at: float = 0.0

    def take(self, now: float) -> bool:
        """Whether one more may leave now; if so it is counted."""
        full = self.burst if self._level < 0 else self._level + (now - self._at) * self.rate
        self._level, self._at = min(self.burst, full), now
        if self._level < 1:
            return False
        self._level -= 1
        return True

    def next_in(self) -> float:
        """Seconds until one more may leave, counted from the last `take`."""
        return max(0.0, (1 - self._level) / self.rate)


def typing_pace() -> Pace:
    """What a person may send: a few messages at once, then two a second. A paste does not flood the room."""
    return Pace(burst=5, rate=2.0)


class Outbox:
    """What waits to be sent, and what was sent and not yet confirmed.

    With `asks_at_once`, a server that doesn't echo is asked for its word after the last message, not some seconds
    later.
    """

    def __init__(self, pace: Pace | None = None, asks_at_once: bool = False) -> None:
        self.pace = pace
        self.asks_at_once = asks_at_once
        self.waiting: deque[Outgoing] = deque()
        self.unconfirmed: deque[Outgoing] = deque()
        self.confirmed = 0  # messages the server has shown taken
        self._count = 0
        self._fence: tuple[str, str] | None = None  # the PING's word, the label of the last message before it

    @property
    def is_empty(self) -> bool:
        """Whether everything has been confirmed."""
        return not self.waiting and not self.unconfirmed

    def take(self, now: float) -> list[Outgoing]:
        """The messages that may leave now; each counts as unconfirmed from here on."""
        leaving = []
        while self.waiting and len(self.unconfirmed) < WINDOW and (self.pace is None or self.pace.take(now)):
            message = self.waiting.popleft()
            self._count += 1
            message.label, message.sent_at = f"m{self._count}", now
            self.unconfirmed.append(message)
            leaving.append(message)
        return leaving

    def next_in(self) -> float | None:
        """Seconds until `take` may give more by the passing of time alone; None when it will not."""
        held = self.pace is not None and self.waiting and len(self.unconfirmed) < WINDOW
        return self.pace.next_in() if held and self.pace else None

    def fence(self, now: float, echoes: bool) -> str | None:
        """The word to send with PING, when the server must be asked what it has taken; None when there is no need."""
        if not self.unconfirmed or self._fence:
            return None
        is_full = len(self.unconfirmed) >= WINDOW or (self.asks_at_once and not self.waiting)
        overdue = now - self.unconfirmed[0].sent_at >= ASK_AFTER
        if not overdue and (echoes or not is_full):
            return None
        last = self.unconfirmed[-1].label
        self._fence = (f"fence-{last}", last)
        return self._fence[0]

    def answered(self, word: str, echoes: bool) -> list[Outgoing]:
        """A PONG came: without echoes, all that was sent before its PING has been taken.

        With them, what is still missing after a second such PONG was dropped on the way; it is returned, and forgotten.
        (A bouncer may answer a PING sooner than it passes an echo on, hence the second.)
        """
        if not self._fence or self._fence[0] != word:
            return []
        last = self._fence[1]
        self._fence = None
        dropped = []
        for message in list(self.unconfirmed):
            message.fences_passed += 1
            if not echoes or message.fences_passed > 1:
                self.unconfirmed.remove(message)
                dropped.append(message)
                self.confirmed += not echoes
            if message.label == last:
                break
        return dropped if echoes else []

    def confirm(self, label: str, target: str, text: str) -> None:
        """An echo came: the message it is of has been taken."""
        if self.settle(label, target, text):
            self.confirmed += 1

    def settle(self, label: str, target: str = "", text: str | None = None) -> Outgoing | None:
        """The message that an echo or a refusal is about, which is unconfirmed no more.

        By its label if there is one; else the oldest to `target` with this `text`; else the oldest to `target`, for a
        server may have altered the text. None when it is about none of them.
        """
        to_target = [m for m in self.unconfirmed if m.target.casefold() == target.casefold()]
        found = [m for m in self.unconfirmed if m.label == label] if label else to_target
        exact = [m for m in found if m.text == text]
        for message in (exact or found)[:1]:
            self.unconfirmed.remove(message)
            return message
        return None

    def found(self, key: str) -> Outgoing | None:
        """A message with this key is in the log: it has been taken. None when it is none of these."""
        for some in (self.unconfirmed, self.waiting):
            for message in [message for message in some if message.key == key]:
                some.remove(message)
                self.confirmed += 1
                return message
        return None

    def link_lost(self) -> list[Outgoing]:
        """The messages of which nobody knows whether they arrived; they wait now, before all others."""
        lost = list(self.unconfirmed)
        for message in reversed(lost):
            message.is_again, message.fences_passed = True, 0
            self.waiting.appendleft(message)
        self.unconfirmed.clear()
        self._fence = None
        return lost

    def give_up(self) -> list[Outgoing]:
        """Forget what was on its way when the link was lost, since it might be said twice; it is returned."""
        lost = [message for message in self.waiting if message.is_again]
        self.waiting = deque(message for message in self.waiting if not message.is_again)
        return lost

    def discard(self) -> int:
        """Forget what waits; returns how much it was."""
        count = len(self.waiting)
        self.waiting.clear()
        return count
