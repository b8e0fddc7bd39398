"""The command line: what may be asked for, and what is meant when it is not.

Strategy: argparse checks form, this module checks sense, and both complain in a sentence and end with 2. Nothing here
imports what only a running client needs, so `--help` is instant.
"""

from __future__ import annotations

import argparse
import getpass
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chatroom import __version__
from chatroom.client import memory
from chatroom.core.names import Names, is_room
from chatroom.core.refusals import Refused

DEFAULT_HOST, DEFAULT_PORT, DEFAULT_ROOM = "localhost", 6666, "#lobby"
_DEFAULT_ADDRESS = f"{DEFAULT_HOST}:{DEFAULT_PORT}"
_NOT_IN_NICKS = frozenset(" ,*?!@#&:$")
_DESCRIPTION = "Chat in a terminal, with our server or any other that speaks IRC."
_EPILOG = """examples:
  chat-client                                  the room #lobby of the server on this machine
  chat-client chat.example.net --room tea      another server, the room #tea
  chat-client irc.example.net:6697 --tls       over TLS; the certificate is verified
  make 2>&1 | chat-client --pipe --room build  say each line of standard input, and leave
  chat-client --send "back at ten"             say that, and leave
  chat-client --tail --json | jq               follow the room: one line of JSON for each event

exit codes: 0 done, 1 failed, 2 wrong use.  A server's password is taken from CHATROOM_PASSWORD in the environment.
"""


@dataclass(frozen=True)
class Options:
    """What was asked for. `is_nick_given`: the nick was chosen, not guessed; `rooms`: more of them to go to."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    nick: str = "guest"
    is_nick_given: bool = False
    room: str = DEFAULT_ROOM
    tls: bool = False
    plain: bool = False
    pipe: bool = False
    json: bool = False
    tail: bool = False
    send: str | None = None
    last: int | None = None  # messages to be shown of what was said before; None: as many as suit the way of using it
    password: str = ""
    rooms: tuple[str, ...] = ()
    account: str = ""
    account_password: str = ""
    fingerprint: str = ""  # SHA-256 of the one certificate the server may show
    settings: dict[str, Any] = field(default_factory=dict)  # of the screen, see memory.SETTINGS

    @property
    def says(self) -> bool:
        """Whether the client is to say something, and end."""
        return self.pipe or self.send is not None

    @property
    def listens(self) -> bool:
        """Whether the client is to listen only."""
        return self.tail or (self.json and not self.says)

    @property
    def address(self) -> str:
        """Host and port as they are typed."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse(arguments: Sequence[str] | None = None) -> Options:
    """The options of a command line (this process's, if none is given). A wrong one ends the process with 2."""
    parser = _parser()
    words = parser.parse_args(arguments)
    try:
        _check_together(words)
        settings = memory.settings(memory.settings_path())
        profile = _profile(settings, words.address)
        host, port = parse_address(profile.get("server", words.address or _DEFAULT_ADDRESS))
        kept = memory.recall(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        is_script = words.pipe or words.tail or words.json or words.send is not None
        if is_script:
            kept.nick, kept.rooms = "", []  # a script does the same every time
        rooms = [room_name(room) for room in _rooms(words.room, profile, kept)][: 1 if is_script else None]
        chosen = words.nick if words.nick is not None else profile.get("nick") or kept.nick
        nick = checked_nick(chosen) if chosen or words.nick is not None else login_nick()
    except ValueError as problem:
        parser.error(str(problem))
    password = os.environ.get("CHATROOM_PASSWORD", "")
    flags = {name: getattr(words, name) for name in ("plain", "pipe", "json", "tail", "send", "last")}
    facts = {
        "tls": words.tls or profile.get("tls", False),
        "rooms": tuple(rooms[1:]),
        "account": words.account or profile.get("account", ""),
        "fingerprint": profile.get("fingerprint", "") or kept.fingerprint,
        "settings": {name: value for name, value in settings.items() if name != "profiles"},
    }
    return Options(host, port, nick, bool(chosen), rooms[0], password=password, **flags, **facts)


def _check_together(words: argparse.Namespace) -> None:
    """Raise ValueError, with a sentence, for options that make no sense together."""
    if words.json and words.plain:
        raise ValueError("--json and --plain are two forms of one output; choose one.")
    if words.send is not None and (words.pipe or words.tail):
        raise ValueError("--send says one text: it goes with neither --pipe nor --tail.")
    if words.tail and words.pipe:
        raise ValueError("--tail listens and --pipe speaks; choose one.")
    if words.send is not None and not words.send.strip():
        raise ValueError("--send has nothing to say.")


def _profile(settings: dict[str, Any], name: str | None) -> dict[str, Any]:
    """The profile that was named, or the default one where no server was."""
    profiles: dict[str, dict[str, Any]] = settings.get("profiles", {})
    return profiles.get(name or settings.get("default", ""), {})


def _rooms(given: str | None, profile: dict[str, Any], kept: memory.Server) -> list[str]:
    usual = [str(room) for room in profile.get("rooms", [])] or kept.rooms
    return [given, *usual] if given is not None else usual or [DEFAULT_ROOM]


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "chat-client", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=raw, allow_abbrev=False
    )
    add = parser.add_argument
    where = f"{DEFAULT_HOST}:{DEFAULT_PORT}"
    add("address", metavar="HOST[:PORT]", nargs="?", help=f"the server (default {where}), or the name of a profile")
    add("--nick", metavar="N", help="the name to be known by (default: your login name)")
    add(
        "--room",
        metavar="R",
        help=f"the room to go to (default {DEFAULT_ROOM}); # may be left out",
    )
    add("--account", metavar="A", help="log in to this account; the password is asked for, or found (docs/client.md)")
    add("--tls", action="store_true", help="encrypt, and verify the server's certificate")
    add("--plain", action="store_true", help="one line for each event: no colour, no redrawing; for screen readers")
    add("--pipe", action="store_true", help="say what standard input holds, a message a line, and leave")
    add("--send", metavar="TEXT", help="say TEXT, and leave; 0 when the server has it")
    add("--tail", action="store_true", help="only listen: a line for each event, until interrupted")
    add("--last", metavar="N", type=_count, help="begin with the last N messages (20 in a chat, none with --tail)")
    add("--json", action="store_true", help="write each event as a line of JSON; without --pipe, only listen")
    add("--version", action="version", version=f"chat-client {__version__}")
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of messages.")
    return int(text)


