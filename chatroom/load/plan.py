"""Who is in which room, who talks, and when: all of it computed, nothing stored.

Strategy: clients are numbered from 0. Client i sits in room i % rooms and in process i % processes, and the first
`talkers` clients talk in turn. So every process knows the whole plan from a few numbers, consecutive messages go to
different rooms, and what each receiver is due follows from how many messages each talker sent.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
CLIENTS_PER_SOURCE = 50  # below the per-address limit most servers come with
MAX_CLIENTS = len(_DIGITS) ** 4  # a nick has four digits for the number and must fit into the traditional nine letters


def base36(number: int, width: int) -> str:
    """`number` in `width` digits and letters."""
    digits = ""
    for _ in range(width):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


@dataclass(frozen=True)
class Setup:
    """The clients of one run and where they connect.

    `address` is numeric; `sources` is how many loopback addresses to connect from (0: let the system choose);
    `run` is four letters or digits that make the names of this run its own; `timeout` and `drain` are seconds.
    """

    address: str
    port: int
    clients: int
    rooms: int
    run: str
    processes: int = 1
    sources: int = 0
    password: str = ""
    timeout: float = 120.0
    drain: float = 5.0

    def nick(self, client: int) -> str:
        """Nine letters and digits, so that the strictest server takes it."""
        return f"x{self.run}{base36(client, 4)}"

    def room_of(self, client: int) -> str:
        """The name of the client's room."""
        return f"#load-{self.run}-{client % self.rooms}"

    def of_process(self, process: int) -> range:
        """The clients that process number `process` runs."""
        return range(process, self.clients, self.processes)

    def source_of(self, client: int) -> str | None:
        """The address this client connects from; None for any."""
        if not self.sources:
            return None
        return str(ipaddress.IPv4Address("127.0.0.1") + client % self.sources)


@dataclass(frozen=True)
class Talk:
    """One round of talking: `messages` by the first `talkers` clients in turn, `rate` a second (0: all at once).

    `tag` marks the messages of this round; `start_ns` is on the machine's monotonic clock, the same in every process.
    """

    tag: str
    messages: int
    talkers: int
    rate: float
    text_bytes: int
    start_ns: int

    def due_ns(self, turn: int) -> int:
        """When message number `turn` of the round is to be sent."""
        return self.start_ns + (int(turn * 1_000_000_000 / self.rate) if self.rate else 0)

    def turns(self, clients: range) -> Iterator[tuple[int, int]]:
        """(turn, client) for each message that one of `clients` sends, in time order."""
        local = [client for client in clients if client < self.talkers]
        for first in range(0, self.messages, self.talkers):
            for client in local:
                if first + client < self.messages:
                    yield first + client, client

    def heard_by(self, client: int, rooms: int) -> list[int]:
        """Whose messages `client` is due: the talkers of its room but itself."""
        return [talker for talker in range(client % rooms, self.talkers, rooms) if talker != client]

    def most_by_one(self) -> int:
        """The most messages that one talker sends."""
        return -(-self.messages // self.talkers)


def is_loopback(address: str) -> bool:
    """Whether a numeric address means this machine."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def loopback_sources(address: str, clients: int) -> int:
    """How many source addresses `clients` need: only 127.0.0.0/8 has more than one to offer."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return -(-clients // CLIENTS_PER_SOURCE) if parsed.version == 4 and parsed.is_loopback else 0
