"""Telnet's commands leave the text alone, whatever the packets."""

from __future__ import annotations

import pytest
from feeding import FEEDINGS, as_bytes, corpus
from hypothesis import given
from hypothesis import strategies as st

from chatroom.wire.telnet import IAC, Telnet

CASES = corpus("telnet")["case"]


@pytest.mark.parametrize("tail", [b"", b"\r\nmore\r\n"], ids=["alone", "with more behind"])
@pytest.mark.parametrize("feed", FEEDINGS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_telnet(case, feed, tail: bytes) -> None:
    telnet = Telnet()
    text = b"".join(telnet.receive_data(packet) for packet in feed(as_bytes(case["bytes"]) + tail))
    assert text == as_bytes(case["text"]) + tail
    assert telnet.data_to_send() == as_bytes(case["answers"])
    assert telnet.data_to_send() == b""


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_any_bytes_end_in_text_without_telnet(packets: list[bytes]) -> None:
    telnet = Telnet()
    text = b"".join(telnet.receive_data(packet) for packet in packets)
    assert IAC not in text
    assert len(telnet.data_to_send()) <= sum(map(len, packets))


@given(st.lists(st.binary(max_size=600), max_size=8))
def test_what_is_held_is_bounded(packets: list[bytes]) -> None:
    telnet = Telnet()
    for packet in [bytes((IAC, 250)), *packets]:
        telnet.receive_data(packet)
        assert len(telnet._held) <= 512


@given(st.text(), st.integers(1, 7))
def test_text_passes_unharmed(text: str, size: int) -> None:
    data, telnet = text.encode(), Telnet()
    assert b"".join(telnet.receive_data(data[i : i + size]) for i in range(0, len(data), size)) == data
