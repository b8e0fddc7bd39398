"""`make fuzz SECONDS=60`: each target in turn, again and again, until the time is up; exit 1 when one fails.

What fails is made small, shown, and told as a line for tests/corpus/fuzz.toml, where it stays for good. What hypothesis
has found before it tries first.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz_inputs import inputs
from fuzz_targets import TARGETS, Target
from hypothesis import HealthCheck, given, settings
from loguru import logger

SHARE = 50  # examples of one target before the next has its turn


def main() -> int:
    """Fuzz for as long as is asked for."""
    parser = argparse.ArgumentParser(prog="make fuzz", description="Fuzz the parsers and whole sessions.")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long (default 60)")
    parser.add_argument("--target", choices=TARGETS, action="append", help="only this one (may be given several times)")
    given_ = parser.parse_args()
    logger.remove()
    done, end = Counter[str](), time.monotonic() + given_.seconds
    while time.monotonic() < end:
        for name in given_.target or TARGETS:
            if time.monotonic() < end and not _holds(name, TARGETS[name], done):
                return 1
    print(*(f"{count:>9,} {name}" for name, count in done.items()), sep="\n")
    return 0


def _holds(name: str, target: Target, done: Counter[str]) -> bool:
    """Try some inputs; whether none of them failed."""
    last = [b""]

    def once(data: bytes) -> None:
        last[0] = data
        done[name] += 1
        target(data)

    options = settings(max_examples=SHARE, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    try:
        options(given(inputs(name))(once))()
    except Exception as error:
        traceback.print_exception(error)
        print(f"{name} failed. For tests/corpus/fuzz.toml, under {name}:\n    {_as_toml(last[0])},", file=sys.stderr)
        return False
    return True


def _as_toml(data: bytes) -> str:
    """A basic string, in which a character stands for the byte of its number."""
    letters = (chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else f"\\u{b:04x}" for b in data)
    return '"' + "".join(letters) + '"'


if __name__ == "__main__":
    sys.exit(main())
