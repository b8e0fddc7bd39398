"""IRC programs in browsers: real connections over WebSocket, with and without TLS."""

from __future__ import annotations

import ssl
from contextlib import ExitStack

import certificates
import gevent
import pytest
from running import PATIENCE, IrcClient
from server_house import Hearing
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from wrapped import MessageSocket, enter, hear

BUFFER = 4608
TEXT, BINARY = "text.ircv3.net", "binary.ircv3.net"


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("server"))


# ---- another implementation, over TCP


@pytest.fixture
def doors(start_server, pair):
    """A server that listens for all sorts: its ports, by scheme."""
    listen = [f"{scheme}://127.0.0.1:0" for scheme in ("ws", "wss")]
    return start_server(server={"listen": listen}, tls=pair.settings)


@pytest.fixture
def browse(doors, pair):
    """Opens connections; they are closed with the test."""
    with ExitStack() as stack:

        def begin(scheme="ws", *subprotocols):
            context = certificates.client_context(pair) if scheme == "wss" else None
            url = f"{scheme}://localhost:{doors.doors[scheme]}/"
            opening = connect(url, subprotocols=list(subprotocols) or None, ssl=context, open_timeout=PATIENCE)
            return stack.enter_context(opening)

        yield begin


@pytest.mark.parametrize("scheme", ["ws", "wss"])
@pytest.mark.parametrize("offered", [(), (TEXT,), (TEXT, BINARY), ("chat", TEXT)])
def test_lines_are_messages_both_ways(doors, browse, scheme, offered):
    web = browse(scheme, *offered)
    assert web.subprotocol == (TEXT if offered else None)
    assert enter(web, "web").startswith(":chat.example.net 366 web #lobby ")
    alice = doors.plain("alice")
    web.send("PRIVMSG #lobby :grün\r\n")
    alice.expect("^web: grün$")
    alice.send("hello")
    assert hear(web, "PRIVMSG").endswith(" PRIVMSG #lobby :hello")
    assert web.ping().wait(PATIENCE)


def test_binary_messages(doors, browse):
    web = browse("ws", BINARY)
    assert web.subprotocol == BINARY
    web.send(b"CAP LS 302")
    assert web.recv(PATIENCE).startswith(b":chat.example.net CAP * LS ")
    web.send(b"PRIVMSG x :\xff")
    web.send(b"PING fence")
    while b"fence" not in web.recv(PATIENCE):
        pass


def test_several_messages_in_parts(browse):
    web = browse()
    web.send(["NICK w", "eb"])
    web.send(["USER web 0 ", "* :", "Web"])
    assert hear(web, " 001 ").startswith(":chat.example.net 001 web ")


def test_nobody_is_greeted_as_a_person(browse):
    web = browse()
    web.send("hello")
    web.send("PING x")
    assert not any("Type your name" in message for message in (web.recv(PATIENCE), web.recv(PATIENCE)))


def test_a_line_that_is_too_long_is_refused_and_the_next_is_heard(browse):
    web = browse()
    enter(web, "web")
    web.send("PRIVMSG #lobby :" + "x" * 10_000)
    assert " 417 " in hear(web, "417")
    web.send("PING after")
    hear(web, "after")


@pytest.mark.parametrize(("message", "code"), [("x" * 100_000, 1009), (["x" * 9000] * 20, 1009)])
def test_a_message_that_is_too_long_ends_it_with_a_code(doors, browse, message, code):
    web = browse()
    enter(web, "web")
    alice = doors.irc("alice").join("#lobby")
    web.send(message)
    with pytest.raises(ConnectionClosed):
        hear(web, "what never comes")
    assert web.close_code == code
    alice.expect(r"^:web!\S+ QUIT ")


def test_a_text_that_is_no_text_ends_it_with_a_code(browse):
    web = browse()
    web.send(b"\xff\xfe", text=True)
    with pytest.raises(ConnectionClosed):
        web.recv(PATIENCE)
    assert (web.close_code, web.close_reason) == (1007, "That message is not UTF-8. Send text as UTF-8.")


def test_our_end_is_said_with_a_code(browse):
    web = browse()
    enter(web, "web")
    web.send("QUIT :bye")
    hear(web, "ERROR")
    with pytest.raises(ConnectionClosed):
        web.recv(PATIENCE)
    assert web.close_code == 1000


def test_the_browsers_end_is_told_to_the_others(doors, browse):
    alice = doors.irc("alice").join("#lobby")
    web = browse("wss")
    enter(web, "web")
    web.close(1001)
    alice.expect(r"^:web!\S+ QUIT ")
    assert web.close_code == 1001


