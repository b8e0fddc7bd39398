"""Clients who come by a proxy that names their address in a PROXY header."""

from __future__ import annotations

import ipaddress

import certificates
import pytest
from running import IrcClient, PlainClient
from wrapped import MessageSocket

LOCAL = "127.0.0.1"
V1 = b"PROXY TCP4 203.0.113.9 10.0.0.1 4000 6666\r\n"
REST = ipaddress.IPv4Address("203.0.113.9").packed + bytes([10, 0, 0, 1, 0, 1, 0, 2])
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
V2 = SIGNATURE + b"\x21\x11\0\x0c" + REST
V2_OVER_TLS = SIGNATURE + b"\x21\x11\0\x14" + REST + b"\x20\0\x05\x01\0\0\0\0"
V2_LOCAL = SIGNATURE + b"\x20\x00\0\0"
V6 = b"PROXY TCP6 2001:db8::9 ::1 4000 6666\r\n"
MAPPED = b"PROXY TCP6 ::ffff:203.0.113.9 ::1 4000 6666\r\n"
OPENING = b"NICK bob\r\nUSER bob 0 * :Bob\r\n"


def come(scene, header, address=LOCAL, **more):
    client = scene.connect(IrcClient, address=address, **more)
    client.send_bytes(header)
    return client


def addresses(scene):
    return [connection.address for connection in scene.house.connections.values()]


# ---- whom it speaks for


@pytest.mark.parametrize(
    ("header", "address"),
    [
        *((V1, "203.0.113.9"), (V2, "203.0.113.9"), (V6, "2001:db8::9"), (MAPPED, "203.0.113.9")),
        *((b"PROXY UNKNOWN\r\n", LOCAL), (V2_LOCAL, LOCAL)),
    ],
)
@pytest.mark.parametrize("proxy", [LOCAL, "127.9.9.9", "::1"])
def test_the_address_is_the_one_in_the_header(scene, header, address, proxy):
    bob = come(scene, header + OPENING, proxy)
    bob.expect(" 001 bob ")
    assert addresses(scene) == [proxy if address == LOCAL else address]
    assert scene.of("bob").dialect.address == addresses(scene)[0]
    assert scene.of("bob").dialect.host == scene.house.cloak.host(addresses(scene)[0])


def test_a_unix_socket_is_trusted(scene):
    come(scene, V1 + OPENING, "").expect(" 001 bob ")
    assert addresses(scene) == ["203.0.113.9"]


def test_who_is_trusted_is_a_setting(new_house):
    scene = new_house(limits={"trusted_proxies": ["192.0.2.0/24"]})
    come(scene, V1 + OPENING, "192.0.2.77").expect(" 001 bob ")
    assert come(scene, V1, "192.0.3.1").expect_end()[0].startswith("ERROR :A PROXY header is taken from trusted")
    assert come(scene, V1, LOCAL).expect_end()[0].startswith("ERROR :A PROXY header is taken from trusted")


@pytest.mark.parametrize("header", [V1, V2, b"PROXY UNKNOWN\r\n", V2_LOCAL])
def test_others_are_refused_with_a_sentence(scene, header):
    client = come(scene, header + OPENING, "192.0.2.1")
    assert client.expect_end() == [
        "ERROR :A PROXY header is taken from trusted addresses only. Add yours to limits.trusted_proxies."
    ]
    assert scene.house.chat.users == {}


@pytest.mark.parametrize("header", [V1, V2, V2_OVER_TLS])
@pytest.mark.parametrize("after", [b"", OPENING])
def test_a_header_in_pieces(scene, header, after):
    bob = scene.connect(IrcClient, address=LOCAL)
    for byte in header + after:
        bob.send_bytes(bytes([byte]))
    bob.send_bytes(b"" if after else OPENING)
    bob.expect(" 001 bob ")
    assert addresses(scene) == ["203.0.113.9"]


def test_a_header_that_takes_its_time(scene):
    """Once it is known to be one, it is waited for as long as for any newcomer."""
    bob = come(scene, V1[:20])
    assert bob.sock.gettimeout()
    link = scene.newest
    link.look(link.born + 29)
    bob.send_bytes(V1[20:] + OPENING)
    bob.expect(" 001 bob ")


def test_a_header_that_never_ends(scene):
    client = come(scene, V1[:20])
    link = scene.newest
    scene.until(lambda: link._received)
    link.look(link.born + 31)
    assert client.expect_end() == ["ERROR :Nobody came in within 30 s. Connect again when you are ready."]


def test_a_person_behind_a_proxy_is_greeted(scene):
    nc = scene.connect(PlainClient, address=LOCAL)
    nc.send_bytes(V1)
    nc.expect("Type your name and press Enter")
    nc.send("alice")
    nc.expect("Welcome, alice")


def test_a_person_behind_a_trusted_address_needs_no_header(scene):
    assert scene.plain("alice", address=LOCAL)
    assert addresses(scene) == [LOCAL]


