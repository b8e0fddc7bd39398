"""Settings and profiles, what is remembered, whose certificate is trusted, and logging in."""

from __future__ import annotations

import asyncio
import base64
import ssl
import sys
import types
from pathlib import Path

import pytest
from certificates import make
from client_line import Line
from client_peer import Peer
from client_scene import Scene

from chatroom.client import login, memory, trust
from chatroom.client.link import Failed, Untrusted
from chatroom.client.options import Options, parse

SETTINGS = """
default = "home"
theme = "dark"
[profiles.home]
server = "chat.example.net:6697"
tls = true
nick = "ada"
rooms = ["#tea", "den"]
account = "ada"
"""


def write(text: str) -> None:
    path = memory.settings_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_profile_says_where_and_who() -> None:
    write(SETTINGS)
    for arguments in ([], ["home"]):
        options = parse(arguments)
        assert (options.address, options.tls, options.nick) == ("chat.example.net:6697", True, "ada")
        assert (options.room, options.rooms, options.account) == ("#tea", ("#den",), "ada")
        assert options.settings["theme"] == "dark"
    assert parse(["home", "--nick", "bob", "--room", "x"]).room == "#x"
    assert parse(["other.example"]).address == "other.example:6666"


@pytest.mark.parametrize(
    "text", ["them = 1", "theme = 1", "[profiles.home]\nsrver = 'x'", "profiles = 1", "=", "[profiles]\nhome = 1"]
)
def test_settings_that_make_no_sense_are_named(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(text)
    with pytest.raises(SystemExit) as ended:
        parse([])
    assert ended.value.code == 2
    assert "client.toml" in capsys.readouterr().err


def test_nick_and_rooms_are_remembered_for_a_person_not_for_a_script() -> None:
    memory.remember("localhost:6666", memory.Server("eve", ["#den", "#tea"], "AA:BB"))
    options = parse([])
    assert (options.nick, options.room, options.rooms, options.fingerprint) == ("eve", "#den", ("#tea",), "AA:BB")
    assert parse(["--pipe"]).room == "#lobby"
    assert not parse(["--tail"]).is_nick_given


@pytest.mark.parametrize("text", ["", "[]", "{", '{"localhost:6666": 3}', '{"localhost:6666": {"rooms": 3}}'])
def test_a_memory_that_was_spoilt_is_none(text: str) -> None:
    memory.remember("localhost:6666", memory.Server("eve"))
    memory._memory_path().write_text(text)
    assert memory.recall("localhost:6666") == memory.Server()


def test_each_system_has_its_place(tmp_path: Path) -> None:
    assert memory.settings_path({"XDG_CONFIG_HOME": "/c"}, "linux") == Path("/c/chatroom/client.toml")
    assert "Application Support" in str(memory.settings_path({}, "darwin"))
    assert memory.settings_path({"APPDATA": "/a"}, "win32") == Path("/a/chatroom/client.toml")


def test_a_certificate_is_trusted_by_its_fingerprint_alone(tmp_path: Path) -> None:
    certificate, key, shown = make(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def play() -> None:
        peer = Peer()
        await peer.start(context=context)
        with pytest.raises(Untrusted):
            await Line(peer.port, tls=True).running
        fingerprint = await trust.shown_by(Options("127.0.0.1", peer.port, tls=True))
        assert fingerprint.replace(":", "").lower() == shown
        line = Line(peer.port, tls=True, fingerprint=shown)  # as other programs write it
        await line.until_shown("connected")
        line.client.leave()
        await line.running
        heard = len(peer.lines)
        with pytest.raises(Failed, match="another certificate"):
            await Line(peer.port, tls=True, fingerprint="00" + fingerprint[2:]).running
        assert len(peer.lines) == heard
        await peer.stop()

    asyncio.run(play())


def logging_in(is_private: bool = True) -> Scene:
    scene = Scene(account="ada", account_password="tea pot", is_private=is_private)
    scene.connect()
    return scene


def test_one_is_logged_in_while_coming_in() -> None:
    scene = logging_in()
    [request] = scene.told(":s CAP * LS :sasl=PLAIN batch")
    assert "sasl" in request
    assert scene.told(":s CAP * ACK :batch sasl") == ["AUTHENTICATE PLAIN"]
    [answer] = scene.told("AUTHENTICATE +")
    assert base64.b64decode(answer.split()[1]) == b"\0ada\0tea pot"
    assert scene.told(":s 903 * :You are logged in") == ["CAP END"]


def test_a_wrong_password_lets_one_in_as_a_guest() -> None:
    scene = logging_in()
    scene.told(":s CAP * LS :sasl", ":s CAP * ACK :sasl", "AUTHENTICATE +")
    assert scene.told(":s 904 * :SASL authentication failed") == ["CAP END"]
    assert "/login tries again" in scene.events("error")[0].text


def test_a_password_does_not_leave_where_others_can_read_it() -> None:
    scene = logging_in(is_private=False)
    assert "sasl" not in "".join(scene.told(":s CAP * LS :sasl batch"))


def test_a_server_that_has_other_ways_to_log_in_is_not_asked_for_this_one() -> None:
    assert "sasl" not in "".join(logging_in().told(":s CAP * LS :sasl=EXTERNAL,SCRAM-SHA-256 batch"))


def test_the_environment_is_asked_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("chatroom", "ada@tea.example"): "from the keyring"}
    keyring = types.SimpleNamespace(get_password=lambda *where: kept.get(where))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert login.password_for("ada", "tea.example") == "from the keyring"
    assert login.password_for("bob", "tea.example") == ""
    monkeypatch.setenv("CHATROOM_ACCOUNT_PASSWORD", "from the environment")
    assert login.password_for("ada", "tea.example") == "from the environment"
    monkeypatch.delenv("CHATROOM_ACCOUNT_PASSWORD")
    monkeypatch.setitem(sys.modules, "keyring", None)  # not installed
    assert login.password_for("ada", "tea.example") == ""


def test_what_goes_to_a_service_is_not_shown_back(echoing: Scene) -> None:
    echoing.told(":ada!u@h PRIVMSG NickServ :IDENTIFY ada hunter2")
    assert [event.text for event in echoing.events()] == ["IDENTIFY ..."]
