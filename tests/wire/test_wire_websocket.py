"""IRC over WebSocket, without a socket: another implementation's client on the other side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from chatroom.wire.irc import MAX_LINE, MAX_RECEIVED
from chatroom.wire.lines import TOO_LONG, LineReader
from chatroom.wire.websocket import MAX_HEAD, MAX_MESSAGE, TEXT, WebSocket

REQUEST = (
    b"GET /chat HTTP/1.1\r\nHost: chat.example.net\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


class Browser:
    """The client of a connection, and the server's side of it."""

    def __init__(self, *subprotocols: str) -> None:
        self.server = WebSocket()
        self.client = ClientProtocol(parse_uri("ws://chat.example.net/"), subprotocols=list(subprotocols) or None)
        self.client.send_request(self.client.connect())
        self.lines = self.passes()
        self.frames: list[Frame] = []
        self.hears()

    def passes(self) -> bytes:
        """What the client has sent reaches the server; the lines in it."""
        return self.server.receive_data(b"".join(self.client.data_to_send()))

    def hears(self, data: bytes = b"") -> list[tuple[Opcode, bytes]]:
        """What the server sent reaches the client."""
        self.client.receive_data(self.server.data_to_send() + data)
        frames = [event for event in self.client.events_received() if not isinstance(event, Response)]
        return [(frame.opcode, bytes(frame.data)) for frame in frames if isinstance(frame, Frame)]


@pytest.fixture
def browser() -> Browser:
    return Browser("text.ircv3.net")


# ---- the opening


@pytest.mark.parametrize(
    ("offered", "chosen", "opcode"),
    [
        ((), None, Opcode.TEXT),
        (("text.ircv3.net",), "text.ircv3.net", Opcode.TEXT),
        (("binary.ircv3.net",), "binary.ircv3.net", Opcode.BINARY),
        (("binary.ircv3.net", "text.ircv3.net"), "binary.ircv3.net", Opcode.BINARY),
        (("text.ircv3.net", "binary.ircv3.net"), "text.ircv3.net", Opcode.TEXT),
        (("chat", "v9.ircv3.net", "binary.ircv3.net"), "binary.ircv3.net", Opcode.BINARY),
        (("chat",), None, Opcode.TEXT),
    ],
)
def test_the_first_subprotocol_that_is_known_counts(offered, chosen, opcode) -> None:
    browser = Browser(*offered)
    assert browser.server.is_open
    assert browser.client.subprotocol == chosen
    assert browser.hears(browser.server.wrapped(b"PING x\r\n")) == [(opcode, b"PING x")]


@pytest.mark.parametrize("origin", [b"", b"Origin: https://example.org\r\n", b"Origin: null\r\n"])
def test_the_opening_byte_by_byte_from_anywhere(origin: bytes) -> None:
    server = WebSocket()
    for byte in REQUEST + origin + b"\r\n":
        assert not server.is_open
        assert server.receive_data(bytes([byte])) == b""
    assert server.is_open
    response = server.data_to_send()
    assert response.startswith(b"HTTP/1.1 101 ")
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in response  # the example of RFC 6455
    assert b"Extensions" not in response


def test_no_compression() -> None:
    server = WebSocket()
    server.receive_data(REQUEST + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
    assert b"Extensions" not in server.data_to_send()


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"426 ", b"this port speaks WebSocket only"),
        (b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", b"405 ", b"POST"),
        (b"GET / HTTP/1.0\r\nHost: x\r\n\r\n", b"505 ", b"HTTP/1.0"),
        (REQUEST.replace(b"Version: 13", b"Version: 8") + b"\r\n", b"400 ", b"Version"),
        (REQUEST.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"x") + b"\r\n", b"400 ", b"Key"),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n", b"414 ", b"8192"),
        (b"GET / HTTP/1.1\r\nCookie: " + b"x" * 9000 + b"\r\n", b"431 ", b"8192"),
        (b"GET / HTTP/1.1\r\n" + b"Cookie: a\r\n" * 200 + b"\r\n", b"431 ", b"128"),
        (b"GET / HTTP/1.1\r\n" + (b"Cookie: " + b"x" * 8000 + b"\r\n") * 3, b"431 ", b"16384"),
    ],
)
def test_what_is_no_opening_is_answered_in_http(request_: bytes, status: bytes, words: bytes) -> None:
    server = WebSocket()
    for start in range(0, len(request_), 5000):
        assert server.receive_data(request_[start : start + 5000]) == b""
    assert (server.is_open, server.is_closed, bool(server.trouble)) == (False, True, True)
    answer = server.data_to_send()
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert words in answer
    assert server.wrapped(b"PING x\r\n") == b""
    server.finish()
    assert server.data_to_send() == b""


