"""Killed in the middle of traffic, and cut off from the power: what anybody was shown is on disk."""

from __future__ import annotations

import random
from pathlib import Path

from outcome import Outcome
from running import ServerProcess
from traffic import Traffic, kill_in_traffic, said_on_disk

MOST = 400  # lines a reader is shown before the end, at most
LAST = 200  # lines that a restarted server is asked for


class ForgetfulServer(ServerProcess):
    """A server whose disk forgets what was not synced when it is killed."""

    seed = 0

    def command(self, *arguments: str, port: int = 0) -> list[str]:
        python, _, _, *rest = super().command(*arguments, port=port)
        return [python, str(Path(__file__).with_name("unsynced.py")), str(self.seed), *rest]


def kill(folder: Path, rounds: int, seed: int, durability: str) -> Outcome:
    """Kill it (SIGKILL), again and again, over the same folders."""
    return _rounds(ServerProcess(folder, {"history": {"durability": durability}}), rounds, seed)


def cut_power(folder: Path, rounds: int, seed: int) -> Outcome:
    """The same, and what was not synced is lost."""
    return _rounds(ForgetfulServer(folder, {"history": {"durability": "fsync"}}), rounds, seed)


def _rounds(server: ServerProcess, rounds: int, seed: int) -> Outcome:
    chance = random.Random(seed)
    shown = missing = 0
    noted: list[Traffic] = []
    try:
        for round_ in range(rounds):
            if isinstance(server, ForgetfulServer):
                server.seed = chance.randrange(2**30)
            server.start()
            noted.append(kill_in_traffic(server, chance.randrange(1, MOST), f" of round {round_}"))
            if isinstance(server, ForgetfulServer):
                (server.data / "chatroom.db-shm").unlink(missing_ok=True)  # in memory only
            said = said_on_disk(server)
            missing += sum(traffic.missing(said) for traffic in noted)  # of all rounds so far
            shown += noted[-1].shown
            del noted[:-3]
    finally:
        server.clean_up()
    return Outcome(rounds, shown, missing)
