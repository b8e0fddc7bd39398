"""The experiments, as a table: what is done, how often in `make prove`, how often in the suite.

An experiment takes a folder of its own, how often (or how much), and a seed; it gives an Outcome. A new one is a row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cutting import cut_links
from filling import fill
from flipping import flip_each_page
from killing import cut_power, kill
from outcome import Outcome
from program import Program
from restarting import kill_under_client
from stalling import stall


class Experiment(NamedTuple):
    """One row. `often` is what `make prove` does, `briefly` what the suite does."""

    what: str
    run: Callable[[Path, int, int], Outcome]
    often: int
    briefly: int


EXPERIMENTS = {
    "kill-fsync": Experiment("kill -9 in mid-traffic, fsync", partial(kill, durability="fsync"), 100, 3),
    "kill-os": Experiment("kill -9 in mid-traffic, os", partial(kill, durability="os"), 100, 3),
    "power": Experiment("power cut: what was not synced is lost", cut_power, 50, 3),
    "disk": Experiment("disk full, and room again", fill, 20, 2),
    "flips": Experiment("a bit flipped in each page of a backup", flip_each_page, 2000, 150),
    "links": Experiment("the link cut at every byte of a session", cut_links, 10_000, 40),
    "program": Experiment("the same, a model of an IRC program", partial(cut_links, client=Program), 10_000, 40),
    "restarts": Experiment("kill -9 under the client, and started again", kill_under_client, 100, 5),
    "stalled": Experiment("half of a room stalls, then reads on", stall, 2000, 20),
}
