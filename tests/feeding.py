"""The corpora, and the ways of feeding a parser: whole, byte by byte, and with more behind it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus"


def corpus(name: str) -> dict[str, Any]:
    """What a corpus file holds."""
    return tomllib.loads((CORPUS / f"{name}.toml").read_text(encoding="utf-8"))


def as_bytes(text: str) -> bytes:
    """The bytes meant by a text of a corpus."""
    return text.encode("latin-1")


def whole(data: bytes) -> Iterator[bytes]:
    yield data


def byte_by_byte(data: bytes) -> Iterator[bytes]:
    yield from (data[i : i + 1] for i in range(len(data)))


def in_threes(data: bytes) -> Iterator[bytes]:
    yield from (data[i : i + 3] for i in range(0, len(data), 3))


FEEDINGS: list[Callable[[bytes], Iterator[bytes]]] = [whole, byte_by_byte, in_threes]
