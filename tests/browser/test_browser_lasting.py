"""What lasts: history, search, and a server that goes away and comes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from running import ServerProcess

MANY = 400  # messages, more than a page keeps


@pytest.fixture
def long_room(server: ServerProcess) -> ServerProcess:
    """A server with a long talk in #tea."""
    dave = server.irc("dave").join("#tea")
    dave.send(*(f"PRIVMSG #tea :line {number}." for number in range(MANY)))
    dave.fence()
    return server


def rows(person) -> list[int]:
    """The numbers of the lines that are on the page."""
    return [int(number) for number in re.findall(r"line (\d+)\.", person.log.inner_text())]


def test_history_is_read_by_scrolling_up_and_the_place_is_kept(open_page, long_room):
    alice = open_page("alice", room="#tea")
    alice.sees(f"line {MANY - 1}.")
    first = rows(alice)[0]
    assert first > 300
    at = alice.message(f"line {first + 3}.")
    at.evaluate("row => row.scrollIntoView()")
    before = at.bounding_box()["y"]
    expect(alice.message(f"line {first - 40}.")).to_have_count(1)
    assert abs(at.bounding_box()["y"] - before) < 3
    while rows(alice)[0] > 0:
        first = rows(alice)[0]
        alice.scroll(0)
        expect(alice.message(f"line {first - 1}.")).to_have_count(1)
    expect(alice.log.get_by_text("This is where it begins.")).to_have_count(1)
    shown = rows(alice)
    assert shown == list(range(shown[0], shown[-1] + 1))
    assert len(shown) <= 300, "the page stays small"


def test_what_was_dropped_is_fetched_again_scrolling_down(open_page, long_room):
    alice = open_page("alice", room="#tea")
    alice.sees(f"line {MANY - 1}.")
    while rows(alice)[0] > 0:
        first = rows(alice)[0]
        alice.scroll(0)
        expect(alice.message(f"line {first - 1}.")).to_have_count(1)
    alice.sees("line 0.")
    while rows(alice)[-1] < MANY - 1:
        last = rows(alice)[-1]
        alice.scroll(10**6)
        expect(alice.message(f"line {last + 1}.")).to_have_count(1)
    shown = rows(alice)
    assert shown == list(range(shown[0], MANY))
    alice.scroll(0)
    alice.page.get_by_role("button", name="newest").click()
    expect(alice.message(f"line {MANY - 1}.")).to_be_in_viewport()


def test_new_messages_do_not_move_who_reads_further_up(open_page, long_room):
    alice = open_page("alice", room="#tea")
    alice.sees(f"line {MANY - 1}.")
    at = alice.message(f"line {MANY - 60}.")
    at.evaluate("row => row.scrollIntoView()")
    expect(alice.page.get_by_role("button", name="newest")).to_be_visible()
    before = at.bounding_box()["y"]
    long_room.irc("erin").join("#tea").send("PRIVMSG #tea :fresh")
    expect(alice.page.get_by_role("button", name="1 new")).to_be_visible()
    assert abs(at.bounding_box()["y"] - before) < 3
    alice.page.get_by_role("button", name="1 new").click()
    expect(alice.message("fresh")).to_be_in_viewport()


def test_search_finds_and_goes_there(open_page, long_room):
    erin = long_room.irc("erin").join("#tea")
    erin.send("PRIVMSG #tea :the answer is bergamot", *(f"PRIVMSG #tea :more {number}" for number in range(300)))
    erin.fence()
    alice = open_page("alice", room="#tea")
    alice.page.get_by_role("button", name="Search", exact=True).click()
    alice.page.get_by_label("Words to find").fill("bergamot answer")
    alice.page.get_by_label("Words to find").press("Enter")
    expect(alice.page.get_by_text("1 message")).to_be_visible()
    alice.page.get_by_role("button", name="the answer is bergamot").click()
    expect(alice.message("the answer is bergamot")).to_be_in_viewport()
    expect(alice.message("the answer is bergamot")).to_be_focused()
    alice.visit("#garden")
    alice.say("/search line 7.")
    alice.page.get_by_role("button", name="line 7.").click()
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("#tea")
    expect(alice.message("line 7.")).to_be_in_viewport()
    alice.say("/search nowhere to be found")
    expect(alice.page.get_by_text("Nothing was found")).to_be_visible()


def test_a_server_that_comes_back_finds_the_gap_filled_and_unsent_lines_sent_once(open_page, server):
    alice, bob = open_page("alice", room="#tea"), open_page("bob", room="#tea")
    alice.say("before")
    bob.sees("before")
    server.kill9()
    expect(alice.page.get_by_text("Not connected")).to_be_visible()
    alice.say("written meanwhile", "and this")
    expect(alice.message("written meanwhile")).to_contain_text("waiting to be sent")
    server.start()
    alice.sees_stored("written meanwhile")
    alice.sees_stored("and this")
    expect(bob.page.get_by_text("Not connected")).to_be_hidden()
    bob.sees("before", "written meanwhile", "and this")
    dave = server.irc("dave", "server-time,batch").join("#tea")
    said = [line.rpartition(":")[2] for line in dave.fence() if "PRIVMSG #tea" in line]
    assert said == ["before", "written meanwhile", "and this"]


def test_what_was_said_while_away_is_there_without_doubles(open_page, server):
    alice = open_page("alice", room="#tea")
    alice.say("before")
    alice.sees_stored("before")
    alice.page.context.set_offline(True)
    server.kill9()
    server.start()
    dave = server.irc("dave").join("#tea")
    dave.send(*(f"PRIVMSG #tea :missed {number}." for number in range(150)))
    dave.fence()
    alice.page.context.set_offline(False)
    alice.sees("missed 149.")
    alice.scroll(0)
    alice.sees("before", "missed 0.", "missed 75.")
    dave.send("PRIVMSG #tea :and live again")
    alice.sees("and live again")


def test_a_reload_comes_in_again_with_rooms_and_unsent_lines(open_page, server):
    alice = open_page("alice", room="#tea")
    alice.visit("#garden")
    alice.say("said before")
    alice.sees_stored("said before")
    server.kill9()
    expect(alice.page.get_by_text("Not connected")).to_be_visible()
    alice.say("not sent yet")
    server.start()
    alice.page.reload()
    expect(alice.box).to_be_focused()
    expect(alice.talk("#tea")).to_be_visible()
    alice.sees("said before")
    alice.sees_stored("not sent yet")
