"""What there is to show: one flat, frozen class for everything.

Strategy: each event holds facts, never a finished line, so that it can be worded for a person or written as JSON. Every
text in it is cleaned as it is made: nothing the network sent reaches a terminal in another way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from chatroom.client.clean import clean

TYPES = frozenset(
    (
        *("message", "action", "notice"),  # what people say
        *("join", "part", "quit", "nick", "topic", "kick", "mode", "invite", "away"),  # what people do
        *("names", "room", "person", "whois", "motd", "info"),  # what the server answers
        *("react", "redact"),  # what people do to what was said
        *("connected", "disconnected", "waiting", "unconfirmed", "note", "error"),  # what the client has to say
    )
)
_TEXTS = ("room", "nick", "target", "msgid", "code", "reply", "to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened.

    `room` is empty for what concerns no room; `nick` is who did it, `target` to whom: the person of a private talk,
    the person kicked or invited, the new nick. `text` is what was said, or a sentence. `code` is the numeric of an
    answer or the code of a standard reply. `time` is in UTC, the server's where it gives one (IRCv3 server-time).
    """

    type: str
    time: datetime
    room: str = ""
    nick: str = ""
    target: str = ""
    text: str = ""
    msgid: str = ""
    code: str = ""
    reply: str = ""  # the id of the message it is about: answered, reacted to, taken back
    to: str = ""  # whose that was, where it is known
    own: bool = False  # by this client's user
    replayed: bool = False  # from history, not of now
    mention: bool = False  # says the user's nick, or speaks to the user alone

    def __post_init__(self) -> None:
        for name in _TEXTS:
            object.__setattr__(self, name, clean(getattr(self, name)))
        lines = self.text.split("\n")  # a message may have several
        object.__setattr__(self, "text", "\n".join(map(clean, lines)))

    def as_json(self) -> str:
        """One line of JSON; the first six keys are always there, the others only when they say something."""
        stamp = self.time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        keys = {"time": stamp, "type": self.type, "room": self.room, "nick": self.nick, "text": self.text}
        facts: dict[str, str | bool] = {**keys, "msgid": self.msgid}
        for name in ("target", "code", "reply", "to", "own", "replayed", "mention"):
            if value := getattr(self, name):
                facts[name] = value
        return json.dumps(facts, ensure_ascii=False)
