"""The capabilities offered, and what the server says of itself in ISUPPORT.

Strategy: a capability is a row here and the few lines elsewhere that ask for it; take both out and it is gone. Its
value is a text, or a function of the session that gives one, or None where the capability is not offered.

Sources: IRCv3 capability-negotiation; Modern IRC "RPL_ISUPPORT Parameters".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chatroom.commands.moderation import MAX_CHANGES
from chatroom.commands.rooms import MAX_ROOMS
from chatroom.core.modes import MAX_LIST, PREFIXES, ModeKind, letters_of
from chatroom.core.names import ROOM_SIGIL, Names

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

MAX_LINES = 32  # of one message in several lines
MAX_BYTES = 4096  # of all its text

Value = str | Callable[["IrcSession"], str | None]
CAPABILITIES: dict[str, Value] = {
    "account-notify": "",  # ACCOUNT of those who share a room
    "account-tag": "",  # the account of whoever did it
    "away-notify": "",  # AWAY of those who share a room
    "batch": "",
    "cap-notify": "",
    "echo-message": "",  # own talk comes back, once it is on disk
    "extended-join": "",  # account and real name in JOIN
    "labeled-response": "",  # which answer belongs to which line
    "message-tags": "",  # msgid, and what clients tag their talk with
    "multi-prefix": "",  # every privilege in lists of names
    "server-time": "",
}
# Those that change how events are told; flavours are made of them.
IN_FLAVOUR = frozenset(
    (
        *("account-notify", "account-tag", "away-notify", "batch", "extended-join", "message-tags", "server-time"),
        *("chghost", "setname", "invite-notify", "draft/multiline", "draft/message-redaction"),
        *("draft/channel-rename", "draft/read-marker"),
    )
)
IN_ECHO = IN_FLAVOUR - {"away-notify"}  # of what one did oneself; 305 and 306 say that one is away
MAX_TARGETS = 4  # of one PRIVMSG, KICK and so on


def value_of(name: str, session: IrcSession) -> str | None:
    """The value of a capability for `session`; None when it is not offered to it."""
    value = CAPABILITIES.get(name)
    return value(session) if callable(value) else value


def offered(session: IrcSession) -> list[str]:
    """What CAP LS tells `session`, with values for those who asked for version 302."""
    found = [(name, value_of(name, session)) for name in CAPABILITIES]
    return [f"{name}={value}" if value and session.is_cap_302 else name for name, value in found if value is not None]


def isupport(names: Names, network: str) -> list[str]:
    """The tokens of RPL_ISUPPORT."""
    letters, signs = "".join(PREFIXES), "".join(PREFIXES.values())
    lists = letters_of(ModeKind.LIST)
    return [
        f"AWAYLEN={names.away_length}",
        f"CASEMAPPING={names.casemapping.name}",
        f"CHANLIMIT={ROOM_SIGIL}:{MAX_ROOMS}",
        "CHANMODES=" + ",".join(letters_of(kind) for kind in ModeKind if kind is not ModeKind.PRIVILEGE),
        f"CHANNELLEN={names.room_length}",
        f"CHANTYPES={ROOM_SIGIL}",
        "EXCEPTS=e",
        "INVEX=I",
        f"KICKLEN={names.reason_length}",
        f"MAXLIST={lists}:{MAX_LIST}",
        f"MAXTARGETS={MAX_TARGETS}",
        f"MODES={MAX_CHANGES}",
        f"NAMELEN={names.realname_length}",
        f"NETWORK={network.replace(' ', '_')}",
        f"NICKLEN={names.nick_length}",
        f"PREFIX=({letters}){signs}",
        "SAFELIST",
        f"TARGMAX=JOIN:,KICK:{MAX_TARGETS},NAMES:,NOTICE:{MAX_TARGETS},PART:,PRIVMSG:{MAX_TARGETS},WHOIS:1",
        f"TOPICLEN={names.topic_length}",
        "UTF8ONLY",
    ]
