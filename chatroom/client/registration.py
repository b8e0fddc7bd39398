"""Being let in: capabilities, the nick, the first numerics; and the line's own traffic of PING and ERROR.

Strategy: CAP, NICK and USER leave at once, without waiting for each other; CAP END follows when the server has
answered. A nick that is taken is varied until one is free, unless it was asked for strictly. A server that knows no
CAP simply goes on, and is served as well.

Sources: IRCv3 capability negotiation 302, Modern IRC "Connection Registration", RPL_ISUPPORT.
"""

from __future__ import annotations

from collections.abc import Callable

from chatroom.client import catchup, login
from chatroom.client.options import valid_nick
from chatroom.client.session import ONCE, Session
from chatroom.client.words import t
from chatroom.wire.irc import Message

WANTED = (
    *("server-time", "message-tags", "echo-message", "multi-prefix", "away-notify", "batch"),
    *(
        "labeled-response",
        "cap-notify",
        "standard-replies",
        "draft/chathistory",
        "draft/read-marker",
        "draft/multiline",
        "draft/message-redaction",
        ONCE,
    ),
)
NICKS_TO_TRY = 20
_BEFORE_CAP_KNOWN = ("421", "451", "410")  # what a server that knows no CAP may answer to it


def begin(session: Session) -> None:
    """Start a new link: everything that can be said before the server has said anything."""
    session.link_made()
    if session.wish.password:
        session.send("PASS", session.wish.password)
    session.send("CAP", "LS", "302")
    session.send("NICK", session.nick)
    session.send("USER", session.wish.username, "0", "*", session.wish.realname or session.wish.nick)


def nick_variants(nick: str, limit: int = 0) -> list[str]:
    """What to try in order when `nick` is taken: `nick_`, then digits, cut to `limit` characters (0: no limit)."""
    endings = ["_", "__", *(str(number) for number in range(2, NICKS_TO_TRY))]
    return [(nick[: limit - len(ending)] if limit else nick) + ending for ending in endings]


def _cap(session: Session, message: Message) -> None:
    subcommand = message.param(1).upper()
    names = message.params[-1].split() if len(message.params) > 2 else []
    if subcommand in ("LS", "NEW"):
        session.offered |= {name: value for name, _, value in (token.partition("=") for token in names)}
        if subcommand == "NEW" or message.param(2) != "*":  # a star: more lines of the list follow
            _request(session)
    elif subcommand in ("ACK", "NAK"):
        if subcommand == "ACK":
            session.capabilities |= {name for name in names if not name.startswith("-")}
            session.capabilities -= {name[1:] for name in names if name.startswith("-")}
        if subcommand == "ACK" and "sasl" in names and login.wants(session):
            login.begin(session)
        else:
            _end_negotiation(session)
    elif subcommand == "DEL":
        session.capabilities -= set(names)
        for name in names:
            session.offered.pop(name, None)


def _request(session: Session) -> None:
    wanted = (*WANTED, "sasl") if login.wants(session) else WANTED
    missing = [name for name in wanted if name in session.offered and name not in session.capabilities]
    if missing:
        session.send("CAP", "REQ", " ".join(missing))
    else:
        _end_negotiation(session)


def _end_negotiation(session: Session) -> None:
    if not session.is_registered:
        session.send("CAP", "END")


def _welcome(session: Session, message: Message) -> None:
    session.nick = message.param(0) or session.nick
    session.let_in()
    session.show("connected", message, nick=session.nick, text=message.source)
    if not session.is_same(session.nick, session.wish.nick):
        session.note(
            t(
                "You are {nick} here, not {wish}. /nick {wish} tries for it again.",
                nick=session.nick,
                wish=session.wish.nick,
            )
        )
    join_wished(session)


def join_wished(session: Session) -> None:
    """Go where the user wants to be: at first, and again after every interruption."""
    for room, key in session.wish.rooms.items():
        session.send("JOIN", room, *([key] if key else []))
    if session.is_returning:
        catchup.returned(session)


def _features(session: Session, message: Message) -> None:
    for token in message.params[1:-1]:
        session.features.announced(token)


def _nick_refused(session: Session, message: Message) -> None:
    """432, 433, 436, 437 (RFC 2812): while registering, try another; later, say what happened."""
    refused = message.param(1)
    taken = message.verb in ("433", "436")
    why = (
        t("Somebody is called {nick} already.", nick=refused)
        if taken
        else t("This server won't have {nick} as a nick.", nick=refused)
    )
    if session.is_registered:
        session.error(
            t("{why} You are still {nick}. Try another: /nick NAME", why=why, nick=session.nick), code=message.verb
        )
        return
    if session.wish.must_be_nick:
        session.refusal = t("{why} Choose another with --nick.", why=why)
        return
    _try_another(session, why, taken)


def _try_another(session: Session, why: str, taken: bool) -> None:
    wish = session.wish.nick
    # A nick that was refused, not taken, may be too long or too strange: nine plain letters suit every server.
    variants = nick_variants(wish, session.features.nick_length) if taken else []
    variants = variants or [valid_nick(wish)[:9], *nick_variants("guest", 9)]
    untried = variants[session.nicks_tried :]
    session.nicks_tried += 1
    if not untried:
        session.refusal = t("{why} So is every variant of it. Choose another with --nick.", why=why)
        return
    session.nick = untried[0]
    session.note(t("{why} Trying {nick}.", why=why, nick=session.nick))
    session.send("NICK", session.nick)


def _ping(session: Session, message: Message) -> None:
    session.send("PONG", *message.params)


def _pong(session: Session, message: Message) -> None:
    if message.params[-1:] == (catchup.RETURNED,):
        session.is_returning = False
    session.ponged = message.params[-1] if message.params else ""
    for dropped in session.outbox.answered(message.params[-1] if message.params else "", session.echoes):
        session.show("unconfirmed", target=dropped.target, text=dropped.text, own=True)


def _error(session: Session, message: Message) -> None:
    session.closing_words = message.param(0)


def _refused_entry(session: Session, message: Message) -> None:
    """464, 465 (RFC 1459): the password is wrong, or this user is banned."""
    what = message.params[-1] if message.params else "no reason given"
    if message.verb == "464":
        what += " The server asks for a password: set it in the environment as CHATROOM_PASSWORD."
    if session.is_registered:
        session.error(what, code=message.verb)
    else:
        session.refusal = t("The server refused: {what}", what=what)


def is_about_cap(session: Session, message: Message) -> bool:
    """Whether `message` is the answer of a server that knows no CAP: nothing to show."""
    return not session.is_registered and message.verb in _BEFORE_CAP_KNOWN


HANDLERS: dict[str, Callable[[Session, Message], None]] = {
    "CAP": _cap,
    "001": _welcome,
    "005": _features,
    **dict.fromkeys(("432", "433", "436", "437"), _nick_refused),
    **dict.fromkeys(("464", "465"), _refused_entry),
    "PING": _ping,
    "PONG": _pong,
    "ERROR": _error,
}
