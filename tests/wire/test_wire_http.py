from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.wire.http import MAX_BODY, BadRequest, Conversation, Response, in_json, plain


def conversation(data):
    made = Conversation()
    made.receive_data(data)
    return made


def test_a_request_comes_whole_however_it_is_cut():
    data = b"POST /hook/%23tea?x=1&y HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nX-Two: 2\r\nContent-Length: 5\r\n\r\nhello"
    made = Conversation()
    for place in range(len(data)):
        assert made.request() is None
        made.receive_data(data[place : place + 1])
    request = made.request()
    assert (request.method, request.path, request.query) == ("POST", "/hook/#tea", {"x": "1"})
    assert (request.headers["x-two"], request.body) == ("1, 2", b"hello")


def test_requests_in_a_row_are_answered_in_a_row():
    made = conversation(b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert made.request().path == "/1"
    assert made.request() is None
    answer = made.answer(plain(200, "one"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\none\n")
    assert made.request().path == "/2"
    answer = made.answer(plain(200, "two"))
    assert b"Content-Length: 4\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")
    assert made.is_idle


def test_the_end_is_known():
    made = conversation(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    made.request()
    made.answer(in_json(200, {}))
    assert made.is_over


def test_nothing_new_has_no_body():
    made = conversation(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    made.request()
    answer = made.answer(Response(304, (("ETag", '"x"'),)))
    assert answer == b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
    assert not made.is_over


@pytest.mark.parametrize("words", [b"GET /\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_request_gets_one_answer(words):
    made = conversation(words)
    with pytest.raises(BadRequest) as caught:
        made.request()
    assert made.last(caught.value.answer).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert made.last(caught.value.answer) == b""


def test_a_head_has_a_limit():
    with pytest.raises(BadRequest) as caught:
        conversation(b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000).request()
    assert caught.value.answer.status == 431


def test_a_body_has_a_limit():
    data = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
    made = conversation(data % MAX_BODY + b"x" * MAX_BODY)
    assert len(made.request().body) == MAX_BODY
    with pytest.raises(BadRequest) as caught:
        conversation(data % (MAX_BODY + 1) + b"x" * (MAX_BODY + 1)).request()
    assert caught.value.answer.status == 413


def test_who_waits_for_a_word_before_sending_more_gets_it():
    made = conversation(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert made.request() is None
    assert made.is_waited_for
    assert made.go_on() == b"HTTP/1.1 100 \r\n\r\n"
    assert not made.is_waited_for
    made.receive_data(b"hi")
    assert made.request().body == b"hi"


UPGRADE = (
    b"GET /irc HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    b"Sec-WebSocket-Key: eA==\r\n\r\n"
)


def test_the_wish_for_websocket_is_passed_on_with_what_follows():
    made = conversation(UPGRADE + b"frame")
    request = made.request()
    assert request.is_upgrade
    assert made.rest == b"frame"
    again = conversation(request.head())
    assert again.request() == request


@given(st.binary(max_size=400))
def test_any_bytes_are_a_request_or_refused(data):
    made = conversation(data)
    with suppress(BadRequest):
        made.request()
    assert made.last(plain(400, "x"))[:10] in (b"HTTP/1.1 4", b"")
