"""Lines out of bytes: the same whatever the packets."""

from __future__ import annotations

import pytest
from feeding import FEEDINGS, as_bytes, corpus
from hypothesis import given
from hypothesis import strategies as st

from chatroom.wire.lines import ENDLESS, TOO_LONG, LineReader, TooLong

CASES = corpus("lines")["case"]


def lines_of(reader: LineReader, packets) -> list[bytes | TooLong]:
    return [line for packet in packets for line in reader.receive_data(packet)]


def expected(case) -> list[bytes | TooLong]:
    return [TOO_LONG if line == "TOO_LONG" else as_bytes(line) for line in case["lines"]]


@pytest.mark.parametrize("feed", FEEDINGS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_lines(case, feed) -> None:
    reader = LineReader(case.get("limit", 512))
    assert lines_of(reader, feed(as_bytes(case["bytes"]))) == expected(case)
    assert reader.waiting == 0


@pytest.mark.parametrize("feed", FEEDINGS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_lines_with_more_behind(case, feed) -> None:
    reader = LineReader(case.get("limit", 512))
    assert lines_of(reader, feed(as_bytes(case["bytes"]) + b"tai")) == expected(case)
    assert reader.waiting == 3
    assert reader.receive_data(b"l\n") == [b"tail"]


def test_a_line_without_end_is_not_kept() -> None:
    reader = LineReader(100)
    reported = lines_of(reader, [b"x" * 60] * 1000)
    assert reported == [TOO_LONG]
    assert reader.waiting == 0
    assert reader.receive_data(b"\nnext\n") == [b"next"]


@given(packets=st.lists(st.binary(max_size=40)), limit=st.integers(0, 20))
def test_packets_make_no_difference(packets: list[bytes], limit: int) -> None:
    whole, pieces = LineReader(limit), LineReader(limit)
    assert lines_of(whole, [b"".join(packets) + b"\n"]) == lines_of(pieces, [*packets, b"\n"])


@given(data=st.binary(max_size=300), limit=st.integers(0, 20))
def test_lines_are_within_the_limit_and_hold_no_end(data: bytes, limit: int) -> None:
    reader = LineReader(limit)
    for line in reader.receive_data(data):
        assert isinstance(line, TooLong) or (len(line) <= limit and b"\n" not in line)
    assert reader.waiting <= limit + 1


@pytest.mark.parametrize("feed", FEEDINGS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_one_that_goes_on_and_on_is_reported_again(feed, end: bytes) -> None:
    for length, reported in ((20, [TOO_LONG]), (50, [TOO_LONG, ENDLESS]), (1000, [TOO_LONG, ENDLESS])):
        reader = LineReader(10, patience=40)
        assert lines_of(reader, feed(b"x" * length + end + b"next" + end)) == [*reported, b"next"]
