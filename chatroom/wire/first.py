"""What the first bytes of a connection say about who is there.

Strategy: one port serves everybody, so the first line decides. Programs that came to the wrong door (a browser, an
SSH client, TLS) are recognised by the bytes their protocols must begin with, and get one answer in their own
language. Anything else is a person.
"""

from __future__ import annotations

from enum import Enum

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
# Words a person would hardly type first; in any case when a parameter follows, else only as a program writes them.
_IRC_OPENERS = (b"CAP", b"NICK", b"USER", b"PASS")
_IRC_OTHERS = frozenset(
    b"QUIT PING PONG AUTHENTICATE REGISTER VERIFY JOIN PART PRIVMSG NOTICE MODE WHO WHOIS LIST NAMES TOPIC OPER ERROR"
    b" WEBIRC STARTTLS SERVER MOTD VERSION LUSERS INFO TIME ADMIN LINKS AWAY ISON USERHOST HELP TAGMSG".split()
)


class Guest(Enum):
    """Who seems to be there."""

    PERSON = "person"
    IRC = "irc"
    HTTP = "http"
    SSH = "ssh"
    TLS = "tls"


def wrong_door(data: bytes) -> Guest | None:
    """The foreign protocol `data` (the first bytes, a line or less) begins, if it does."""
    if data.startswith(b"\x16\x03"):
        return Guest.TLS
    if data.startswith(b"SSH-"):
        return Guest.SSH
    return Guest.HTTP if data.startswith(_HTTP) else None


def speaker(line: bytes) -> Guest:
    """Whether the first whole line was sent by an IRC program or typed by a person."""
    if line.startswith((b"@", b":")):
        return Guest.IRC
    verb, _, rest = line.partition(b" ")
    opens = verb.upper() in _IRC_OPENERS and rest.strip() != b""
    return Guest.IRC if opens or verb in _IRC_OTHERS or verb in _IRC_OPENERS else Guest.PERSON
