"""Proving who one is: AUTHENTICATE, with PLAIN, SCRAM-SHA-256 and EXTERNAL.

Strategy: what a client sends in pieces is put together and decoded here; a mechanism takes it step by step and ends
with the name of an account or not at all. Logging in to that is a row of the table, as by any other door. It works
before, during and after registration, and again for another account; registration that completes meanwhile ends it.

Sources: IRCv3 sasl-3.1 and sasl-3.2; RFC 4422 (EXTERNAL), RFC 4616 (PLAIN), RFC 5802 and 7677 (SCRAM-SHA-256).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Protocol

from chatroom.core.refusals import Refused
from chatroom.dialects.irc.caps import mechanisms
from chatroom.dialects.irc.verbs.table import verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

PIECE = 400  # bytes of Base64 in one line; a shorter one is the last
MOST = 8 * PIECE  # bytes of Base64 in one response
COST = 5.0  # of looking at one, in lines


class Mechanism(Protocol):
    """One exchange. `step` gives the next challenge, or None when it is over; `account` is who it proved to be."""

    account: str

    def step(self, data: bytes) -> bytes | None:
        """Take a response."""


class Plain:
    """A name and a password in one response."""

    def __init__(self, session: IrcSession) -> None:
        self.account = ""
        self._session = session

    def step(self, data: bytes) -> None:
        """Take authzid, authcid and password, with NUL between them; who acts for another is refused."""
        try:
            authzid, name, password = data.decode().split("\0")
        except ValueError:
            return
        accounts, fold = self._session.server.accounts, self._session.server.chat.names.fold
        if name and password and (not authzid or fold(authzid) == fold(name)):
            account = accounts.prove(name, password, self._session.address)
            self.account = account.name if account is not None else ""


class Scram:
    """A proof that the password is known, which does not show it."""

    def __init__(self, session: IrcSession) -> None:
        self.account = ""
        self._exchange = session.server.accounts.scram(session.address)

    def step(self, data: bytes) -> bytes | None:
        """Take the client's first and final message, and after the server's own final one an empty response."""
        if self._exchange.is_proven:
            self.account = "" if data else self._exchange.name
            return None
        return self._exchange.step(data)


class External:
    """The certificate that the client showed when TLS began."""

    def __init__(self, session: IrcSession) -> None:
        self.account = ""
        self._session = session

    def step(self, data: bytes) -> None:
        """Take an authzid, or nothing."""
        server = self._session.server
        account = server.accounts.of_certificate(self._session.certificate) if self._session.certificate else None
        fold = server.chat.names.fold
        if account is not None and (not data or fold(data.decode(errors="replace")) == fold(account.name)):
            self.account = account.name


_MECHANISMS: dict[str, type[Plain | Scram | External]] = {"PLAIN": Plain, "SCRAM-SHA-256": Scram, "EXTERNAL": External}


class Exchange:
    """What a connection is in the middle of: a mechanism, and the pieces of the response being received."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.mechanism = mechanism
        self.pieces = ""


@verb("AUTHENTICATE", least=1)
def authenticate(session: IrcSession, message: Message) -> None:
    """Log in: begin with the name of a mechanism, go on with responses in Base64, end it with *."""
    word = message.params[0]
    if word == "*":
        abort(session)
    elif session.sasl is None:
        _begin(session, word.upper())
    else:
        _take(session, session.sasl, word)


def abort(session: IrcSession) -> None:
    """End what has begun."""
    session.sasl = None
    session.numeric("906", "SASL authentication aborted")


def _begin(session: IrcSession, name: str) -> None:
    offered = mechanisms(session)
    if name not in offered:
        session.numeric("908", ",".join(offered), "are available SASL mechanisms")
        _fail(session)
        return
    session.sasl = Exchange(_MECHANISMS[name](session))
    session.line("AUTHENTICATE", "+")


def _take(session: IrcSession, exchange: Exchange, piece: str) -> None:
    if len(piece) > PIECE or len(exchange.pieces) + len(piece) > MOST:
        session.sasl = None
        session.numeric("905", "SASL message too long")
        return
    exchange.pieces += "" if piece == "+" else piece
    if len(piece) == PIECE:
        return
    response, exchange.pieces = exchange.pieces, ""
    try:
        data = b64decode(response, validate=True)
    except ValueError:  # also for what is not even ASCII
        _fail(session)
        return
    _step(session, exchange.mechanism, data)


def _step(session: IrcSession, mechanism: Mechanism, data: bytes) -> None:
    session.cost += COST
    try:
        challenge = mechanism.step(data)
    except Refused as refused:
        _fail(session, refused.sentence)
        return
    if session.outbox.is_ended:  # which took its time
        return
    if challenge is not None:
        _challenge(session, challenge)
    elif mechanism.account and session.call("admit", (mechanism.account,)):
        session.sasl = None
        session.numeric("903", "SASL authentication successful")
    else:
        _fail(session)


def _challenge(session: IrcSession, challenge: bytes) -> None:
    """Send a challenge in pieces; what fills the last of them is followed by an empty one."""
    text = b64encode(challenge).decode()
    for start in range(0, len(text), PIECE):
        session.line("AUTHENTICATE", text[start : start + PIECE])
    if len(text) % PIECE == 0:
        session.line("AUTHENTICATE", "+")


def _fail(session: IrcSession, text: str = "SASL authentication failed") -> None:
    session.sasl = None
    session.numeric("904", text)
