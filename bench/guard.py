"""Instruction counts of fixed work against the recorded ones: fails when a work has grown by more than 5 %.

Strategy: no clock is asked. CPython's own instructions are counted everywhere, and the machine's under callgrind where
valgrind is installed; each way has its record, by the version of the interpreter, in guard.json. What C code costs
(SQLite, joins, appends) only callgrind sees. A version without a record is said to have none, and is not judged.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RECORD = Path(__file__).with_name("guard.json")
WORK = Path(__file__).with_name("guarded.py")
MOST = 1.05  # times what is recorded
_SECONDS = 900.0  # only so that it ends in any case
_SUMMARY = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)
Counts = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Count and compare; 0 when nothing grew too much, 1 when something did, 2 for wrong use."""
    given = _parser().parse_args(arguments)
    recorded: dict[str, Counts] = json.loads(given.file.read_text()) if given.file.exists() else {}
    found = {f"bytecodes, CPython {'.'.join(platform.python_version_tuple()[:2])}": bytecodes()}
    if given.only_bytecodes or shutil.which("valgrind") is None:
        print("Counted without valgrind: what C code costs is not seen.")
    else:
        found[f"callgrind, CPython {platform.python_version()}, {platform.machine()}"] = instructions()
    complaints = [text for how, counts in found.items() for text in compare(how, counts, recorded.get(how))]
    if given.record:
        given.file.write_text(json.dumps(recorded | found, indent=1, sort_keys=True) + "\n")
        print(f"Recorded in {given.file.name}.")
        return 0
    for text in complaints:
        print(text, file=sys.stderr)
    return 1 if complaints else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench-guard", description="Count the instructions of fixed work, without a clock.", allow_abbrev=False
    )
    parser.add_argument("--record", action="store_true", help="from now on these counts are what is compared with")
    parser.add_argument("--only-bytecodes", action="store_true", help="leave callgrind out, even where it is installed")
    parser.add_argument("--file", type=Path, default=RECORD, help="where the record is (default bench/guard.json)")
    return parser


def bytecodes() -> Counts:
    """CPython's instructions for each work."""
    return {name: round(value, 1) for name, value in _run([sys.executable, str(WORK), "bytecodes"]).items()}


def instructions() -> Counts:
    """The machine's instructions for each work, by callgrind."""
    with tempfile.TemporaryDirectory() as folder:
        valgrind = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={folder}/%p"]
        done = _run([*valgrind, sys.executable, str(WORK), "forked"])
        counts: dict[str, dict[int, int]] = {}
        for name, times, process in done:
            counts.setdefault(name, {})[times] = _total(Path(folder, str(process)))
    return {name: round((by[max(by)] - by[0]) / max(by)) for name, by in counts.items()}


def _total(file: Path) -> int:
    found = _SUMMARY.search(file.read_text())
    assert found, f"callgrind left no total in {file}"
    return int(found[1])


def _run(command: list[str]) -> Any:
    """What it prints, as JSON. The same seed for every run, so that dictionaries collide alike."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        timeout=_SECONDS,
        check=True,
    )
    return json.loads(done.stdout)


def compare(how: str, counts: Counts, recorded: Counts | None) -> list[str]:
    """Print each work beside its record; a sentence for each that grew too much."""
    print(how if recorded else f"{how}: nothing is recorded for this; make bench-guard ARGS=--record")
    complaints = []
    for name, value in counts.items():
        before = (recorded or {}).get(name)
        print(f"  {value:>12,.0f}  {f'{100 * (value / before - 1):+.2f} %' if before else 'new':>9}  {name}")
        if before and value > before * MOST:
            complaints.append(
                f"bench-guard: {name} takes {100 * (value / before - 1):.1f} % more than recorded ({how}: {value:,.0f} "
                f"instead of {before:,.0f}). Undo what made it grow, or say why and: make bench-guard ARGS=--record"
            )
    return complaints


if __name__ == "__main__":
    sys.exit(main())
