"""The documentation says what is there, all of it, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from running import environment
from sources import PACKAGE, ROOT

from chatroom.commands.reference import page
from chatroom.server.config import documented

DOCS = ROOT / "docs"
HELP = [
    ["chat-server"],
    *(["chat-server", command] for command in ("serve", "check", "backup", "restore")),
    ["chat-client"],
    ["chat-load"],
]
# What no file may hold: where it was written. In pieces, so that this file does not hold it either.
MACHINE = re.compile("|".join(("/" + "work/", "/tmp/" + "probe")))


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# ---- architecture


def test_the_tree_names_what_exists_and_nothing_else() -> None:
    assert sorted(_named()) == sorted(_existing())


def _named() -> Iterator[str]:
    """Folders and modules of the package, as the tree in docs/architecture.md has them."""
    [tree] = re.findall(r"^```\nchatroom/\n(.*?)^```", text_of("docs/architecture.md"), re.DOTALL | re.MULTILINE)
    folders: list[tuple[int, str]] = []
    for line in tree.splitlines():
        indent = len(line) - len(line.lstrip())
        if not indent:  # beside the package
            break
        folders = [(at, name) for at, name in folders if at < indent]
        inside = "/".join(name for _, name in folders)
        if found := re.match(r" +(\w+)/(?:\s|$)", line):
            folders.append((indent, found[1]))
            yield f"{inside}/{found[1]}/".lstrip("/")
        else:
            modules = re.match(r" +((?:\w+\.py\s*)+)", line)
            assert modules, line
            yield from (f"{inside}/{module}" for module in modules[1].split())


def _existing() -> Iterator[str]:
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE)
        if path.name != "__init__.py":
            yield str(name)
        elif path.parent != PACKAGE:
            yield f"{name.parent}/"


# ---- commands and settings


def test_the_commands_are_what_the_table_says() -> None:
    assert text_of("docs/commands.md").rstrip("\n") == "\n".join(page()).rstrip("\n"), (
        "python -m chatroom.commands.reference > docs/commands.md"
    )


@cache
def _settings() -> dict[tuple[str, str], str]:
    """The line of each setting in docs/configuration.md, by table and key."""
    lines, table = {}, ""
    for line in text_of("docs/configuration.md").splitlines():
        if head := re.match(r"#+ \[+(\w+)\]+", line):
            table = head[1]
        elif row := re.match(r"\| `(\w+)` \|", line):
            lines[table, row[1]] = line
    return lines


@pytest.mark.parametrize(
    ("table", "key", "default"), [entry[:3] for entry in documented()], ids=lambda value: str(value)
)
def test_every_setting_is_there_with_its_default(table: str, key: str, default: object) -> None:
    assert f"| `{json.dumps(default)}` |" in _settings()[table, key]


def test_no_setting_is_there_that_does_not_exist() -> None:
    assert set(_settings()) == {(table, key) for table, key, _, _ in documented()}


# ---- the command lines


@pytest.mark.parametrize("command", HELP, ids=" ".join)
def test_every_option_is_documented(command: list[str]) -> None:
    program, *arguments = command
    shown = subprocess.run(
        [sys.executable, ROOT / "bin" / program, *arguments, "--help"],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", shown)) - {"--help"}
    assert options
    assert {option for option in options if not re.search(rf"{option}(?![\w-])", _all_docs())} == set()


@cache
def _all_docs() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted(DOCS.glob("*.md"))])


# ---- the two front pages


def test_both_front_pages_have_the_same_headings() -> None:
    assert _levels("README.md") == _levels("README.pt-BR.md")


def test_both_front_pages_have_the_same_commands() -> None:
    assert _commands("README.md") == _commands("README.pt-BR.md")


def _levels(name: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", _without_blocks(text_of(name)), re.MULTILINE)]


def _commands(name: str) -> list[str]:
    """The lines in blocks of code; remarks and words in them may be translated."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text_of(name), re.DOTALL | re.MULTILINE)
    return [re.split(r"\s+#", line)[0].rstrip() for block in blocks for line in block.splitlines()]


def _without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


# ---- all files


@pytest.mark.parametrize("page", ["README.md", "README.pt-BR.md", *(f"docs/{path.name}" for path in DOCS.glob("*.md"))])
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", _without_blocks(text_of(page)))
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_no_file_names_the_machine_it_was_written_on() -> None:
    assert [str(path) for path in _files() if MACHINE.search(path.read_text(encoding="utf-8", errors="replace"))] == []


def _files() -> Iterator[Path]:
    """What is, or would be, under version control; in an unpacked archive, all of it."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True)
    names = listed.stdout.splitlines() if listed.returncode == 0 else [str(path) for path in ROOT.rglob("*")]
    yield from (ROOT / name for name in names if (ROOT / name).is_file())
