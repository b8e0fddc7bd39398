"""The doors for browsers: the page's files and WebSocket, over real connections."""

from __future__ import annotations

import http.client
from contextlib import contextmanager, suppress

import certificates
import gevent
import pytest
from running import PATIENCE, IrcClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from wrapped import MessageSocket, enter, hear

from chatroom.server.doors import BLOCKED_PORTS, web_problem
from chatroom.server.site import ChatSite

WEB = {"listen": ["http://127.0.0.1:0"]}


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("server"))


@pytest.fixture
def web(start_server):
    return start_server(web=WEB)


@contextmanager
def asking(server, scheme="http", context=None):
    kind, more = (http.client.HTTPSConnection, {"context": context}) if context else (http.client.HTTPConnection, {})
    client = kind("localhost" if context else "127.0.0.1", server.doors[scheme], timeout=PATIENCE, **more)
    yield client
    client.close()


def ask(client, method, path, body=None, headers=None):
    client.request(method, path, body, headers or {})
    answer = client.getresponse()
    return answer, answer.read()


@contextmanager
def opened(server, path="/irc", headers=None, **more):
    url = f"ws://127.0.0.1:{server.doors['http']}{path}"
    with connect(url, additional_headers=headers, open_timeout=PATIENCE, proxy=None, **more) as client:
        yield client


# ---- HTTP


def test_one_connection_serves_request_after_request(web):
    with asking(web) as client:
        for _ in range(3):
            answer, body = ask(client, "GET", "/nothing/here")
            assert (answer.status, answer.getheader("X-Content-Type-Options")) == (404, "nosniff")
            assert b"There is nothing here." in body
        assert ask(client, "HEAD", "/nothing")[1] == b""


def test_what_is_no_http_is_told_so(web):
    client = IrcClient(web.doors["http"])
    client.send("NICK alice", "")
    assert client.line() == "HTTP/1.1 400 Bad Request"
    client.expect_end()
    client.close()


def test_a_bug_costs_one_request(scene, monkeypatch):
    def fail(self, request, visit):
        raise ZeroDivisionError

    monkeypatch.setattr(ChatSite, "answer", fail)
    client = visit(scene)
    client.send("GET / HTTP/1.1", "Host: a", "")
    assert client.line() == "HTTP/1.1 500 Internal Server Error"


def visit(scene, address="192.0.2.1", **more):
    """A client at the door for browsers."""
    return scene.connect(IrcClient, address, door="http", site=ChatSite(scene.house), **more)


def test_requests_count_for_flood_control(new_house):
    scene = new_house(limits={"rate": 1.0, "burst": 2})
    client = visit(scene)
    client.send(*["GET /x HTTP/1.1", "Host: a", ""] * 4)
    for _ in range(3):
        client.expect("HTTP/1.1 404")
    with gevent.Timeout(0.2, False):
        client.expect("HTTP/1.1 404")
        pytest.fail("the fourth was answered at once")


def test_who_asks_on_and_takes_nothing_costs_no_memory(scene):
    client = visit(scene, buffer=4608)
    wanted = "\r\n".join(["GET /" + "x" * 100 + " HTTP/1.1", "Host: a", "", ""]).encode()
    client.sock.setblocking(False)
    with suppress(BlockingIOError):
        while client.sock.send(wanted * 100):
            gevent.sleep(0)
    assert sum(map(len, scene.newest.outbox._backlog)) < 2000


def test_silence_ends_a_visit(scene):
    client, slow = visit(scene), visit(scene)
    slow.send_bytes(b"GET / HT")
    scene.until(lambda: not scene.newest.visit._http.is_idle)
    scene.house.look(scene.house.seconds() + 10)
    scene.house.look(scene.house.seconds() + 21)
    assert client.expect_end() == []
    assert slow.line() == "HTTP/1.1 408 Request Timeout"
    slow.expect_end()


# ---- WebSocket


@pytest.mark.parametrize("path", ["/irc", "/", "/any/other?x"])
def test_irc_over_websocket(web, path):
    with opened(web, path, subprotocols=["text.ircv3.net"]) as client:
        assert client.subprotocol == "text.ircv3.net"
        enter(client, "web")
        alice = web.plain("alice")
        client.send("PRIVMSG #lobby :grün")
        alice.expect("^web: grün$")
        alice.send("hello")
        assert hear(client, "PRIVMSG").endswith(" PRIVMSG #lobby :hello")


def test_after_other_requests_on_the_same_connection(web):
    with asking(web) as first:
        ask(first, "GET", "/nothing")
        client = IrcClient.__new__(IrcClient)
        client.passed, client._rest, client._fences = [], b"", 0
        client.sock = MessageSocket(first.sock, "text.ircv3.net")
        client.enter("web")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:{port}", "https://other.example.net"])
