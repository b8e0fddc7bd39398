"""For the keyboard alone, for a screen reader, on a phone, in the dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from people import DESKTOP, PHONE, Person
from playwright.sync_api import expect

SCHEMES = [("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE)]


@pytest.fixture(params=SCHEMES, ids=lambda param: f"{param[0]}-{param[1]['width']}")
def alice(request, open_page, server) -> Person:
    """Somebody in a lively room, in each scheme and width."""
    scheme, size = request.param
    alice = open_page("alice", color_scheme=scheme, viewport=size)
    bob = server.irc("bob", "message-tags,echo-message").join("#lobby")
    bob.send("PRIVMSG #lobby :hello alice, see https://example.com", "PRIVMSG #lobby :\x01ACTION waves\x01")
    msgid = bob.expect("msgid=([^; ]+).*hello alice")[1]
    bob.send(f"@+draft/reply={msgid} PRIVMSG #lobby :an answer", f"@+draft/react=👍;+draft/reply={msgid} TAGMSG #lobby")
    bob.send("NOTICE #lobby :take note", "TOPIC #lobby :About tea https://example.com/tea", "PRIVMSG alice :psst")
    for nick in ("carol", "dave", "erin", "frank", "grace", "heidi"):
        server.irc(nick).join("#lobby").send(f"PRIVMSG #lobby :I am {nick}")
    alice.say("hello all")
    alice.sees_stored("hello all")
    expect(alice.log.get_by_role("button", name="👍, bob")).to_be_visible()
    return alice


def faults(person: Person) -> list[str]:
    """What axe-core finds, that is serious."""
    found = Axe().run(person.page).response["violations"]
    return [
        f"{fault['id']}: {node['target']} {node.get('failureSummary', '')}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def test_axe_finds_no_serious_fault(alice):
    assert faults(alice) == []
    alice.message("see https").first.focus()
    expect(alice.page.get_by_role("button", name="Reply to this message")).to_be_visible()
    assert faults(alice) == []
    alice.say("/part")
    alice.box.press_sequentially("/")
    expect(alice.page.get_by_role("listbox")).to_be_visible()
    assert faults(alice) == []


def test_axe_finds_no_serious_fault_in_dialogs_and_at_the_door(alice, open_page):
    alice.page.get_by_role("button", name="Search", exact=True).click()
    alice.page.get_by_label("Words to find").fill("hello")
    alice.page.get_by_label("Words to find").press("Enter")
    expect(alice.page.get_by_text("messages", exact=False).first).to_be_visible()
    assert faults(alice) == []
    assert faults(open_page()) == []


def test_nothing_is_wider_than_the_screen(alice):
    width = alice.page.viewport_size["width"]
    assert alice.page.evaluate("document.documentElement.scrollWidth") <= width
    assert alice.log.evaluate("log => log.scrollWidth <= log.clientWidth")
    expect(alice.box).to_be_in_viewport(ratio=1)


def test_a_phone_shows_the_lists_when_asked(open_page, server):
    server.irc("bob").join("#tea").send("PRIVMSG #tea :anybody?")
    alice = open_page("alice", room="#tea", viewport=PHONE, has_touch=True, is_mobile=True)
    people = alice.page.get_by_role("complementary", name="People here")
    expect(people).to_be_hidden()
    alice.page.get_by_role("button", name="2 people here").tap()
    people.get_by_role("button", name="bob").tap()
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("bob")
    expect(people).to_be_hidden()
    alice.page.get_by_role("button", name="Rooms").tap()
    alice.talk("#tea").tap()
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("#tea")
    expect(alice.page.get_by_role("navigation")).to_be_hidden()
    alice.message("anybody?").tap()
    alice.page.get_by_role("button", name="Reply to this message").tap()
    alice.say("I am")
    expect(alice.message("I am").get_by_title("Go there")).to_contain_text("anybody?")


def test_all_of_it_by_the_keyboard_alone(open_page, server):
    bob = server.plain("bob")
    page = open_page().page
    keys = page.keyboard
    expect(page.get_by_label("Your name")).to_be_focused()
    keys.type("alice")
    keys.press("Enter")
    box = page.get_by_role("combobox", name="Message")
    expect(box).to_be_focused()
    keys.type("hello")
    keys.press("Enter")
    bob.expect("alice: hello")
    bob.send("hello alice")
    expect(page.get_by_role("log").get_by_text("hello alice")).to_be_visible()
    keys.press("Shift+Tab")  # to the log
    expect(page.get_by_role("log")).to_be_focused()
    keys.press("ArrowUp")
    expect(page.get_by_role("listitem").filter(has_text="bob: hello alice")).to_be_focused()
    keys.press("r")
    expect(box).to_be_focused()
    keys.type("hello yourself")
    keys.press("Enter")
    bob.expect(r"alice \(to bob\): hello yourself")
    expect(page.get_by_role("listitem").filter(has_text="hello yourself")).to_contain_text("✓")
    keys.press("Shift+Tab")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    keys.press("Enter")
    keys.press("Tab")
    expect(page.get_by_role("button", name="React to this message")).to_be_focused()
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("button", name="👍, alice")).to_be_visible()
    keys.press("Escape")
    expect(box).to_be_focused()
    keys.type("/join #tea")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("#tea")
    keys.press("Alt+ArrowUp")
    expect(page.get_by_role("heading", level=1)).to_have_text("#lobby")
    keys.type("/search hello")
    keys.press("Enter")
    expect(page.get_by_text("3 messages")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_screen_reader_is_told_who_says_what(open_page, server):
    alice = open_page("alice")
    dave = server.irc("dave").join("#lobby")
    dave.send("PRIVMSG #lobby :one", "PRIVMSG #lobby :two")
    expect(alice.log).to_have_attribute("aria-live", "polite")
    expect(alice.message("two")).to_contain_text("dave: two")
    expect(alice.log).to_have_attribute("aria-busy", "false")
