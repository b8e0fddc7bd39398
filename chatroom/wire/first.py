"""What the first bytes of a connection say about who is there.

Strategy: one port serves everybody, so the first bytes decide. TLS and a proxy's header are wrappings: who is inside is
asked anew. Programs that came to the wrong door (a browser, an SSH client) are recognised by the bytes their protocols
must begin with, and get one answer in their own language. Anything else is a person.
"""

from __future__ import annotations

import re
from enum import Enum

from chatroom.wire import proxy

TLS = b"\x16\x03"  # how a handshake's first record begins (RFC 8446 section 5.1)
_HTTP = (
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"TRACE ",
    b"CONNECT ",
    b"PRI * HTTP/",
)
# What programs send first, or may send before they are let in, as they write it; nobody types a name like that.
_IRC_VERBS = frozenset(
    b"CAP NICK USER PASS QUIT PING PONG AUTHENTICATE REGISTER VERIFY JOIN PART PRIVMSG NOTICE MODE WHO WHOIS LIST NAMES"
    b" TOPIC OPER ERROR WEBIRC STARTTLS SERVER MOTD VERSION LUSERS INFO TIME ADMIN LINKS AWAY ISON USERHOST HELP"
    b" TAGMSG".split()
)
# Case has no meaning in a verb of IRC, but these are words people use: they count with what a program adds to them.
_IRC_IN_ANY_CASE = re.compile(rb"cap +(?:ls|list|req|end)\b|user(?: +[^ :]\S*){3} +\S|pass +\S+ *$", re.IGNORECASE)
_PREFIX = re.compile(rb"(?:@\S+ +)?(?::\S+ +)?")  # tags and source (RFC 1459 section 2.3.1, IRCv3 message-tags)


class Guest(Enum):
    """Who seems to be there."""

    PERSON = "person"
    IRC = "irc"
    HTTP = "http"
    SSH = "ssh"
    TLS = "tls"


def wrong_door(data: bytes) -> Guest | None:
    """The foreign protocol `data` (the first bytes, a line or less) begins, if it does."""
    if data.startswith(TLS):
        return Guest.TLS
    if data.startswith(b"SSH-"):
        return Guest.SSH
    return Guest.HTTP if data.startswith(_HTTP) else None


def is_proxied(data: bytes) -> bool:
    """Whether `data` begins as the header of a proxy does."""
    return data.startswith((proxy.V1, proxy.V2))


def is_undecided(data: bytes) -> bool:
    """Whether `data` may yet turn out to be TLS or a proxy's header: more bytes must tell."""
    return any(len(data) < len(start) and start.startswith(data) for start in (TLS, proxy.V1, proxy.V2))


def speaker(line: bytes) -> Guest:
    """Whether the first whole line was sent by an IRC program or typed by a person."""
    prefix = _PREFIX.match(line)
    line = line[prefix.end() :] if prefix else line
    verb = line.partition(b" ")[0].rstrip(b"\r")
    return Guest.IRC if verb in _IRC_VERBS or _IRC_IN_ANY_CASE.match(line) else Guest.PERSON