def test_pages_of_this_site_and_of_those_named_may_connect(start_server, origin):
    server = start_server(web={**WEB, "origins": ["https://other.example.net"]})
    with opened(server, origin=origin.format(port=server.doors["http"])) as client:
        enter(client, "web")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "https://evil.example", "null"])
def test_other_pages_may_not(web, origin):
    with pytest.raises(InvalidStatus) as caught, opened(web, origin=origin):
        pass
    assert caught.value.response.status_code == 403


def test_no_compression_is_agreed_on(web):
    with opened(web, compression="deflate") as client:
        assert client.protocol.extensions == []


def test_over_tls_at_the_same_door(start_server, pair):
    server = start_server(web=WEB, tls=pair.settings)
    context = certificates.client_context(pair)
    with asking(server, context=context) as client:
        assert ask(client, "GET", "/nothing")[0].status == 404
    url = f"wss://localhost:{server.doors['http']}/irc"
    with connect(url, ssl=context, proxy=None) as client:
        enter(client, "web")
        client.send("WHOIS web")
        hear(client, " 671 ")


def test_at_a_door_for_tls_there_is_nothing_else(start_server, pair):
    server = start_server(web={"listen": ["https://127.0.0.1:0"]}, tls=pair.settings)
    with asking(server, "https") as client:
        assert ask(client, "GET", "/")[0].status == 400
    with asking(server, "https", certificates.client_context(pair)) as client:
        assert ask(client, "GET", "/nothing")[0].status == 404


# ---- proxies


def hello(*headers):
    return [
        *("GET /irc HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
        *("Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==", *headers, ""),
    ]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_a_trusted_proxy_says_for_whom_it_speaks(new_house, header):
    value = "198.51.100.7" if header == "X-Forwarded-For" else "for=198.51.100.7"
    scene = new_house(web={"client_header": header})
    visit(scene, "127.0.0.1").send(*hello(f"{header}: {value}", "X-Forwarded-Proto: https"))
    scene.until(lambda: scene.newest.address == "198.51.100.7")
    assert scene.newest.is_secure is (header == "X-Forwarded-For")


def test_nobody_else_does(scene):
    client = visit(scene)
    client.send(*hello("X-Forwarded-For: 198.51.100.7"))
    client.expect("101 Switching")
    assert scene.newest.address == "192.0.2.1"


def test_it_is_the_clients_of_a_proxy_who_are_counted(new_house):
    scene = new_house(limits={"connections_per_address": 1})
    for address, answer in (("198.51.100.7", "101"), ("198.51.100.8", "101"), ("198.51.100.7", "429")):
        client = visit(scene, "127.0.0.1")
        client.send(*hello(f"X-Forwarded-For: {address}"))
        client.expect(f"HTTP/1.1 {answer} ")


def test_who_comes_themselves_is_counted_at_once(new_house):
    scene = new_house(limits={"connections_per_address": 1})
    first = visit(scene)
    first.send("GET /x HTTP/1.1", "Host: a", "")
    first.expect("404")
    visit(scene).expect("429 Too Many Requests")


# ---- where it listens


def test_ports_that_browsers_block_are_refused(start_server):
    with pytest.raises(AssertionError, match="browsers block port 6667"):
        start_server(web={"listen": ["http://127.0.0.1:6667"]})


@pytest.mark.parametrize("port", [6665, 6669, 6679, 6697, 10080, 22])
def test_some_of_them(port):
    assert port in BLOCKED_PORTS
    assert web_problem(f"http://[::]:{port}").startswith(f"browsers block port {port},")


@pytest.mark.parametrize("url", ["tcp://[::]:8066", "http://[::]", "http://:8066", "http://[::]:x", "https://"])
def test_what_is_no_address_for_browsers(url):
    assert "is no address" in web_problem(url)


def test_a_door_that_was_asked_for_has_to_open(start_server, web):
    with pytest.raises(AssertionError, match="is in use"):
        start_server(web={"listen": [f"http://127.0.0.1:{web.doors['http']}"]})


def test_the_chat_goes_on_without_the_default(start_server, web, monkeypatch, tmp_path):
    from chatroom.server import config, site
    from chatroom.server.house import House

    taken = [f"http://127.0.0.1:{web.doors['http']}"]
    monkeypatch.setattr(site, "DEFAULT_WEB", taken)
    settings = config.Settings()
    settings.server.data, settings.web.listen = str(tmp_path), taken
    house = House(settings, lambda flush: None)
    listeners, note = site.open_web(house)
    house.history.close()
    assert listeners == []
    assert note.startswith(f"no page for browsers: {taken[0]}: port")


def test_the_command_line_names_it_too(start_server, tmp_path):
    server = start_server()
    server.listen = ["http://127.0.0.1:0"]
    server.restart()
    assert f"  in a browser:         http://localhost:{server.doors['http']}/" in server.output