def test_the_servers_end_is_told(doors, browse):
    web = browse()
    enter(web, "web")
    doors.terminate()
    assert "stopping" in hear(web, "ERROR")
    with pytest.raises(ConnectionClosed):
        web.recv(PATIENCE)
    assert web.close_code == 1000


def test_http_without_an_upgrade_is_told_how(doors):
    client = doors.irc()
    client.close()
    browser = type(client)(doors.doors["ws"])
    with browser:
        browser.send("GET / HTTP/1.1", "Host: localhost", "")
        assert browser.line() == "HTTP/1.1 426 Upgrade Required"
        assert any("this port speaks WebSocket only" in line for line in browser.expect_end())


def test_the_port_for_everybody_does_not_take_it(doors):
    with pytest.raises(InvalidStatus), connect(f"ws://127.0.0.1:{doors.port}/", open_timeout=PATIENCE):
        pass


def test_no_tls_at_the_door_for_it(doors, pair):
    with IrcClient(doors.doors["wss"]) as client:
        client.send("GET / HTTP/1.1", "Host: localhost", "")
        assert client.line() == "HTTP/1.1 400 Bad Request"


def test_a_browser_is_not_asked_for_a_certificate(doors, pair, tmp_path):
    """It would ask its user for one, or fail."""
    own = certificates.make(tmp_path, "own")
    context = certificates.client_context(pair, own)
    with connect(f"wss://localhost:{doors.doors['wss']}/", ssl=context, open_timeout=PATIENCE) as web:
        enter(web, "web")
        assert isinstance(context, ssl.SSLContext)
    assert "a bug" not in doors.log


# ---- in one process


@pytest.fixture
def web_house(new_house, pair):
    return new_house(tls=pair.settings, limits={"outbox_bytes": 4096, "rate": 0})


@pytest.fixture
def wraps(pair):
    """What makes of a socket one over which messages go, by scheme."""

    def over_tls(sock):
        context = certificates.client_context(pair, cooperative=True)
        return MessageSocket(context.wrap_socket(sock, server_hostname="localhost"))

    return {"ws": MessageSocket, "wss": over_tls}


SCHEMES = pytest.mark.parametrize("scheme", ["ws", "wss"])


@SCHEMES
def test_a_slow_reader_gets_the_same_lines_as_one_who_kept_up(web_house, wraps, scheme):
    scene = web_house
    alice = scene.irc("alice").join("#lobby")
    bob, carol = (
        scene.connect(IrcClient, buffer=buffer, door=scheme, wrap=wraps[scheme]).enter(nick, "server-time")
        for nick, buffer in (("bob", BUFFER), ("carol", 0))
    )
    for client in (bob, carol):
        client.join("#lobby")
    for client in (alice, bob):
        client.expect("carol")
        client.fence()
    live, said = Hearing(carol), 0
    while not scene.of("bob").outbox.is_lagging or said < 1000:
        alice.send(*(f"PRIVMSG #lobby :{n} {'x' * 300}" for n in range(said, said + 50)))
        alice.fence()
        said += 50
    alice.send("PRIVMSG #lobby :done")
    assert Hearing(bob).until(":done") == live.until(":done")


def test_an_opening_that_stalls_is_closed_in_its_time(web_house):
    client = web_house.connect(IrcClient, door="ws")
    client.send("GET / HTTP/1.1", "Host: x")
    link = web_house.newest
    web_house.until(lambda: link._transport)
    link.look(link.born + 31)
    assert client.expect_end()[0] == "HTTP/1.1 408 Request Timeout"


def test_pings_count_for_flood_control(new_house):
    scene = new_house(limits={"rate": 1.0, "burst": 100})
    bob = scene.connect(IrcClient, door="ws", wrap=MessageSocket)
    bucket = scene.newest.allowance._bucket
    bob.fence()
    for _ in range(20):
        bob.sock.protocol.send_ping(b"")
    bob.fence()
    assert bucket._left < 100 - 20


def test_who_asks_on_and_takes_no_answers_is_closed(web_house):
    scene = web_house
    bob = scene.connect(IrcClient, door="ws", wrap=MessageSocket, buffer=BUFFER).enter("bob")
    link = scene.of("bob")

    def ask():
        while not link.outbox.is_broken:
            bob.sock.protocol.send_ping(b"x" * 125)
            bob.sock._push()

    asking = gevent.spawn(ask)
    scene.until(lambda: link.outbox.is_broken)
    asking.kill()
    scene.until(lambda: not scene.house.connections)
