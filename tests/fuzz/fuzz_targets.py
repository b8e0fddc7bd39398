"""What is fuzzed: for each parser, and for whole sessions, a function of bytes that fails when something is wrong.

Strategy: every target takes any bytes at all and cuts them into packets itself, so one corpus format and one way of
making new inputs serve all. A parser may refuse, in the way it says it does; it may never raise anything else, hold
more than it is bounded to, or give another answer for the same bytes in other packets.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from inside import StillHouse, Visitor
from test_properties import check, check_irc, check_log, check_plain, nothing_goes_wrong

from chatroom.commands.history import _shown_time
from chatroom.core.modes import full_mask, is_match, list_mask
from chatroom.core.spans import span_of
from chatroom.dialects.irc.caps import CAPABILITIES
from chatroom.server.config import ConfigError, load
from chatroom.wire import http, irc, proxy
from chatroom.wire.first import is_proxied, is_undecided, speaker, wrong_door
from chatroom.wire.lines import LineReader
from chatroom.wire.telnet import IAC, Telnet
from chatroom.wire.websocket import WebSocket

Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {}
LIMIT, PATIENCE = 50, 120  # bytes, of the lines in these tests
NO_LIMITS = {"limits": {"rate": 0, "connections_per_address": 0}}


def target(function: Target) -> Target:
    """Have the decorated function fuzzed under its own name."""
    TARGETS[function.__name__] = function
    return function


def packets(data: bytes) -> Iterator[bytes]:
    """`data` in packets; its first byte says how long they are."""
    size = (data[0] % 40 + 1) if data else 1
    yield from (data[at : at + size] for at in range(1, len(data), size))


# ---- parsers


@target
def lines(data: bytes) -> None:
    reader, whole = LineReader(LIMIT, PATIENCE), LineReader(LIMIT, PATIENCE)
    pieces = []
    for packet in packets(data):
        pieces += reader.receive_data(packet)
        assert reader.waiting <= LIMIT + 1
    assert pieces == whole.receive_data(data[1:])
    assert all(not isinstance(line, bytes) or (len(line) <= LIMIT and b"\n" not in line) for line in pieces)


@target
def irc_lines(data: bytes) -> None:
    message = irc.parse(data.decode(errors="replace").replace("\n", "").replace("\r", "").replace("\0", ""))
    if message is None:
        return
    line = irc.format_line("X", *message.params)
    again = irc.parse(line)
    assert again is not None
    assert not set(line) & set("\r\n\0")
    assert irc.format_line("X", *again.params) == line, "what was written once is read back as itself"
    assert irc.parse(irc.format_tags(message.tags) + "X") is not None


@target
def telnet(data: bytes) -> None:
    parser = Telnet()
    for packet in packets(data):
        text = parser.receive_data(packet)
        assert bytes((IAC, IAC)) not in text
        assert len(parser._held) <= 512
        assert len(parser.data_to_send()) <= 3 * (len(packet) + 512)


@target
def proxy_headers(data: bytes) -> None:
    for start in (b"", proxy.V1, proxy.V2):
        whole = start + data
        if not is_proxied(whole):
            continue
        try:
            header = proxy.parse(whole)
        except proxy.BadHeader:
            continue
        assert header is not None or len(whole) < proxy.MAX_REST + 32
        assert header is None or header.size <= len(whole)


@target
def first_bytes(data: bytes) -> None:
    wrong_door(data)
    assert not (is_undecided(data) and len(data) > len(proxy.V2))
    speaker(data.partition(b"\n")[0])


@target
def websocket(data: bytes) -> None:
    opening = b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    opening += b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    for start in (b"", opening):
        layer = WebSocket()
        for packet in ([start] if start else []) + list(packets(data)):
            text = layer.receive_data(packet)
            assert text == b"" or text.endswith(b"\n")
            layer.data_to_send()
            if layer.is_closed:
                break
        layer.finish()


@target
def http_requests(data: bytes) -> None:
    for start in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
        connection = http.Conversation()
        if start:
            connection.receive_data(start)
        for packet in packets(data):
            connection.receive_data(packet)
            try:
                if connection.request() is None:
                    continue
            except http.BadRequest:
                break
            break  # it would be answered first


@target
def configuration(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chatroom.toml"
        path.write_bytes(data)
        try:
            load(path)
        except ConfigError as error:
            problems = error.problems
        else:
            return
        assert problems
        assert all(str(path) in problem for problem in problems)


@target
def durations(data: bytes) -> None:
    word = data.decode(errors="replace")
    span_of(word)
    _shown_time(word, datetime(2026, 11, 22, 12, tzinfo=UTC))


@target
def masks(data: bytes) -> None:
    mask, _, text = data.decode(errors="replace").partition("\n")
    for form in (mask[:120], full_mask(mask[:120]), list_mask(mask[:120])):
        is_match(form, text[:200])


# ---- whole sessions


def _house() -> tuple[tempfile.TemporaryDirectory[str], StillHouse]:
    folder = tempfile.TemporaryDirectory()
    return folder, StillHouse(Path(folder.name), NO_LIMITS)


@target
def sasl(data: bytes) -> None:
    folder, house = _house()
    with folder, nothing_goes_wrong():
        visitor = house.visitor("irc").says("CAP REQ :sasl", "NICK mallory", "USER m 0 * :M")
        for mechanism, packet in zip(["PLAIN", "SCRAM-SHA-256", "EXTERNAL"] * 3, packets(data), strict=False):
            answer = packet.replace(b"\n", b"").replace(b"\r", b"")
            visitor.says(f"AUTHENTICATE {mechanism}").sends(b"AUTHENTICATE " + answer + b"\r\n")
        check_irc(visitor.raw())
        check(house)
        house.history.close()


@target
def sessions(data: bytes) -> None:
    """Lines by four people, two of each dialect; the first byte of each line says by whom."""
    folder, house = _house()
    with folder, nothing_goes_wrong():
        people = [_come(house, number) for number in range(4)]
        hearers = house.plain("alice").says("/join #tea"), house.irc("bob", *CAPABILITIES).says("JOIN #lobby,#tea")
        for line in data.split(b"\n")[:60]:
            number = line[0] % 4 if line else 0
            house.time += 500
            if people[number].is_ended:
                check_form(number, people[number])
                people[number] = _come(house, number)
            people[number].sends(line[1:] + b"\n")
        check(house)
        check_plain(hearers[0].raw())
        check_irc(hearers[1].raw())
        for number, visitor in enumerate(people):
            check_form(number, visitor)
        check_log(house)
        house.history.close()


def _come(house: StillHouse, number: int) -> Visitor:
    if number % 2:
        return house.visitor("plain").says(f"p{number}", "/join #tea")
    visitor = house.visitor("irc").says(f"CAP REQ :{' '.join(CAPABILITIES)}") if number else house.visitor("irc")
    return visitor.says(f"NICK i{number}", f"USER i{number} 0 * :I", "CAP END", "JOIN #lobby,#tea")


def check_form(number: int, visitor: Visitor) -> None:
    """What somebody was told is well-formed in their dialect."""
    (check_plain if number % 2 else check_irc)(visitor.raw())
