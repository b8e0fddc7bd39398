"""The attacking process: one attack, told by one line of JSON on standard input; ends by itself.

Strategy: a process of its own, so that what the people feel is the server's doing and not that of a busy attacker. It
ends when its time is up, or when its standard input closes: no attack outlives whoever began it.
"""

from __future__ import annotations

import json
import os
from typing import Any

import gevent
from gevent.fileobject import FileObjectPosix

from chatroom.load.attack.attacks import ATTACKS
from chatroom.load.attack.ground import Ground, Target
from chatroom.load.options import raise_descriptor_limit
from chatroom.load.plan import Setup


def main() -> None:
    """Attack; what that came to goes to standard output as a line of JSON."""
    os.nice(5)  # where cores are few the people who chat come first: it is the server that is tried
    raise_descriptor_limit()
    orders = FileObjectPosix(0, "rb")
    order = json.loads(orders.readline())
    gevent.spawn(_end_with, orders)
    target = Target(Setup(**order["setup"]), order["seconds"], order["room"], tuple(order["people"]))
    ground = Ground(target)
    ground.run(ATTACKS[order["attack"]])
    print(json.dumps(ground.counts), flush=True)
    os._exit(0)  # which closes thousands of sockets at once, as a vanishing attacker does


def _end_with(orders: Any) -> None:
    orders.read()
    os._exit(1)


if __name__ == "__main__":
    main()
