"""An account: a registered name, what proves that somebody owns it, and how they want things.

Strategy: a plain value that is written to disk as it stands; a field that comes later comes last, with a default. It
holds hashes and keys that only the server can use, never a password.

Sources: RFC 9106 (Argon2), RFC 5802 and 7677 (SCRAM-SHA-256).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from chatroom.core.events import Who

ON, OFF = "on", "off"
# What may be written for the two, in any case.
MEANINGS = {ON: ON, OFF: OFF, "true": ON, "false": OFF, "yes": ON, "no": OFF, "1": ON, "0": OFF}
MAX_CERTIFICATES = 20  # of one account


class Setting(NamedTuple):
    """Something the owner of an account decides: `default` is "on" or "off"."""

    default: str
    sentence: str


SETTINGS = {
    "multiclient": Setting(ON, "Several connections may be you at once, under one name."),
    "always-on": Setting(OFF, "You stay here without a connection, also when the server restarts."),
    "autoreplay": Setting(ON, "When you come back, you are shown what was said meanwhile."),
}


@dataclass(frozen=True, slots=True)
class Presence:
    """Where somebody was who stays without a connection: rooms by name, in the order of joining, with privileges.

    `left` is when their last connection ended (milliseconds since 1970), 0 while they have one.
    """

    who: Who
    realname: str = ""
    rooms: dict[str, str] = field(default_factory=dict)
    away: str = ""
    modes: str = ""
    since: int = 0
    left: int = 0
    own_host: str = ""  # where `who` has another one
    metadata: dict[str, str] = field(default_factory=dict)  # what they say of themselves; kept beside the account


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `password` is an Argon2id hash, `scram` what SCRAM-SHA-256 needs, "" where there is none."""

    name: str
    password: str = ""
    scram: str = ""
    certificates: tuple[str, ...] = ()  # SHA-256 fingerprints, in small hexadecimal letters
    created: int = 0  # milliseconds since 1970
    settings: dict[str, str] = field(default_factory=dict)  # those that were decided
    presence: Presence | None = None
    host: str = ""  # what others see as theirs, if an operator of the server gave them one
