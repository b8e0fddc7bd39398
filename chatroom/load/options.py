"""The command line of chat-load, checked as a whole before anything is started.

Strategy: argparse for words and types, then one list of rules, each with the sentence that says what to type instead.
"""

from __future__ import annotations

import argparse
import resource
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chatroom import __version__
from chatroom.load.attack.attacks import ATTACKS
from chatroom.load.marks import LONGEST_MARK, LONGEST_TEXT
from chatroom.load.plan import MAX_CLIENTS, Setup, base36, is_loopback, loopback_sources

DEFAULT_PORT = 6666
_SPARE_DESCRIPTORS = 64  # for pipes, libraries and the event loop
_MOST_PROCESSES = 64
MOST_HOSTILE = 5000  # connections of an attack
LONGEST_ATTACK = 600  # seconds
_MOST_BY_ONE = 10_000_000  # the digits a mark has for a sender's messages
_EPILOG = """\
exit status: 0 every message reached every other member of its room, once and in order; 1 something was lost, doubled,
out of order or stray, or a client could not connect or was cut off; 2 wrong use.
Ctrl-C ends the talking and prints the table; a second one also stops waiting for what is on its way."""


@dataclass(frozen=True)
class Options:
    """What was asked for. `messages` is how many will be sent; `json` a path, "-" for standard output, or None.

    `attack` is the name of an attack, "" for the load test; `setup.clients` are its connections then.
    """

    host: str
    setup: Setup
    messages: int
    talkers: int
    rate: float
    seconds: float
    text_bytes: int
    json: str | None
    attack: str = ""


