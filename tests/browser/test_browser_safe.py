"""Text stays text, and links lead where they say."""

from __future__ import annotations

from playwright.sync_api import expect

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script><b>bold</b> &amp;"
BIDI = "user \u202egnp.exe\u202c \u2067right\u2069 שלום"


def test_markup_and_script_stay_text(open_page, server):
    alice = open_page("alice")
    dave = server.irc("dave").join("#lobby")
    dave.send(f"PRIVMSG #lobby :{MARKUP}", f"TOPIC #lobby :{MARKUP}", f"PART #lobby :{MARKUP}")
    expect(alice.message("onerror").first.locator(".text")).to_have_text(MARKUP)
    assert alice.page.locator("#log :is(img, script, b), #topic :is(img, script, b)").count() == 0
    expect(alice.page).to_have_title("#lobby · Chatroom")


def test_writing_direction_stays_within_its_message(open_page, server):
    alice = open_page("alice")
    dave = server.irc("dave").join("#lobby")
    dave.send(f"PRIVMSG #lobby :{BIDI}", "PRIVMSG #lobby :שלום עולם")
    text = alice.message("user").locator(".text")
    expect(text).to_have_text("user <U+202E>gnp.exe<U+202C> <U+2067>right<U+2069> שלום")
    expect(text).to_have_css("unicode-bidi", "isolate")
    expect(alice.message("שלום עולם").locator(".text")).to_have_css("direction", "rtl")


def test_control_characters_are_shown_as_signs_and_formatting_is_shown(open_page, server):
    alice = open_page("alice")
    dave = server.irc("dave").join("#lobby")
    dave.send("PRIVMSG #lobby :bell\x07 escape\x1b[31m \x02strong\x02 \x0304,07coloured\x03 \x1dslanted\x0f plain")
    text = alice.message("bell").locator(".text")
    expect(text).to_have_text("bell␇ escape␛[31m strong coloured slanted plain")
    expect(text.locator(".bold")).to_have_text("strong")
    expect(text.locator(".italic")).to_have_text("slanted")


def test_links_are_for_the_web_alone_and_tell_nothing_of_us(open_page, server):
    alice = open_page("alice")
    dave = server.irc("dave").join("#lobby")
    dave.send(
        "PRIVMSG #lobby :see https://example.com/a_(b), javascript:alert(1) data:text/html,x http://[ (http://x.y/z)"
    )
    links = alice.message("see").locator(".text a")
    expect(links).to_have_text(["https://example.com/a_(b)", "http://x.y/z"])
    for link in links.all():
        assert {"noopener", "noreferrer"} <= set(link.get_attribute("rel").split())


def test_a_name_that_is_code_is_a_name(open_page, server):
    alice = open_page("alice")
    for nick in ("__proto__", "constructor", "toString"):
        dave = server.irc(nick).join("#lobby")
        dave.send(f"PRIVMSG #lobby :I am {nick}")
        alice.sees(f"I am {nick}")
        expect(alice.page.get_by_role("complementary").get_by_role("button", name=nick)).to_be_visible()


def test_the_policy_allows_no_script_but_ours(open_page):
    alice = open_page("alice")
    alice.troubles.clear()
    ran = alice.page.evaluate(
        """async () => {
          const script = document.createElement("script");
          try { script.textContent = "window.ran = true"; document.body.append(script); } catch { }
          try { document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'>"); } catch { }
          return window.ran;
        }"""
    )
    assert ran is None
    alice.troubles.clear()  # the browser says what it refused
