"""How the server does, for programs: /metrics as Prometheus reads it, /healthz for whoever starts and stops servers.

Strategy: nothing is kept for this; a scrape asks the house and writes down what it says. No label holds what people
choose (rooms, names, addresses), so the number of series is bounded. It has a listener of its own, which is this
machine's alone unless told otherwise.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder

from chatroom import __version__
from chatroom.dialects.irc.session import IrcSession
from chatroom.server.figures import Timing
from chatroom.storage.history import FILE
from chatroom.wire.http import NOTHING, SAFE, Request, Response, in_json, plain

if TYPE_CHECKING:
    from chatroom.server.connection import Connection
    from chatroom.server.house import House


def answer(house: House, registry: CollectorRegistry, request: Request) -> Response:
    """The answer to a request at the door for such programs."""
    if request.method not in ("GET", "HEAD"):
        return plain(405, "That can only be read.", ("Allow", "GET, HEAD"))
    match request.path:
        case "/metrics":
            encode, kind = choose_encoder(request.headers.get("accept", ""))
            return Response(200, (("Content-Type", kind), NOTHING, *SAFE), encode(registry))
        case "/healthz" | "/healthz/ready":
            is_ready = house.chat.sealed is None
            content = {
                "status": "ready" if is_ready else "not ready",
                "disk": "takes writes" if is_ready else "refuses",
            }
            return in_json(200 if is_ready else 503, content, ("Cache-Control", "no-store"))
        case "/healthz/live":
            return in_json(200, {"status": "live"}, ("Cache-Control", "no-store"))
    return plain(404, "There are /metrics, /healthz, /healthz/live and /healthz/ready here.")


def registry_of(house: House) -> CollectorRegistry:
    """What a scrape reads."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_House(house))
    return registry


class _House:
    """A house, as Prometheus collects it."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterator[Metric]:
        """Everything there is to say."""
        yield InfoMetricFamily("chatroom", "What runs here.", {"version": __version__})
        yield from self._people()
        yield from self._talk()
        yield from self._waiting()
        yield from self._times()
        yield from self._refusals()
        yield from self._disk()

    def _people(self) -> Iterator[Metric]:
        house = self._house
        found = Counter((one.scheme, _spoken_by(one)) for one in house.connections.values())
        yield _gauges("chatroom_connections", "Open connections.", ("door", "dialect"), found)
        yield _gauge("chatroom_people", "People here, however many connections they have.", len(house.chat.users))
        yield _gauge("chatroom_rooms", "Open rooms.", house.chat.open_rooms)
        members = sum(len(user.rooms) for user in house.chat.users.values())
        yield _gauge("chatroom_members", "Members of all rooms together.", members)

    def _talk(self) -> Iterator[Metric]:
        house, figures = self._house, self._house.figures
        events = {(kind,): count for kind, count in figures.events.items()}
        yield _counters(
            "chatroom_events", "What happened since the start; messages are said and told.", ("kind",), events
        )
        yield _counter("chatroom_deliveries", "Events told to people who hear them.", figures.deliveries)
        sent, received = figures.bytes(list(house.connections.values()))
        yield _counter("chatroom_sent_bytes", "Bytes that clients have confirmed.", sent)
        yield _counter("chatroom_received_bytes", "Bytes that came from clients.", received)

    def _waiting(self) -> Iterator[Metric]:
        outboxes = [one.outbox for one in self._house.connections.values()]
        lagging = sum(outbox.is_lagging for outbox in outboxes)
        yield _gauge("chatroom_lagging_readers", "Connections that are fed from the log.", lagging)
        waiting = sum(outbox.waiting for outbox in outboxes)
        yield _gauge("chatroom_outbox_bytes", "Bytes that wait for slow readers.", waiting)

    def _times(self) -> Iterator[Metric]:
        figures = self._house.figures
        yield _histogram("chatroom_commit_seconds", "Making a turn's events durable.", figures.commits)
        yield _histogram("chatroom_flush_seconds", "Ending a turn: the commit, and writing to all.", figures.flushes)
        yield _histogram("chatroom_loop_delay_seconds", "How late the loop comes to what is due.", figures.delays)

    def _refusals(self) -> Iterator[Metric]:
        refused = {(reason,): count for reason, count in self._house.figures.refused.items()}
        yield _counters("chatroom_refused", "What was refused, by reason.", ("reason",), refused)

    def _disk(self) -> Iterator[Metric]:
        house = self._house
        yield _gauge("chatroom_disk_refuses", "1 while the disk refuses writes.", house.chat.sealed is not None)
        sizes = {(name,): _size(house, ending) for name, ending in (("log", ""), ("journal", "-wal"))}
        yield _gauges("chatroom_file_bytes", "Size of the history's files.", ("file",), sizes)
        yield _gauge("chatroom_log_events", "Events in the log, from its beginning.", house.chat.number)
        yield _gauge("chatroom_backup_failing", "1 when the last backup failed.", bool(house.backup_trouble))
        if newest := house.last_backup:
            age = (datetime.now(UTC) - newest.taken).total_seconds()
            yield _gauge("chatroom_backup_age_seconds", "Age of the newest proven backup.", max(0.0, age))
        yield _gauge("chatroom_start_time_seconds", "When the server began, in seconds since 1970.", _began(house))


def _spoken_by(connection: Connection) -> str:
    if connection.visit is not None:
        return "http"
    if connection.dialect is None:
        return "none"
    return "irc" if isinstance(connection.dialect, IrcSession) else "plain"


def _size(house: House, ending: str) -> int:
    path = house.data / f"{FILE}{ending}"
    return path.stat().st_size if path.exists() else 0


def _began(house: House) -> float:
    return house.server.started / 1000 or time.time()


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=float(value))


def _counter(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(name, about, value=float(value))


def _gauges(name: str, about: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _counters(name: str, about: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    family = CounterMetricFamily(name, about, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _histogram(name: str, about: str, timing: Timing) -> Metric:
    return HistogramMetricFamily(name, about, buckets=timing.cumulated(), sum_value=timing.seconds)
