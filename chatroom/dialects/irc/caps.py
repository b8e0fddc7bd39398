"""The capabilities offered, and what the server says of itself in ISUPPORT.

Strategy: a capability is a row here and the few lines elsewhere that ask for it; take both out and it is gone. Its
value is a text, or a function of the session that gives one, or None where the capability is not offered.

Sources: IRCv3 capability-negotiation; Modern IRC "RPL_ISUPPORT Parameters".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chatroom.commands.changes import MAX_CHANGES
from chatroom.commands.metadata import MAX_KEY, MAX_KEYS, MAX_VALUE
from chatroom.commands.rooms import MAX_ROOMS
from chatroom.core.modes import ACCOUNT_NAMES, EXTENDED, MAX_LIST, PREFIXES, ModeKind, letters_of
from chatroom.core.names import RELAY_MARK, ROOM_SIGIL, Names
from chatroom.core.once import KEPT

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

MAX_SUBSCRIPTIONS = 50  # keys of metadata that one connection follows
MAX_LINES = 32  # of one message in several lines
MAX_BYTES = 4096  # of all its text
MAX_PAGE = 500  # events of one page of history
EXTENDED_ISUPPORT = "draft/extended-isupport"

Value = str | Callable[["IrcSession"], str | None]


def mechanisms(session: IrcSession) -> list[str]:
    """How `session` may log in; by a certificate only where it can show one."""
    return ["PLAIN", "SCRAM-SHA-256", *(["EXTERNAL"] if session.is_secure else [])]


def registers_early(session: IrcSession) -> bool:
    """Whether `session` may make an account before it has come in; never where that would pass a password by."""
    return session.server.accounts.before_connect and not session.server.password


def _account_registration(session: IrcSession) -> str | None:
    if not session.server.accounts.may_register:
        return None
    return "before-connect,custom-account-name" if registers_early(session) else "custom-account-name"


CAPABILITIES: dict[str, Value] = {
    "account-notify": "",  # ACCOUNT of those who share a room
    "account-tag": "",  # the account of whoever did it
    "away-notify": "",  # AWAY of those who share a room
    "batch": "",
    "cap-notify": "",
    "chghost": "",  # CHGHOST of those who share a room
    "echo-message": "",  # own talk comes back, once it is on disk
    "extended-join": "",  # account and real name in JOIN
    "extended-monitor": "",  # AWAY, ACCOUNT, SETNAME and CHGHOST of those one monitors
    "invite-notify": "",  # INVITE of others, for those who keep order in the room
    "labeled-response": "",  # which answer belongs to which line
    "message-tags": "",  # msgid, and what clients tag their talk with
    "multi-prefix": "",  # every privilege in lists of names
    "no-implicit-names": "",  # who is in a room only when asked, not on joining
    "sasl": lambda session: ",".join(mechanisms(session)),  # AUTHENTICATE
    "server-time": "",
    "setname": "",  # SETNAME of those who share a room
    "standard-replies": "",  # FAIL instead of numerics that IRC never had
    "sts": lambda session: session.server.sts if session.is_cap_302 else None,  # come back over TLS, and remember it
    "userhost-in-names": "",  # username and host in lists of names
    "draft/account-registration": _account_registration,  # REGISTER
    "draft/channel-rename": "",  # RENAME, instead of leaving one room and coming into another
    "draft/chathistory": "",  # reads history itself, so none is sent on joining
    "draft/event-playback": "",  # in history, more than talk
    EXTENDED_ISUPPORT: "",  # 005 in a batch, and before coming in
    "draft/message-redaction": "",  # REDACT of what others take back
    "draft/read-marker": "",  # MARKREAD, and what other connections of the person have read
    "soju.im/search": "",  # SEARCH by attributes, answered with the messages themselves
    "znc.in/playback": "",  # reads history in ZNC's way
    "draft/relaymsg": RELAY_MARK,  # who passed something on for somebody in another place
    "draft/multiline": f"max-bytes={MAX_BYTES},max-lines={MAX_LINES}",  # messages of several lines
    "draft/metadata-3": (
        f"before-connect,max-subs={MAX_SUBSCRIPTIONS},max-keys={MAX_KEYS},max-key-bytes={MAX_KEY},max-value-bytes={MAX_VALUE}"
    ),
    "chatroom/once": str(KEPT),  # messages with a key are said once, however often they are sent
    "draft/named-modes": "",  # PROP instead of MODE
    "draft/pre-away": "",  # AWAY before coming in, and AWAY *
}
# Those that change how events are told; flavours are made of them.
IN_FLAVOUR = frozenset(
    (
        *("account-notify", "account-tag", "away-notify", "batch", "extended-join", "message-tags", "server-time"),
        *("chghost", "setname", "invite-notify", "draft/multiline", "draft/message-redaction", "draft/relaymsg"),
        *("draft/channel-rename", "draft/named-modes"),
    )
)
IN_ECHO = IN_FLAVOUR - {"away-notify"}  # of what one did oneself; 305 and 306 say that one is away
IN_HISTORY = IN_FLAVOUR - {"away-notify"}  # of the past, where who was away is of no interest
ASKS_FOR_HISTORY = frozenset(("draft/chathistory", "znc.in/playback"))  # what was said before one came is not sent
MAX_MONITORED = 100  # names, by one connection
MAX_TARGETS = 4  # of one PRIVMSG, KICK and so on


NEVER_ASKED = frozenset(("sts",))  # read by programs, never requested (IRCv3 sts)


def value_of(name: str, session: IrcSession) -> str | None:
    """The value of a capability for `session`; None when it is not offered to it."""
    value = CAPABILITIES.get(name)
    found = value(session) if callable(value) else value
    return None if name in NEVER_ASKED and not found else found


def offered(session: IrcSession) -> list[str]:
    """What CAP LS tells `session`, with values for those who asked for version 302."""
    found = [(name, value_of(name, session)) for name in CAPABILITIES]
    return [f"{name}={value}" if value and session.is_cap_302 else name for name, value in found if value is not None]


def isupport(names: Names, network: str, lobby: str) -> list[str]:
    """The tokens of RPL_ISUPPORT."""
    letters, signs = "".join(PREFIXES), "".join(PREFIXES.values())
    lists = letters_of(ModeKind.LIST)
    return [
        f"ACCOUNTEXTBAN={','.join(ACCOUNT_NAMES)}",
        f"AWAYLEN={names.away_length}",
        "BOT=B",
        f"CASEMAPPING={names.casemapping.name}",
        f"CHANLIMIT={ROOM_SIGIL}:{MAX_ROOMS}",
        "CHANMODES=" + ",".join(letters_of(kind) for kind in ModeKind if kind is not ModeKind.PRIVILEGE),
        f"CHANNELLEN={names.room_length}",
        f"CHANTYPES={ROOM_SIGIL}",
        f"CHATHISTORY={MAX_PAGE}",
        "ELIST=CMNTU",
        "EXCEPTS=e",
        "EXTBAN=," + "".join(sorted(kind[0] for kind in dict.fromkeys(EXTENDED.values()))),
        "FORWARD=f",
        "INVEX=I",
        f"KEYLEN={names.key_length}",
        f"KICKLEN={names.reason_length}",
        f"MAXLIST={lists}:{MAX_LIST}",
        f"MAXMODES={MAX_CHANGES}",
        f"MAXTARGETS={MAX_TARGETS}",
        f"MODES={MAX_CHANGES}",
        f"MONITOR={MAX_MONITORED}",
        "MSGREFTYPES=msgid,timestamp",
        f"NAMELEN={names.realname_length}",
        f"NETWORK={network.replace(' ', '_')}",
        f"NICKLEN={names.nick_length}",
        f"PREFIX=({letters}){signs}",
        "SAFELIST",
        "SAFERATE",
        f"STATUSMSG={signs}",
        f"TARGMAX=JOIN:,KICK:{MAX_TARGETS},NAMES:,NOTICE:{MAX_TARGETS},PART:,PRIVMSG:{MAX_TARGETS},TAGMSG:{MAX_TARGETS},WHOIS:{MAX_TARGETS},WHOWAS:{MAX_TARGETS}",
        f"TOPICLEN={names.topic_length}",
        "UTF8ONLY",
        "WHOX",
        f"chatroom/LOBBY={lobby}",  # where a program goes that was not told where to
    ]
