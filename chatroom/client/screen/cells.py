"""Styled text folded into rows of a width.

Strategy: what a person sees as one character (a grapheme cluster) is never divided, and takes the cells a terminal
gives it. Rows break at spaces; a word longer than a row breaks where the row ends. prompt_toolkit counts the cells of
each code point for itself, so a cluster of several is drawn as one stand-in character of the right width, which
`output` turns back: wide ones come from the end of plane 3, where unassigned characters are wide, narrow ones from a
private plane.

Sources: UAX #29 (grapheme clusters) and UAX #11 (width), both by the wcwidth library; the OSC 8 convention for links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wcwidth import iter_graphemes, wcswidth, wcwidth

Piece = tuple[str, str]  # (style, text), as prompt_toolkit's formatted text has it
Row = list[Piece]
LINK = "class:link"
ESCAPE = "[ZeroWidthEscape]"  # prompt_toolkit: sent as it is, and takes no cells
_WORDS = re.compile(r"\n| +|[^ \n]+")
_LINK = re.compile(r"(?:https?|ircs?|gemini)://[^\s<>\"]*[^\s<>\".,;:!?)\]}'»]")
_WIDE, _NARROW, _PLACES = 0x3F000, 0xF0000, 0xFFD

_stand_ins: dict[str, str] = {}
_clusters: dict[str, str] = {}


def width_of(text: str) -> int:
    """The cells `text` takes."""
    return len(text) if text.isascii() else max(0, wcswidth(text))


def fold(pieces: Iterable[Piece], width: int, indent: int = 0) -> list[Row]:
    """`pieces` in rows of at most `width` cells; all but the first begin `indent` cells further right."""
    rows: list[Row] = [[]]
    left = width
    for style, word in _words(pieces):
        if word == "\n":
            left = _begin_row(rows, width, indent)
            rows[-1].append(("", ""))  # not a break: spaces at its beginning stay
            continue
        cells = width_of(word)
        if cells > left and word[0] != " " and cells <= width - indent:
            left = _begin_row(rows, width, indent)
        elif cells > left:
            left = _break(rows, style, word, left, width, indent)
            continue
        if word[0] == " " and not rows[-1][1:] and len(rows) > 1:
            continue  # a break swallows its spaces
        rows[-1].append((style, word))
        left -= cells
    return rows


def _words(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for style, text in pieces:
        for word in _WORDS.findall(text):
            yield style, word


def _begin_row(rows: list[Row], width: int, indent: int) -> int:
    rows.append([("", " " * indent)] if indent else [("", "")])
    return width - indent


def _break(rows: list[Row], style: str, word: str, left: int, width: int, indent: int) -> int:
    """Put a word that fits into no row where there is room for it; spaces at the end of a row are let go."""
    if word[0] == " ":
        return 0
    for cluster in iter_graphemes(word):
        cells = width_of(cluster)
        if cells > left:
            left = _begin_row(rows, width, indent)
        rows[-1].append((style, cluster))
        left -= cells
    return left


def cut(text: str, width: int) -> str:
    """`text`, if need be cut to `width` cells with an ellipsis at its end."""
    if width_of(text) <= width:
        return text
    kept, left = [], width - 1
    for cluster in iter_graphemes(text):
        left -= width_of(cluster)
        if left < 0:
            break
        kept.append(cluster)
    return "".join(kept) + "…" if width > 0 else ""


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells, cut or filled up."""
    text = cut(text, width)
    return text + " " * (width - width_of(text))


def with_links(style: str, text: str) -> list[Piece]:
    """`text` in pieces; the style of those that are links names the address, until `output.linked` takes it out."""
    pieces, at = [], 0
    for found in _LINK.finditer(text) if "://" in text else ():
        pieces += [(style, text[at : found.start()]), (f"{style} {LINK} url={found[0]}", found[0])]
        at = found.end()
    return [piece for piece in [*pieces, (style, text[at:])] if piece[1]]


def drawable(row: Row) -> Row:
    """`row` as the renderer can draw it: clusters that it would count wrongly stand in as one character."""
    return [piece if piece[1].isascii() else (piece[0], _as_drawn(piece[1])) for piece in row]


def _as_drawn(text: str) -> str:
    return "".join(cluster if len(cluster) == 1 else stand_in(cluster) for cluster in iter_graphemes(text))


def stand_in(cluster: str) -> str:
    """The character that stands for `cluster`; after some four thousand of them, itself."""
    if found := _stand_ins.get(cluster):
        return found
    wide = wcswidth(cluster) > 1
    if len(_stand_ins) >= _PLACES:
        return cluster
    letter = chr((_WIDE if wide else _NARROW) + len(_stand_ins))
    _stand_ins[cluster], _clusters[letter] = letter, cluster
    return letter


def restored(text: str) -> str:
    """`text` as it is written to the terminal, each stand-in turned back into what it stands for."""
    if text.isascii() or not _clusters:
        return text
    return "".join(_placed(letter) if letter in _clusters else letter for letter in text)


def _placed(letter: str) -> str:
    """A cluster, with the cursor set to where it ought to end: terminals differ about that."""
    cells = wcwidth(letter)
    return f"\x1b7{' ' * cells}\x1b8{_clusters[letter]}\x1b8\x1b[{cells}C"