def parse_address(text: str) -> tuple[str, int]:
    """`host`, `host:port`, `[::1]:port` or a bare IPv6 address as host and port. Raises ValueError with a sentence."""
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        if not closed or (port and not port.startswith(":")):
            raise ValueError(f"'{text}' is no address. An IPv6 address with a port looks like [::1]:6666.")
        port = port[1:] if port else str(DEFAULT_PORT)
    elif text.count(":") > 1:
        host, port = text, str(DEFAULT_PORT)
    else:
        host, colon, port = text.partition(":")
        port = port if colon else str(DEFAULT_PORT)
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(
            f"'{port}' is no port. A port is a number from 1 to 65535, as in {DEFAULT_HOST}:{DEFAULT_PORT}."
        )
    if not host or any(character.isspace() for character in host):
        raise ValueError(f"'{text}' names no host. Try {DEFAULT_HOST}:{DEFAULT_PORT}.")
    return host, int(port)


def room_name(text: str) -> str:
    """`text` as the name of a room: # is put before it when it is missing (a shell would need it quoted)."""
    room = text if is_room(text) or text.startswith("&") else f"#{text}"
    try:
        Names().check_room(f"#{room[1:]}")
    except Refused as refused:
        raise ValueError(refused.sentence) from None
    return room


def checked_nick(nick: str) -> str:
    """`nick`, if any server could have it; which letters are allowed beyond that is the server's to say."""
    if not nick or not nick.isprintable() or _NOT_IN_NICKS & set(nick):
        raise ValueError(
            f"'{nick}' can't be a nick: letters, digits and - _ [ ] {{ }} \\ | ^ ` make one. Try --nick ada"
        )
    return nick


def login_nick() -> str:
    """The login name made into a nick."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in many containers
        return "guest"
    return valid_nick(unicodedata.normalize("NFKD", name))


def valid_nick(name: str) -> str:
    """`name` made into a nick that every server takes (RFC 1459: ASCII, a letter first)."""
    letters = name.encode("ascii", "ignore").decode()
    nick = "".join(c if c.isalnum() or c in "_-[]{}\\|^`" else "_" for c in letters)
    if not nick.strip("_"):
        return "guest"
    return f"_{nick}" if nick[0].isdecimal() or nick[0] == "-" else nick
