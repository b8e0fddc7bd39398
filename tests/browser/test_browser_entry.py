"""Coming in: guests, accounts, passwords, and a page that is let in nowhere else."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_name_is_made_ones_own_and_asks_for_its_password(open_page):
    alice = open_page("alice")
    alice.page.get_by_role("button", name="account").click()
    alice.page.get_by_role("dialog").get_by_label("Password").fill("a pot of tea 7")
    alice.page.get_by_role("button", name="Make this name mine").click()
    expect(alice.page.get_by_text("You are logged in as alice.")).to_be_visible()
    alice.page.get_by_role("button", name="Close", exact=True).click()
    alice.page.get_by_role("button", name="leave", exact=True).click()
    stranger = open_page()
    stranger.page.get_by_label("Your name").fill("alice")
    stranger.page.get_by_role("button", name="Come in").click()
    expect(stranger.page.get_by_role("alert")).to_contain_text("Somebody has that name")
    stranger.page.get_by_label("Password if the name is yours").fill("wrong")
    stranger.page.get_by_role("button", name="Come in").click()
    expect(stranger.page.get_by_role("alert")).to_contain_text("That did not work")
    alice.enter("alice", "a pot of tea 7")
    expect(alice.page.get_by_title("logged in to alice")).to_be_visible()


def test_with_an_account_private_talk_is_there_after_coming_back(open_page, server):
    server.irc("bob").send("REGISTER * * :tea pot 7")
    alice = open_page("alice")
    alice.page.get_by_role("button", name="account").click()
    alice.page.get_by_role("dialog").get_by_label("Password").fill("a pot of tea 7")
    alice.page.get_by_role("button", name="Make this name mine").click()
    expect(alice.page.get_by_text("You are logged in as alice.")).to_be_visible()
    alice.page.get_by_role("button", name="Close", exact=True).click()
    alice.say("/msg bob between us")
    alice.sees_stored("between us")
    alice.page.get_by_role("button", name="leave", exact=True).click()
    alice.enter("alice", "a pot of tea 7")
    alice.talk("bob").click()
    alice.sees("between us")


def test_a_taken_name_is_refused_with_what_to_do(open_page, server):
    server.plain("alice")
    alice = open_page()
    alice.page.get_by_label("Your name").fill("alice")
    alice.page.get_by_role("button", name="Come in").click()
    expect(alice.page.get_by_role("alert")).to_contain_text("choose another")
    alice.enter("alice2")


def test_a_server_with_a_password_asks_for_it(open_page, start_server, server):
    closed = start_server(server={"password": "sesame"}, web={"listen": ["http://127.0.0.1:0"]})
    server.listen = [f"http://127.0.0.1:{closed.doors['http']}"]
    alice = open_page()
    alice.page.get_by_label("Your name").fill("alice")
    alice.page.get_by_role("button", name="Come in").click()
    alice.page.get_by_label("Password of this server").fill("sesame")
    alice.page.get_by_role("button", name="Come in").click()
    expect(alice.box).to_be_focused()


def test_the_lobby_is_where_the_server_says(open_page, start_server, server):
    other = start_server(rooms={"default": "#kitchen"}, web={"listen": ["http://127.0.0.1:0"]})
    server.listen = [f"http://127.0.0.1:{other.doors['http']}"]
    alice = open_page("alice")
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("#kitchen")