def test_an_upgrade_is_named_where_one_is_needed() -> None:
    server = WebSocket()
    server.receive_data(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"\r\nUpgrade: websocket\r\n" in server.data_to_send()


def test_the_head_has_a_limit_as_a_whole() -> None:
    server, sent = WebSocket(), 0
    server.receive_data(b"GET / HTTP/1.1\r\n")
    while not server.is_closed:
        server.receive_data(b"X: " + b"y" * 800 + b"\r\n")
        sent += 805
    assert MAX_HEAD - 805 <= sent <= MAX_HEAD + 805


@pytest.mark.parametrize("line", [b"NICK bob\r\n", b"\xff\xff\n", b"CAP LS 302\r\nNICK bob\r\n"])
def test_an_irc_program_is_told_where_it_is(line: bytes) -> None:
    server = WebSocket()
    assert server.receive_data(line) == b""
    assert server.is_closed
    assert server.data_to_send().startswith(b"ERROR :This port speaks WebSocket only.")


def test_an_opening_that_does_not_end_is_told_so() -> None:
    server = WebSocket()
    server.receive_data(REQUEST)
    server.finish()
    assert server.data_to_send().startswith(b"HTTP/1.1 408 ")


# ---- messages to lines


def test_each_message_is_a_line(browser: Browser) -> None:
    browser.client.send_text(b"NICK bob")
    browser.client.send_text("PRIVMSG #tea :grün".encode())
    browser.client.send_binary(b"PRIVMSG #tea :\xff")
    assert browser.passes() == "NICK bob\nPRIVMSG #tea :grün\n".encode() + b"PRIVMSG #tea :\xff\n"


def test_the_end_of_a_line_in_a_message_does_no_harm(browser: Browser) -> None:
    browser.client.send_text(b"NICK bob\r\n")
    browser.client.send_text(b"PING a\r\nPING b")
    lines = LineReader(100).receive_data(browser.passes())
    assert [line for line in lines if line] == [b"NICK bob", b"PING a", b"PING b"]


def test_a_message_in_parts_with_a_ping_between(browser: Browser) -> None:
    text = "PRIVMSG #tea :grün".encode()
    cut = text.index(b"\xc3") + 1
    browser.client.send_text(text[:cut], fin=False)
    browser.client.send_ping(b"there?")
    browser.client.send_continuation(b"", fin=False)
    browser.client.send_continuation(text[cut:], fin=True)
    assert [line for line in browser.passes().split(b"\n") if line] == [text]
    assert browser.hears() == [(Opcode.PONG, b"there?")]


def test_what_is_no_message_counts_as_an_empty_line(browser: Browser) -> None:
    for _ in range(5):
        browser.client.send_ping(b"")
        browser.client.send_pong(b"")
    assert browser.passes() == b"\n" * 10


def test_a_line_that_is_too_long_is_no_message_that_is_too_long(browser: Browser) -> None:
    browser.client.send_text(b"x" * (MAX_RECEIVED + 1))
    browser.client.send_text(b"x" * MAX_MESSAGE)
    browser.client.send_text(b"PING x")
    assert LineReader(MAX_RECEIVED).receive_data(browser.passes()) == [TOO_LONG, TOO_LONG, b"PING x"]
    assert MAX_MESSAGE > MAX_RECEIVED > MAX_LINE


# ---- lines to messages


def test_lines_go_without_their_ends(browser: Browser) -> None:
    data = browser.server.wrapped(b"PING a\r\nPING b\n\r\n" + b"x" * 200 + b"\r\n" + b"y" * 70_000 + b"\r\nrest")
    expected = [b"PING a", b"PING b", b"x" * 200, b"y" * 70_000, b"rest"]
    assert browser.hears(data) == [(Opcode.TEXT, line) for line in expected]


def test_what_goes_to_many_is_framed_once() -> None:
    one, other = Browser(), Browser()
    line = b"PRIVMSG #tea :hi\r\n"
    assert one.server.wrapped(line) is other.server.wrapped(line)
    assert TEXT.frames(b"PING b\r\n") != TEXT.frames(b"PING a\r\n")


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1), max_size=20))
def test_any_lines_arrive(lines: list[str]) -> None:
    browser = Browser("binary.ircv3.net")
    data = browser.server.wrapped("".join(f"{line}\r\n" for line in lines).encode())
    assert [text.decode() for _, text in browser.hears(data)] == lines
    for line in lines:
        browser.client.send_text(line.encode())
    assert browser.passes().decode() == "".join(f"{line}\n" for line in lines)


