"""The capabilities offered, and what the server says of itself in ISUPPORT.

Strategy: a capability is a row here and the few lines elsewhere that ask for it; take both out and it is gone.

Sources: IRCv3 capability-negotiation; Modern IRC "RPL_ISUPPORT Parameters".
"""

from __future__ import annotations

from chatroom.commands.moderation import MAX_CHANGES
from chatroom.commands.rooms import MAX_ROOMS
from chatroom.core.modes import MAX_LIST, PREFIXES, ModeKind, letters_of
from chatroom.core.names import ROOM_SIGIL, Names

CAPABILITIES = {
    "away-notify": "",  # AWAY of those who share a room
    "batch": "",  # history comes in a batch of its own
    "cap-notify": "",
    "echo-message": "",  # own talk comes back, once it is on disk
    "message-tags": "",  # msgid
    "multi-prefix": "",  # every privilege in lists of names
    "server-time": "",
}
# Those that change how events are told; flavours are made of them.
IN_FLAVOUR = frozenset(("away-notify", "message-tags", "server-time"))
IN_ECHO = IN_FLAVOUR - {"away-notify"}  # of what one did oneself; 305 and 306 say that one is away
MAX_TARGETS = 4  # of one PRIVMSG, KICK and so on


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
        "CLIENTTAGDENY=*",  # none is passed on
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
