"""What the word being typed may become."""

from __future__ import annotations

import pytest
from client_scene import Scene

from chatroom.client.complete import candidates
from chatroom.client.typed_history import KEPT, append, default_path, is_secret, load

CASES = [
    ("/wh", "/wh", ["/who ", "/whois "]),
    ("/JO", "/JO", ["/join "]),
    ("b", "b", ["bob: "]),
    ("hello B", "B", ["bob "]),
    ("x", "x", []),
    ("#t", "#t", ["#tea "]),
    ("look in #t", "#t", ["#tea "]),
    ("/msg b", "b", ["bob "]),
    ("/msg bob hi c", "c", ["carol "]),
    ("/kick c", "c", ["carol "]),
    ("/op #tea c", "c", ["carol "]),
    ("/op bob c", "c", ["carol "]),
    ("/topic #t", "#t", ["#tea "]),
    ("/join #o", "#o", ["#other "]),
    ("/switch b", "b", ["bob "]),
    ("/help jo", "jo", ["join "]),
    ("/motd x", "x", []),
    ("//b", "//b", []),
]


@pytest.mark.parametrize(("before", "word", "expected"), CASES)
def test_candidates(scene: Scene, before: str, word: str, expected: list[str]) -> None:
    scene.told(":s 322 ada #other 3 :elsewhere", ":s 322 ada #other 3 :again")
    assert candidates(scene.session, before) == (word, expected)


def test_who_spoke_last_comes_first(scene: Scene) -> None:
    scene.told(":carol!u@h PRIVMSG #tea :hi", ":bob!u@h PRIVMSG #tea :hi")
    assert candidates(scene.session, "")[1] == ["bob: ", "carol: "]
    scene.told(":carol!u@h PRIVMSG #tea :hi")
    assert candidates(scene.session, "")[1] == ["carol: ", "bob: "]


def test_the_person_of_a_private_talk_can_be_completed(scene: Scene) -> None:
    scene.told(":zoe!u@h PRIVMSG ada :psst")
    assert candidates(scene.session, "/msg z")[1] == ["zoe "]


def test_names_with_controls_are_not_offered(scene: Scene) -> None:
    scene.told(":b\x1b[31mx!u@h JOIN #tea", ":s 322 ada #\x9b31m 3 :x")
    assert candidates(scene.session, "b")[1] == ["bob: "]
    assert candidates(scene.session, "/join #")[1] == ["#tea "]


SECRETS = [
    "/msg NickServ identify hunter2",
    "/msg nickserv@services hunter2",
    "/MSG ChanServ x",
    "/oper root hunter2",
    "/pass hunter2",
    "/password old new",
    "/login ada hunter2",
    "/register * hunter2",
    "/ns identify hunter2",
    "/raw PASS hunter2",
    "/quote PRIVMSG NickServ :identify hunter2",
    "/raw @label=1 OPER root hunter2",
    "/raw AUTHENTICATE abc",
    "/join #tea key",
    "/mode +k key",
    "/mode #tea +mk key",
    "  /login ada hunter2",
]


@pytest.mark.parametrize("line", SECRETS)
def test_lines_with_passwords_are_secret(line: str) -> None:
    assert is_secret(line)


@pytest.mark.parametrize("line", ["hello", "/join #tea", "/msg bob hi", "/topic the server is up", "/me serves tea"])
def test_other_lines_are_not(line: str) -> None:
    assert not is_secret(line, "#tea")


def test_whatever_is_said_to_a_service_is_secret() -> None:
    assert is_secret("identify hunter2", to="NickServ")
    assert is_secret("/reply identify hunter2", to="NickServ")


def test_history_is_kept_private_and_bounded() -> None:
    path = default_path()
    assert load(path) == []
    for line in ("one", "two\nlines", " ", "three"):
        append(path, line)
    assert load(path) == ["one", "three"]
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    path.write_text("".join(f"{number}\n" for number in range(3 * KEPT)))
    assert load(path) == [str(number) for number in range(2 * KEPT, 3 * KEPT)]
    assert len(path.read_text().splitlines()) == KEPT
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_history_that_cannot_be_kept_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null")
    append(default_path(), "hello")
    assert load(default_path()) == []
