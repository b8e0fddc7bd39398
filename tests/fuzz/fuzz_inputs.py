"""Inputs for the targets: the corpus, pieces of it put together anew, and the words that each parser knows.

Strategy: hypothesis chooses, so that what fails is made small before it is shown. An input is a list of pieces: a whole
line of the corpus, a word, or a few bytes of anything.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import strategies as st

from chatroom.commands.table import TABLE
from chatroom.dialects.irc.verbs.table import VERBS

CORPUS = Path(__file__).parents[1] / "corpus" / "fuzz.toml"
_IRC = [f"{verb} " for verb in VERBS] + ["@label=1 ", "@a=b;+c=d ", ":x!y@z ", "#tea ", "i0 ", "p1 ", "alice ", ":"]
_PLAIN = [f"/{name} " for name in TABLE.names] + ["#tea ", "bob ", "//", "10m ", "1h ", "spam "]
_GET = "GET / HTTP/1.1\r\n"
_BROKEN = ["\r", "\0", "\x1b[31m", "\xff", "\xc3", "é", "\u202e", "x" * 500, "ö" * 300, " " * 30, "," * 60, "*" * 60]
WORDS: dict[str, list[str]] = {
    "lines": ["\n", "\r\n", "\r", "x" * 49, "x" * 51, "x" * 130],
    "irc_lines": ["@", ";", "=", "\\", " :", ":", " ", "a" * 20, *_IRC[:20]],
    "telnet": ["\xff", "\xfa", "\xf0", "\xfb\x01", "\xfd\x01", "\xff\xff", "x"],
    "proxy_headers": ["TCP4 ", "TCP6 ", "UNKNOWN", "1.2.3.4 ", "::1 ", " 1 2", "\r\n", "\x21\x11\x00\x0c", "\x20\x00"],
    "first_bytes": ["\x16\x03", "GET ", "SSH-", "PROXY ", "NICK ", "CAP LS", "\r\n\r\n\0\r\nQUIT\n", "@a ", ":b "],
    "websocket": [
        "\x81\x80",
        "\x89\x80\0\0\0\0",
        "\x01\x80\0\0\0\0",
        "\x88\x82",
        "\xfe",
        "GET / HTTP/1.1\r\n",
        "\r\n\r\n",
    ],
    "http_requests": [
        "GET / HTTP/1.1\r\n",
        "Host: x\r\n",
        "Content-Length: 5\r\n",
        "\r\n",
        "Transfer-Encoding: chunked\r\n",
    ],
    "configuration": [
        "[limits]\n",
        "[server]\n",
        "rate = ",
        "1",
        '"x"',
        "[[operators]]\n",
        "listen = ",
        "[",
        "]",
        "\n",
        "=",
    ],
    "durations": ["10", "m", "h", "d", "w", "s", "1h30m", "yesterday", "12:00", "2026-11-22", "T", "Z", "-", "9" * 30],
    "masks": ["*", "?", "!", "@", "a:", "m:", "*a" * 20, "a" * 30, "\n", "[", "\\", "(", "+"],
    "sasl": ["AGEAYg==", "+", "*", "A" * 400, "biwsbj1hLHI9Yg==", "=", "\0"],
    "sessions": [*(f"\n{who}" for who in range(4)), *_IRC, *_PLAIN, *_BROKEN],
}


def corpus(name: str) -> list[bytes]:
    """The inputs kept for a target; a character stands for the byte of its number."""
    return [text.encode("latin-1") for text in tomllib.loads(CORPUS.read_text(encoding="utf-8")).get(name, [])]


def inputs(name: str) -> st.SearchStrategy[bytes]:
    """Inputs for the target called `name`."""
    words = [word.encode(errors="replace") for word in WORDS[name]]
    pieces = st.one_of(st.sampled_from(words), st.sampled_from([*corpus(name), b""]), st.binary(max_size=8))
    return st.lists(pieces, max_size=60 if name == "sessions" else 20).map(b"".join)