# ---- the end


def test_a_goodbye_is_returned(browser: Browser) -> None:
    browser.client.send_text(b"QUIT")
    browser.client.send_close(1001, "off")
    assert browser.passes() == b"QUIT\n"
    assert (browser.server.is_closed, browser.server.trouble) == (True, "")
    assert browser.hears() == [(Opcode.CLOSE, b"\x03\xe9off")]
    browser.server.finish()
    assert browser.server.data_to_send() == b""


def test_our_goodbye(browser: Browser) -> None:
    browser.server.finish()
    browser.server.finish()
    assert browser.hears() == [(Opcode.CLOSE, b"\x03\xe8")]
    browser.passes()
    assert browser.server.is_closed


@pytest.mark.parametrize(
    ("send", "code"),
    [
        (lambda client: client.send_text(b"\xff"), 1007),
        (lambda client: (client.send_text(b"\xc3", fin=False), client.send_continuation(b"(", fin=True)), 1007),
        (lambda client: client.send_text(b"x" * (MAX_MESSAGE + 1)), 1009),
        (lambda client: client.send_text(b"x" * 9000), None),
        (lambda client: client.writes.append(Frame(Opcode.TEXT, b"NICK bob").serialize(mask=False)), 1002),
        (lambda client: client.writes.append(b"\xf1\x80abcd"), 1002),
    ],
    ids=["no UTF-8", "no UTF-8 in parts", "too long", "fine", "not masked", "reserved bits"],
)
def test_close_codes(browser: Browser, send, code: int | None) -> None:
    browser.client.send_text(b"PING before")
    send(browser.client)
    browser.client.send_text(b"PING after")
    lines = browser.passes()
    assert lines.startswith(b"PING before\n")
    assert (b"PING after" in lines) == (code is None)
    assert browser.server.is_closed == bool(browser.server.trouble) == (code is not None)
    closes = [int.from_bytes(data[:2], "big") for opcode, data in browser.hears() if opcode is Opcode.CLOSE]
    assert closes == [code] * (code is not None)


def test_parts_that_grow_too_long(browser: Browser) -> None:
    browser.client.send_text(b"x" * 9000, fin=False)
    browser.client.send_continuation(b"x" * 9000, fin=False)
    browser.client.send_continuation(b"x" * 9000, fin=False)
    browser.passes()
    assert browser.hears()[-1][1][:2] == (1009).to_bytes(2, "big")


@given(st.binary(max_size=200))
def test_any_bytes_after_the_opening_end_in_lines_or_in_a_goodbye(noise: bytes) -> None:
    browser = Browser()
    lines = browser.server.receive_data(noise)
    assert lines == b"" or lines.endswith(b"\n")
    assert browser.server.receive_data(b"") == b""
    browser.server.data_to_send()
