"""Talk between browsers, and with people on nc."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_two_pages_and_somebody_on_nc_talk(open_page, server):
    dave = server.plain("dave")
    alice, bob = open_page("alice"), open_page("bob")
    alice.say("hello from a browser")
    dave.expect("alice: hello from a browser")
    bob.sees("hello from a browser")
    alice.sees_stored("hello from a browser")
    dave.send("hello from a terminal")
    alice.sees("hello from a terminal")
    bob.sees("hello from a terminal")


def test_the_address_names_the_room(open_page):
    alice, bob = open_page("alice", room="#tea"), open_page("bob", room="#garden")
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("#tea")
    bob.visit("#tea")
    expect(bob.page).to_have_url(re.compile("#tea$"))
    bob.say("found you")
    alice.sees("found you")
    bob.talk("#garden").click()
    expect(bob.page).to_have_url(re.compile("#garden$"))


def test_private_talk_opens_by_itself_and_is_counted(open_page):
    alice, bob = open_page("alice"), open_page("bob")
    alice.page.get_by_role("complementary").get_by_role("button", name="bob").click()
    alice.say("psst", "between us")
    expect(bob.talk("alice")).to_have_accessible_name("alice, 2 unread, 2 for you")
    bob.talk("alice").click()
    bob.sees("psst", "between us")
    expect(bob.talk("alice")).to_have_accessible_name("alice")
    bob.say("heard")
    alice.sees("heard")


def test_unread_and_mentions_are_counted_and_told_in_the_title(open_page, server):
    alice = open_page("alice", room="#tea")
    alice.visit("#garden")
    dave = server.irc("dave").join("#tea")
    dave.send("PRIVMSG #tea :anybody here", "PRIVMSG #tea :Alice: you perhaps?", "PRIVMSG #tea :malice is another word")
    expect(alice.talk("#tea")).to_have_accessible_name("#tea, 3 unread, 1 for you")
    expect(alice.page).to_have_title("(1) #garden · Chatroom")
    alice.talk("#tea").click()
    expect(alice.page).to_have_title("#tea · Chatroom")
    expect(alice.log.get_by_text("new", exact=True)).to_be_visible()


def test_a_paste_of_several_lines_is_one_message(open_page, server):
    dave = server.irc("dave", "batch,draft/multiline,message-tags").join("#lobby")
    alice, bob = open_page("alice"), open_page("bob")
    text = "def tea():\n    return 7\n\nprint(tea())"
    alice.say(text)
    dave.expect(r"BATCH \+\w+ draft/multiline #lobby")
    assert [dave.expect("PRIVMSG #lobby :?(.*)$")[1] for _ in range(4)] == text.split("\n")
    expect(bob.message("def tea").locator(".text")).to_have_text(text, use_inner_text=True)


def test_a_text_too_long_for_a_line_arrives_whole(open_page):
    alice, bob = open_page("alice"), open_page("bob")
    text = " ".join(f"wörd{number}" for number in range(150))
    alice.say(text)
    expect(bob.message("wörd0 ").locator(".text")).to_have_text(text)


def test_answers_and_reactions(open_page, server):
    dave = server.plain("dave")
    alice, bob = open_page("alice"), open_page("bob")
    alice.say("tea or coffee?")
    bob.message("tea or coffee?").hover()
    bob.page.get_by_role("button", name="Reply to this message").click()
    expect(bob.page.get_by_text("replying to alice: tea or coffee?")).to_be_visible()
    bob.say("tea")
    dave.expect(r"bob \(to alice\): tea")
    expect(alice.message("tea").get_by_title("Go there")).to_contain_text("alice tea or coffee?")
    bob.message("tea or coffee?").last.hover()
    bob.page.get_by_role("button", name="React to this message").click()
    bob.page.get_by_role("button", name="React with 👍").click()
    chip = alice.log.get_by_role("button", name="👍, bob")
    chip.click()
    expect(alice.log.get_by_role("button", name="👍, bob, alice")).to_have_attribute("aria-pressed", "true")
    alice.log.get_by_role("button", name="👍, bob, alice").click()
    expect(bob.log.get_by_role("button", name="👍, bob")).to_have_text("👍 1")


def test_what_is_taken_back_is_gone_for_all(open_page):
    alice, bob = open_page("alice"), open_page("bob")
    alice.say("a slip of the finger")
    bob.sees("a slip of the finger")
    alice.message("a slip of the finger").hover()
    alice.page.get_by_role("button", name="Take this message back").click()
    bob.sees("taken back")
    expect(bob.message("a slip")).to_have_count(0)
    bob.page.reload()
    expect(bob.box).to_be_focused()
    expect(bob.message("a slip")).to_have_count(0)


def test_typing_is_told_and_ends_with_the_message(open_page):
    alice, bob = open_page("alice"), open_page("bob")
    alice.box.press_sequentially("hel")
    expect(bob.page.get_by_text("alice is typing")).to_be_visible()
    alice.say("hello")
    bob.sees("hello")
    expect(bob.page.get_by_text("alice is typing")).to_have_count(0)


def test_people_come_go_and_are_renamed(open_page, server):
    alice = open_page("alice")
    people = alice.page.get_by_role("complementary")
    dave = server.irc("dave").join("#lobby")
    expect(people.get_by_role("button", name="dave")).to_be_visible()
    dave.send("NICK david", "AWAY :lunch")
    expect(people.get_by_role("button", name="david, away")).to_be_visible()
    alice.sees("dave is david now")
    dave.send("QUIT :bye")
    expect(people.get_by_role("button", name="david")).to_have_count(0)


def test_commands_are_completed_and_done(open_page, server):
    alice = open_page("alice", room="#tea")
    alice.box.press_sequentially("/top")
    expect(alice.page.get_by_role("option", name="/topic")).to_have_attribute("aria-selected", "true")
    alice.box.press("Tab")
    alice.box.press_sequentially("All about tea")
    alice.box.press("Enter")
    expect(alice.page.locator("#topic")).to_have_text("All about tea")
    server.irc("dave").join("#tea")
    alice.sees("dave came in")
    alice.box.press_sequentially("da")
    alice.box.press("Tab")
    expect(alice.box).to_have_value("dave: ")
    alice.say("/me pours", "//me is not a command", "/status", "/nonsense")
    alice.sees("pours", "/me is not a command", "newest proven backup", "NONSENSE: Unknown command")
    alice.say("/nick allie")
    alice.sees("alice is allie now")


def test_a_message_that_is_refused_says_why_and_can_be_sent_again(open_page, server):
    alice = open_page("alice")
    alice.visit("dave")
    alice.say("are you there?")
    expect(alice.message("are you there?")).to_contain_text("not sent: No such nick")
    dave = server.plain("dave")
    alice.page.get_by_role("button", name="send again").click()
    dave.expect("are you there")
    alice.sees_stored("are you there?")
