"""The page for users says what there is, and only that."""

from __future__ import annotations

import re
from pathlib import Path

from chatroom.client.commands import TABLE
from chatroom.client.events import TYPES
from chatroom.client.options import _parser
from chatroom.client.protocol import receive_line

assert receive_line  # every module that adds a command is imported by what receives lines

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "client.md").read_text(encoding="utf-8")


def test_the_page_lists_every_command_as_the_table_has_it() -> None:
    also = {row.name: "".join(f", `/{alias}`" for alias in row.aliases) for row in TABLE.rows.values()}
    rows = [f"| `/{row.usage}`{also[row.name]} | {row.help} |" for row in TABLE.rows.values()]
    assert re.findall(r"^\| `/.*", PAGE, re.MULTILINE) == rows


def test_the_page_lists_every_option() -> None:
    options = {option for action in _parser()._actions for option in action.option_strings if option.startswith("--")}
    assert options == set(re.findall(r"--[a-z]+", PAGE))


def test_the_page_lists_every_type_of_event() -> None:
    types = PAGE.partition("\nTypes: ")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", types)) == TYPES