@pytest.mark.parametrize("line", ["PROX", "P", "\r\n\r\nalice"])
def test_what_only_begins_like_a_header_is_what_it_is(scene, line):
    nc = scene.connect(PlainClient, address=LOCAL)
    nc.send_bytes(line.encode() + b"\r\nzed\r\n")
    nc.expect("Welcome, (zed|alice|PROX|P)[.]")


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (b"PROXY TCP4 nonsense\r\n", "expected PROXY TCP4 or TCP6, two addresses and two ports"),
        (b"PROXY " + b"x" * 200, "its line has no end within 107 bytes"),
        (SIGNATURE + b"\x31\x11\0\x0c" + REST, "expected version 2 and LOCAL or PROXY, not 0x31"),
        (SIGNATURE + b"\x21\x11\xff\xff", "expected at most 8192 bytes after the first 16"),
        (V2[:-13] + b"\x0d" + REST + b"\x01", "a value goes on past the header's end"),
    ],
)
def test_a_bad_header_is_told(scene, header, problem):
    client = come(scene, header)
    assert client.expect_end() == [f"ERROR :That PROXY header can't be read: {problem}."]


def test_a_header_is_taken_once(scene):
    client = come(scene, V1 + b"PROXY TCP4 198.51.100.1 10.0.0.1 1 2\r\n")
    client.expect("Type your name")
    assert addresses(scene) == ["203.0.113.9"]


# ---- how many


def test_each_client_behind_a_proxy_is_counted_by_its_own_address(new_house):
    scene = new_house(limits={"connections_per_address": 1})
    for number in range(5):
        header = b"PROXY TCP4 203.0.113.%d 10.0.0.1 1 2\r\n" % number
        come(scene, header + OPENING.replace(b"bob", b"bob%d" % number)).expect(" 001 ")
    assert come(scene, header).expect_end() == [
        "ERROR :There are 1 connections from your address already. Close one first."
    ]
    assert scene.house.door.addresses._counts == {f"203.0.113.{number}": 1 for number in range(5)}


def test_a_trusted_address_without_a_header_is_counted_too(new_house):
    scene = new_house(limits={"connections_per_address": 1})
    alice = scene.plain("alice", address=LOCAL)
    assert len(scene.connect(PlainClient, address=LOCAL).expect_end()) == 1
    alice.send("/quit")
    alice.expect_end()
    alice.close()
    scene.until(lambda: not scene.house.connections)
    assert scene.house.door.addresses._counts == {}
    scene.plain("bob", address=LOCAL)


def test_the_log_has_both_addresses(start_server):
    server = start_server()
    bob = server.irc()
    bob.send_bytes(V1 + OPENING)
    bob.expect(" 001 bob ")
    bob.send("QUIT")
    bob.expect_end()
    bob.close()
    while "disconnected" not in server.log:
        pass
    lines = [line.split(" ", 2)[2].split() for line in server.log.splitlines() if "#1 " in line]
    assert [" ".join(line) for line in lines] == [
        "INFO #1 127.0.0.1 connected",
        "INFO #1 127.0.0.1 is a proxy for 203.0.113.9",
        "INFO #1 203.0.113.9 disconnected",
    ]


# ---- what is inside


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("server"))


@pytest.fixture
def secure(new_house, pair):
    return new_house(tls=pair.settings)


@pytest.fixture
def wrap(pair):
    """Sends a header, then wraps in what the scheme says."""

    def of(scheme, header):
        def begin(sock):
            sock.sendall(header)
            if scheme in ("tls", "wss", "tcp"):
                context = certificates.client_context(pair, cooperative=True)
                sock = context.wrap_socket(sock, server_hostname="localhost")
            return MessageSocket(sock) if scheme in ("ws", "wss") else sock

        return begin

    return of


@pytest.mark.parametrize("header", [V1, V2])
@pytest.mark.parametrize("scheme", ["tcp", "tls", "ws", "wss"])
def test_wrappings_may_follow(secure, wrap, scheme, header):
    secure.connect(IrcClient, address=LOCAL, door=scheme, wrap=wrap(scheme, header)).enter("bob")
    assert addresses(secure) == ["203.0.113.9"]
    assert secure.of("bob").dialect.is_secure == (scheme != "ws")


def test_a_header_inside_tls_is_none(secure, pair):
    def over_tls(sock):
        context = certificates.client_context(pair, cooperative=True)
        return context.wrap_socket(sock, server_hostname="localhost")

    client = secure.connect(PlainClient, address=LOCAL, wrap=over_tls)
    client.send_bytes(V1)
    client.expect("Type your name")
    assert addresses(secure) == [LOCAL]


@pytest.mark.parametrize(("header", "secure"), [(V1, False), (V2, False), (V2_OVER_TLS, True)])
def test_the_proxy_may_say_that_its_client_came_over_tls(scene, header, secure):
    come(scene, header + OPENING).expect(" 001 bob ")
    assert scene.of("bob").dialect.is_secure is secure
