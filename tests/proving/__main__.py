"""Put the promises to the test, and print a line for each: how often, how much was shown, how much is missing.

    make prove                               all of it, some minutes
    make prove ARGS="power --seed 7"         one experiment, with other timings
    make prove ARGS="--often 10"             each ten times (or with a room of ten, a log of ten lines)

Exit code 0 when nothing is missing, 1 when something is, 2 for wrong use.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "storage"), str(HERE.parent.parent)]

from experiments import EXPERIMENTS, Experiment  # noqa: E402
from loguru import logger  # noqa: E402

COLUMNS = "{:<42} {:>6} {:>12} {:>8}  {}"


def main() -> int:
    """Do what is asked for."""
    given = _arguments()
    logger.remove()
    print(COLUMNS.format("what is done", "times", "shown", "missing", ""), flush=True)
    proven = [_line(EXPERIMENTS[name], given) for name in given.names or EXPERIMENTS]
    return 0 if all(proven) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make prove", description="Put the promises to the test.", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="EXPERIMENT", help=f"one of {', '.join(EXPERIMENTS)}")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (default 1)")
    parser.add_argument("--often", type=int, default=0, help="how often, instead of what the table says")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in EXPERIMENTS]:
        parser.error(f"there is no experiment {unknown[0]}; there are {', '.join(EXPERIMENTS)}")
    return given


def _line(experiment: Experiment, given: argparse.Namespace) -> bool:
    """Do one, and print its line; whether its promise was kept."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = experiment.run(Path(folder) / "run", given.often or experiment.often, given.seed)
    words = [found.unit, *filter(None, (found.note, found.failed)), f"{time.monotonic() - began:.0f} s"]
    verdict = "" if found.is_proven else "NOT PROVEN: "
    row = (experiment.what, found.times, f"{found.shown:,}", found.missing, verdict + "; ".join(words))
    print(COLUMNS.format(*row), flush=True)
    return found.is_proven


if __name__ == "__main__":
    sys.exit(main())