def parse(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line. On wrong use says what to type and raises SystemExit(2)."""
    parser = _parser()
    given = parser.parse_args(arguments)
    for wrong, advice in _rules(given):
        if wrong:
            parser.error(advice)
    host, port = _host_and_port(parser, given.target)
    address = _numeric(parser, host, port)
    if not is_loopback(address) and not given.allow_remote:
        parser.error(
            f"{host} is another machine. A load test can overwhelm it: with the consent of whoever runs it,"
            " add --allow-remote"
        )
    _check_descriptors(parser, given)
    return _options(given, host, address, port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chat-load",
        description="Load any IRC server with many clients, and judge from the receivers' side what arrived.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("target", nargs="?", default="127.0.0.1", metavar="HOST[:PORT]", help=f"default 127.0.0.1:{DEFAULT_PORT}")
    add("--attack", default="", metavar="NAME", help=f"attack instead, while two people chat: {', '.join(ATTACKS)}")
    add("--clients", type=int, default=100, metavar="N", help="connections, also an attack's (default 100)")
    add("--rooms", type=int, default=1, metavar="R", help="rooms they spread over (default 1)")
    add("--rate", type=float, default=50.0, metavar="M", help="messages a second over all (default 50)")
    add("--seconds", type=float, default=10.0, metavar="S", help="how long to talk (default 10)")
    add("--senders", type=int, default=100, metavar="N", help="members of each room who talk (default 100)")
    add("--text-bytes", type=int, default=80, metavar="N", help="length of a message's text (default 80)")
    add("--processes", type=int, default=1, metavar="N", help="processes the clients spread over (default 1)")
    add("--sources", type=int, metavar="N", help="loopback addresses to connect from (default: one for 50 clients)")
    add("--password", default="", metavar="WORD", help="the server's password (PASS)")
    add("--timeout", type=float, default=120.0, metavar="S", help="longest time for all to come in (default 120)")
    add("--drain", type=float, default=5.0, metavar="S", help="silence after which the rest is lost (default 5)")
    add("--json", metavar="FILE", help="write all figures as JSON; - for standard output")
    add("--allow-remote", action="store_true", help="let the target be another machine")
    add("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def _rules(given: argparse.Namespace) -> list[tuple[bool, str]]:
    """(broken, what to type instead) for each rule about numbers."""
    most = min(given.clients, max(1, given.rooms) * max(1, given.senders))
    return [
        (
            given.attack not in ("", *ATTACKS),
            f"there is no attack {given.attack!r}; there are {', '.join(ATTACKS)}",
        ),
        (given.attack != "" and given.clients > MOST_HOSTILE, f"--clients of an attack must be at most {MOST_HOSTILE}"),
        (given.attack != "" and given.seconds > LONGEST_ATTACK, f"--seconds of an attack: at most {LONGEST_ATTACK}"),
        (given.rooms < 1, "--rooms must be at least 1"),
        (given.clients > MAX_CLIENTS, f"--clients must be at most {MAX_CLIENTS}"),
        (
            given.clients < 2 * given.rooms,
            f"--clients {given.clients} leaves rooms without a listener: at least two to a room, so type"
            f" --clients {2 * given.rooms} or more for --rooms {given.rooms}",
        ),
        (not 0 < given.rate < 1e9, "--rate must be a number of messages a second above 0"),
        (not 0 < given.seconds < 1e6, "--seconds must be above 0"),
        (given.senders < 1, "--senders must be at least 1"),
        (
            not LONGEST_MARK <= given.text_bytes <= LONGEST_TEXT,
            f"--text-bytes must be {LONGEST_MARK} to {LONGEST_TEXT}: room for the mark, within a line of IRC",
        ),
        (
            not 1 <= given.processes <= min(_MOST_PROCESSES, max(1, given.clients)),
            f"--processes must be 1 to {_MOST_PROCESSES}, and no more than there are clients",
        ),
        (given.sources is not None and not 0 <= given.sources <= 60_000, "--sources must be 0 to 60000"),
        (not 0 < given.timeout < 1e6, "--timeout must be above 0"),
        (not 0 < given.drain < 1e6, "--drain must be above 0"),
        (
            given.rate * given.seconds > _MOST_BY_ONE * max(1, most),
            "--rate times --seconds is too much for the senders",
        ),
        (any(c in given.password for c in "\r\n\0 "), "--password must be one word"),
        (given.json not in (None, "-") and not _writable(given.json), f"--json: {given.json} cannot be written"),
    ]


def _writable(path: str) -> bool:
    try:
        with Path(path).open("a"):
            return True
    except OSError:
        return False


def _host_and_port(parser: argparse.ArgumentParser, target: str) -> tuple[str, int]:
    """HOST, HOST:PORT, [IPV6]:PORT or a bare IPv6 address."""
    if target.startswith("["):
        host, _, rest = target[1:].partition("]")
        port = rest.removeprefix(":")
    elif target.count(":") > 1:
        host, port = target, ""
    else:
        host, _, port = target.partition(":")
    if not host or not (port or str(DEFAULT_PORT)).isdecimal() or not 0 < int(port or DEFAULT_PORT) < 65536:
        parser.error(f"{target!r} is no HOST[:PORT]; for example 127.0.0.1:{DEFAULT_PORT} or [::1]:{DEFAULT_PORT}")
    return host, int(port or DEFAULT_PORT)


def _numeric(parser: argparse.ArgumentParser, host: str, port: int) -> str:
    """The first address of `host`, IPv4 before IPv6: only that has several loopback addresses to connect from."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        parser.error(
            f"no address found for {host}: {error.strerror or error}. Check the name, or type a numeric address"
        )
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return str(found[0][4][0])


def raise_descriptor_limit() -> int:
    """Allow this process and those it starts all the descriptors they may have; how many that is."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def _check_descriptors(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    hard = raise_descriptor_limit()
    needed = -(-given.clients // given.processes) + _SPARE_DESCRIPTORS
    if hard != resource.RLIM_INFINITY and needed > hard:
        processes = -(-given.clients // max(1, hard - _SPARE_DESCRIPTORS))
        parser.error(
            f"{given.clients} clients in {given.processes} process(es) need {needed} file descriptors each,"
            f" and {hard} are allowed: type --processes {processes}, or raise the limit (ulimit -Hn)"
        )


def _options(given: argparse.Namespace, host: str, address: str, port: int) -> Options:
    sources = loopback_sources(address, given.clients) if given.sources is None else given.sources
    setup = Setup(
        address=address,
        port=port,
        clients=given.clients,
        rooms=given.rooms,
        run=base36(secrets.randbelow(36**4), 4),
        processes=given.processes,
        sources=sources,
        password=given.password,
        timeout=given.timeout,
        drain=given.drain,
    )
    return Options(
        host=host,
        setup=setup,
        messages=max(1, round(given.rate * given.seconds)),
        talkers=min(given.clients, given.rooms * given.senders),
        rate=given.rate,
        seconds=given.seconds,
        text_bytes=given.text_bytes,
        json=given.json,
        attack=given.attack,
    )
