"""Somebody at a browser: what they do and see, by the names that a screen reader tells.

Strategy: everything is found by role and label, as people find it; nobody sleeps, for Playwright waits until what must
be there is there.
"""

from __future__ import annotations

import re
import shutil

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# The browser's own word that a server was not there; pages can't keep it from saying so.
EXPECTED = re.compile(r"WebSocket connection to|net::ERR_|Failed to load resource")

expect.set_options(timeout=10_000)


class Person:
    """One page, in a profile of its own. `troubles` are errors of its scripts, and what its policy forbade."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(f"{error}"))
        page.on("console", self._note)
        page.goto(url)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not EXPECTED.search(message.text):
            self.troubles.append(message.text)

    def enter(self, nick: str, password: str = "") -> Person:
        """Come in by the form."""
        self.page.get_by_label("Your name").fill(nick)
        self.page.get_by_label("Password if the name is yours").fill(password)
        self.page.get_by_role("button", name="Come in").click()
        expect(self.box).to_be_focused()
        expect(self.page.get_by_role("heading", level=1)).not_to_be_empty()
        return self

    # ---- what there is

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("combobox", name=re.compile("^Message"))

    def message(self, text: str) -> Locator:
        """The row of the log that holds `text`."""
        return self.log.get_by_role("listitem").filter(has_text=text)

    def talk(self, name: str) -> Locator:
        """The entry of a room or person in the list."""
        return self.page.get_by_role("navigation").get_by_role("link", name=re.compile(rf"^{re.escape(name)}(,|$)"))

    # ---- what they do and see

    def say(self, *texts: str) -> None:
        for text in texts:
            self.box.fill(text)
            self.box.press("Enter")

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.message(text)).to_have_count(1)

    def sees_stored(self, text: str) -> None:
        """Their own message has come back from the disk."""
        expect(self.message(text)).to_contain_text("✓")

    def visit(self, name: str) -> None:
        """Go to a room or a person by the list."""
        self.page.get_by_label("Room or person to go to").fill(name)
        self.page.get_by_role("button", name="Go there").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    def scroll(self, to: int) -> None:
        self.log.evaluate("(log, to) => log.scrollTo(0, to)", to)
