"""A real browser, a real server: only where asked for (`make test-browser`), as both must be installed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

collect_ignore_glob = [] if os.environ.get("CHATROOM_BROWSER") else ["*.py"]

if os.environ.get("CHATROOM_BROWSER"):
    from people import CHROMIUM, DESKTOP, Person
    from playwright.sync_api import Browser, sync_playwright
    from running import ServerProcess

    OpenPage = Callable[..., Person]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once; every page has a profile of its own."""
    with sync_playwright() as playwright:
        # Without its sandbox, which a container or the root user can't have; it opens nothing but our own pages.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def server(start_server) -> ServerProcess:
    """A server with a door for browsers; it can be started again at the same port."""
    server = start_server(web={"listen": ["http://127.0.0.1:0"]})
    server.listen = [f"http://127.0.0.1:{server.doors['http']}"]
    return server


@pytest.fixture
def open_page(browser: Browser, server: ServerProcess, tmp_path: Path) -> Iterator[OpenPage]:
    """Opens the page: `open_page("alice", room="#tea")` comes in, `open_page()` stays at the door.

    At the end no page may have had an error, nor the browser refused anything its policy forbids.
    """
    people: list[Person] = []

    def open_one(nick: str = "", room: str = "", **options: object) -> Person:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", "timezone_id": "UTC"} | options)
        person = Person(context.new_page(), f"{server.listen[0]}/{room}")
        people.append(person)
        return person.enter(nick) if nick else person

    yield open_one
    for person in people:
        person.page.context.close()
    assert [trouble for person in people for trouble in person.troubles] == []
