"""What browsers and scripts find at the server's doors for HTTP.

Strategy: one look at the path decides. The page's files are in memory; everything else is made for who asks.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

import gevent
from gevent.hub import get_hub
from loguru import logger

from chatroom.server.config import DEFAULT_METRICS, DEFAULT_WEB
from chatroom.server.doors import scheme_of
from chatroom.server.listener import Listener, ListenError

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from chatroom.server.hooks import Hooks
    from chatroom.server.house import House
    from chatroom.server.visit import Stream, Visit
    from chatroom.web.page import Page
    from chatroom.wire.http import Request, Response


class ChatSite:
    """The page, IRC over WebSocket at any address of it, and what scripts use."""

    takes_irc = True

    def __init__(self, house: House) -> None:
        self._house = house

    @cached_property
    def page(self) -> Page:
        """The page's files; they take a moment to load."""
        from chatroom.web.page import Page

        return Page()

    @cached_property
    def hooks(self) -> Hooks:
        """What there is for scripts."""
        from chatroom.server.hooks import Hooks

        return Hooks(self._house)

    def answer(self, request: Request, visit: Visit) -> Response | Stream:
        """The answer to a request."""
        from chatroom.wire.http import plain

        found = self.page.answer(request) or self.hooks.answer(request, visit)
        return found or plain(404, "There is nothing here. The chat is at /.")

    def load(self) -> None:
        """Load what the first visitor would wait for: it takes a moment, and may be done in another thread."""
        from chatroom.server import visit
        from chatroom.wire import websocket

        assert visit
        assert websocket
        assert self.page
        assert self.hooks


class MetricsSite:
    """How the server does, for programs that look after it."""

    takes_irc = False

    def __init__(self, house: House) -> None:
        self._house = house

    @cached_property
    def _registry(self) -> CollectorRegistry:
        from chatroom.server import metrics

        return metrics.registry_of(self._house)

    def answer(self, request: Request, visit: Visit) -> Response | Stream:
        """The answer to a request."""
        from chatroom.server import metrics

        return metrics.answer(self._house, self._registry, request)

    def load(self) -> None:
        """Load what the first to ask would wait for."""
        assert self._registry


def open_web(house: House) -> tuple[list[Listener], str]:
    """Listen for browsers; and why that is not possible, or "".

    The default may be another server's, and the chat goes on without it. Raises ListenError for what was asked for.
    """
    return _open(house, house.settings.web.listen, DEFAULT_WEB, ChatSite(house), "no page for browsers")


def open_metrics(house: House) -> tuple[list[Listener], str]:
    """Listen for programs that look after the server; as for browsers."""
    listeners, note = _open(
        house, house.settings.metrics.listen, DEFAULT_METRICS, MetricsSite(house), "no metrics and no health"
    )
    if listeners:
        gevent.spawn(house.figures.watch_loop)
    return listeners, note


def _open(
    house: House, urls: list[str], default: list[str], site: ChatSite | MetricsSite, without: str
) -> tuple[list[Listener], str]:
    try:
        listeners = [
            Listener(url, partial(house.handle, scheme=scheme_of(url), site=site), lambda: house.is_crowded)
            for url in urls
        ]
    except ListenError as error:
        if urls != default:
            raise
        logger.warning("{}: {}", without, error)
        return [], f"{without}: {str(error).partition(' Or choose')[0]}"
    if listeners:
        get_hub().threadpool.spawn(site.load)
    return listeners, ""
