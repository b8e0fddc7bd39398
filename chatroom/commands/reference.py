"""The page docs/commands.md, written by the command table itself.

    python -m chatroom.commands.reference > docs/commands.md

A test holds that the page is what this writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from chatroom import commands
from chatroom.commands.table import TABLE, Needs, Row

INTRODUCTION = f"""\
# Commands

What a person may type, and an IRC program may send: every command is there in both, in each one's own form. On a
terminal a line that begins with `/` is a command, `//` begins a line of talk with a slash, and every other line is
said in the room you face. In a usage line, `[word]` may be left out and `word...` takes the rest of the line; a room
that is left out is the one you face.

This page is written by the table in `{commands.__name__.replace(".", "/")}/` itself:
`python -m chatroom.commands.reference > docs/commands.md`.
"""
_WHO_MAY = {
    Needs.NOTHING: "everybody, also before they have come in",
    Needs.ENTERED: "everybody",
    Needs.MEMBER: "who is in the room",
    Needs.MODERATOR: "operators and half operators of the room",
    Needs.OPERATOR: "operators of the room",
}


def page() -> Iterator[str]:
    """The lines of the page."""
    yield INTRODUCTION
    rows = [row for row in TABLE.rows.values() if row.section]
    for section, its in groupby(rows, lambda row: row.section):
        yield from (f"## {section}", "", "| type | to | who may | cost |", "|---|---|---|---|")
        yield from map(_line, its)
        yield ""
    yield "The cost is what a call takes from the caller's flood allowance, in lines (`[limits]` rate and burst)."


def _line(row: Row) -> str:
    also = f" (also {', '.join(f'`/{alias}`' for alias in row.aliases)})" if row.aliases else ""
    sentence = row.help.sentence.replace("*", r"\*").replace("|", r"\|")
    return f"| `/{row.usage}`{also} | {sentence} | {_who_may(row)} | {row.cost:g} |"


def _who_may(row: Row) -> str:
    return "operators of the server" if row.is_privileged else _WHO_MAY[row.needs]


if __name__ == "__main__":
    print(*page(), sep="\n")
