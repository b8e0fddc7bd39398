"""Several connections of one person over real sockets: one that reads slowly, telnet, passwords hashed in threads."""

from __future__ import annotations

import base64

from running import IrcClient
from server_house import Hearing, HouseScene

BUFFER = 4608  # as little as Linux lets a socket have
CHEAP = {"password_memory_kib": 8, "password_rounds": 1}
LONG = "x" * 300


def log_in(client: IrcClient, name: str = "alice", password: str = "teapot", capabilities: str = "sasl") -> IrcClient:
    """Come in as the owner of an account."""
    blob = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
    client.send(f"CAP REQ :{capabilities}", f"NICK {name}", f"USER {name} 0 * :A", "AUTHENTICATE PLAIN")
    client.expect(r"^AUTHENTICATE \+")
    client.send(f"AUTHENTICATE {blob}", "CAP END")
    client.expect(" 903 ")
    client.expect(r" (376|422) ")
    client.fence()
    return client


def test_a_room_entered_by_another_connection_is_told_in_its_place(new_house):
    """One connection of alice's lags; meanwhile she goes to a room with the other."""
    scene: HouseScene = new_house(limits={"outbox_bytes": 4096, "rate": 0}, accounts=CHEAP)
    bob = scene.irc("bob").join("#lobby").join("#tea")
    bob.send("PRIVMSG #tea :before")
    quick = scene.irc("alice").join("#lobby")
    quick.send("REGISTER * * teapot")
    quick.expect(" REGISTER SUCCESS ")
    hearing = Hearing(quick)
    slow = log_in(scene.irc("", buffer=BUFFER))
    outbox = scene.newest.outbox
    while not outbox.is_lagging:
        bob.send(*(f"PRIVMSG #lobby :{LONG}" for _ in range(50)))
        bob.fence()
    quick.send("JOIN #tea", "NICK alicia")
    hearing.until(" NICK ")
    bob.send("PRIVMSG #tea :after", "INVITE alicia #den")
    bob.fence()
    told = [line for line in slow.fence() if "#lobby" not in line]
    assert [line.split()[1] for line in told] == ["JOIN", "NICK", "PRIVMSG", "353", "366"]
    assert told[2].endswith("PRIVMSG #tea :after")
    assert not outbox.is_lagging


def test_newcomers_are_counted_until_they_have_entered_or_left(new_house):
    scene: HouseScene = new_house()

    def newcomers() -> int:
        return scene.house.counts()["unknown"]

    early, silent, plain = scene.irc(), scene.irc(), scene.plain()
    assert newcomers() == 3
    early.send("NICK bob")
    early.send("QUIT")
    early.expect_end()
    assert newcomers() == 2
    silent.close()
    plain.expect("Type your name")
    scene.until(lambda: newcomers() == 1)
    plain.send("alice")
    plain.expect("You are in")
    assert newcomers() == 0
    carol = scene.irc("carol")
    carol.send("LUSERS")
    carol.expect(" 253 carol 0 ")
    carol.send("QUIT")
    carol.expect_end()
    assert newcomers() == 0


def test_telnet_keeps_a_password_off_the_screen(new_house):
    scene: HouseScene = new_house(accounts=CHEAP)
    alice = scene.plain("alice")
    alice.send("/register teapot")
    alice.expect("is registered now")
    telnet = scene.plain()
    telnet.send_bytes(b"\xff\xfb\x1f")  # WILL NAWS
    assert telnet.raw_line().endswith(b"Type your name and press Enter.\r\n")
    telnet.send("alice")
    telnet.expect("alice is registered")
    assert telnet.raw_line() == b"   What you type is not shown. If it is not yours: /nick <name>\r\n"
    telnet.send_bytes(b"\xff\xfd\x01teapot\r\n")  # DO ECHO
    assert telnet.raw_line() == b"\xff\xfb\x01\xff\xfc\x01\r\n"  # WILL ECHO, WONT ECHO
    telnet.expect("^-- You are logged in as alice.")
    telnet.expect("^-- You are in #lobby")


def test_the_others_are_served_while_passwords_are_hashed(new_house):
    scene: HouseScene = new_house(accounts={"password_memory_kib": 65536, "password_rounds": 3})
    alice, bob = scene.irc("alice"), scene.irc("bob")
    alice.send("REGISTER * * teapot")
    bob.send("PING now")
    bob.expect("PONG .* now")
    assert scene.house.accounts.find("alice") is None
    alice.expect(" REGISTER SUCCESS ")
    assert scene.house.accounts.find("alice") is not None


def test_what_goes_wrong_in_a_thread_is_told_to_who_asked(new_house, monkeypatch):
    """A bug costs that one connection, and the thread goes on."""
    scene: HouseScene = new_house(accounts=CHEAP)
    alice, bob = scene.irc("alice"), scene.irc("bob")
    monkeypatch.setattr("chatroom.server.passwords.hashed", lambda password, settings: 1 // 0)
    alice.send("REGISTER * * teapot")
    assert "ERROR :Closing Link" in alice.expect_end()[-1]
    monkeypatch.undo()
    bob.send("REGISTER * * teapot")
    bob.expect(" REGISTER SUCCESS ")


def test_who_writes_first_is_heard_first(new_house):
    """The loop sees all of it at once."""
    scene: HouseScene = new_house()
    people = [scene.irc(f"person{n}").join("#tea") for n in range(6)]
    watcher = scene.irc("watcher").join("#tea")
    before = scene.house.history.last()[0]
    for n, person in enumerate(people):
        person.sock.send(f"PRIVMSG #tea :{n}\r\n".encode())  # without a look at the loop between
    scene.until(lambda: scene.house.history.last()[0] >= before + len(people))
    assert [line[-1] for line in watcher.fence() if " PRIVMSG " in line] == list("012345")
