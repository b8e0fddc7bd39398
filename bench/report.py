"""The results as a table: on a terminal, and as a section of docs/performance.md.

Strategy: one list of cells in words makes both; each cell is the median, the ratio to the reference, and the spread of
that ratio (of the value, for the reference itself).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from bench.results import Results, Spread
from bench.trial import Sizes
from bench.works.table import Row

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- bench: from here `make bench ARGS=--write` -->", "<!-- bench: to here -->"
_WIDEST = 200


def cells(results: Results, rows: Iterable[Row], servers: list[str], reference: str, sizes: Sizes) -> list[list[str]]:
    """The table in words: a heading, then a line for each row that anyone has figures for."""
    lines = [["work", *servers, "goal"]]
    for row in rows:
        line = [_cell(results, row, server, reference) for server in servers]
        if any(line):
            unit = f" ({row.unit})" if row.unit else ""
            goal = f"{row.goal} x {reference}" if row.goal.startswith("<=") and row.goal[-1].isdigit() else row.goal
            lines.append([row.title.format(**asdict(sizes)) + unit, *line, goal])
    return lines


def _cell(results: Results, row: Row, server: str, reference: str) -> str:
    value = results.values(server, row.figure)
    if value is None:
        return ""
    ratio = results.ratios(server, reference, row.figure) if server != reference else None
    if ratio is None:
        return f"{_number(value.median)}{_between(value)}"
    return f"{_number(value.median)} = {ratio.median:.2f} x{_between(ratio)}"


def _between(values: Spread) -> str:
    return f" [{_number(values.least)}-{_number(values.most)}]" if values.least < values.most else ""


def _number(value: float) -> str:
    """Three digits, more only where they are whole."""
    if value >= 1_000_000:
        return f"{value / 1e6:.2f} M"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def show(console: Console, lines: list[list[str]]) -> None:
    """Draw the table, wide enough that a cell is not cut."""
    table = Table(box=box.SIMPLE_HEAD)
    for index, heading in enumerate(lines[0]):
        table.add_column(heading, justify="left" if index == 0 else "right")
    for line in lines[1:]:
        table.add_row(*(cell.replace("[", "\\[") for cell in line))
    console.width = max(console.width, min(_WIDEST, 60 + 30 * len(lines[0])))
    console.print(table)


def markdown(lines: list[list[str]], notes: Iterable[str]) -> str:
    """The table and what is to be said of it."""
    rule = ["---", *["---:"] * (len(lines[0]) - 2), "---"]
    table = "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], rule, *lines[1:]])
    return "\n\n".join([table, *notes])


def write(text: str, page: Path = PAGE) -> None:
    """Put the text between the marks of the page. Raises ValueError when it has none."""
    whole = page.read_text(encoding="utf-8")
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} lacks the lines {BEGIN!r} and {END!r}")
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
