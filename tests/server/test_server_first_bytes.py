"""Who comes to the door, told by their first bytes, over real sockets."""

from __future__ import annotations

import random
import re
import socket
import ssl

import gevent
import pytest
from running import Closed, opening

GREETING = "NOTICE * :Welcome to Chatroom. Type your name and press Enter."


def everything(client):
    """All bytes until the server closes."""
    data = b""
    while more := client.sock.recv(65536):
        data += more
    return data


def test_a_person_is_greeted_after_a_silence(server):
    nc = server.plain()
    assert nc.line() == GREETING
    nc.send("alice")
    assert nc.line() == "-- Welcome, alice. Type to talk; /help shows what else you can do."
    nc.fence()


def test_a_person_who_types_at_once_is_greeted_too(server):
    nc = server.plain()
    nc.send("alice", "hello", "/last")
    assert nc.line() == GREETING
    nc.expect("alice: hello$")


@pytest.mark.parametrize("word", [":)", "@alice", "user of tea", "pass the salt"])
def test_what_is_no_name_is_told_at_once(server, word):
    nc = server.plain()
    nc.send(word)
    assert nc.line() == GREETING
    assert nc.line().startswith(f"-- {word} can't be a name here: ")


def test_a_person_who_knows_irc_may_say_nick(server):
    nc = server.plain()
    nc.send("nick alice")
    assert nc.line() == GREETING
    nc.expect("-- Welcome, alice[.]")


def test_a_person_without_carriage_returns(server):
    nc = server.plain()
    nc.send_bytes(b"alice\n/nick bea\n")
    assert nc.raw_line().endswith(b"Enter.\n")
    nc.expect("You are now called bea|alice is now bea")


def test_an_irc_program_that_speaks_at_once_is_not_greeted(server):
    irc = server.irc()
    irc.send(*opening("bob"))
    assert irc.line().startswith(":chat.example.net 001 bob :")
    irc.fence()


def test_an_irc_program_that_negotiates_first(server):
    irc = server.irc()
    irc.send("CAP LS 302")
    assert irc.line().startswith(":chat.example.net CAP * LS ")


def test_an_irc_program_that_is_slow_is_greeted_in_irc_and_let_in(server):
    irc = server.irc()
    assert irc.line() == GREETING
    irc.send(*opening("bob"))
    assert irc.line().startswith(":chat.example.net 001 bob :")


def test_an_irc_program_byte_by_byte(server):
    irc = server.irc()
    irc.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in "\r\n".join([*opening("bob"), ""]).encode():
        irc.send_bytes(bytes([byte]))
    irc.expect(" 001 bob ")


def test_the_talk_of_telnet_is_answered_and_not_taken_for_a_name(server):
    telnet = server.plain()
    telnet.send_bytes(b"\xff\xfd\x01\xff\xfb\x1falice\r\n")
    data = telnet.raw_line()
    assert data.startswith(b"\xff\xfc\x01\xff\xfe\x1f")  # WONT ECHO, DONT NAWS
    assert data.endswith(b"Enter.\r\n")
    telnet.expect("^-- Welcome, alice")


# ---- the wrong door


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: localhost:6666\r\nUser-Agent: x\r\n\r\n",
        b"POST /NICK HTTP/1.1\r\nContent-Length: 9\r\n\r\nNICK eve\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_http_is_answered_once_in_http_and_closed(server, request_):
    browser = server.plain()
    browser.send_bytes(request_)
    head, _, body = everything(browser).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Connection: close" in head
    assert body.startswith(b"This is a chat server")
    assert b"HTTP/1.1" not in body


def test_http_in_small_pieces_is_known_by_its_first_line(server):
    browser = server.plain()
    browser.send_bytes(b"GE")
    browser.send_bytes(b"T / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"HTTP/1.1 400 Bad Request" in everything(browser)


def test_ssh_is_told_so(server):
    ssh = server.plain()
    ssh.send_bytes(b"SSH-2.0-OpenSSH_9.2p1\r\n")
    assert everything(ssh) == (
        b"This is a chat server, and it does not speak SSH. Join with: nc <this host> <this port>\r\n"
    )


def test_tls_gets_an_alert(server):
    """A real handshake fails at once, with a reason, and does not wait for a time limit."""
    context = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", server.port), 10) as client,
        pytest.raises(ssl.SSLError, match=r"(?i)alert"),
    ):
        context.wrap_socket(client, server_hostname="localhost")


def noise(seed):
    return random.Random(seed).randbytes(3000)


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 4, b"\0" * 500 + b"\n", b"\n" * 3000, b"\r" * 3000, b"\xff" * 3000, *map(noise, range(5))],
    ids=["each byte", "nothing", "empty lines", "returns", "telnet", *(f"noise {n}" for n in range(5))],
)
def test_noise_harms_nobody(server, data):
    stranger = server.plain()
    stranger.send_bytes(data)
    stranger.send_bytes(b"\nzed\n/quit\n")
    stranger.sock.shutdown(socket.SHUT_WR)
    everything(stranger)
    alice, bob = server.plain("alice"), server.irc("bob").join("#lobby")
    alice.send("hello")
    bob.expect("PRIVMSG #lobby :hello$")
    assert "a bug" not in server.log
    assert server.errors == ""


# ---- too much, too slow, too many


TOO_MUCH = "Too much before coming in. Connect again, and type your name first."


def flood(client, data):
    """Send `data` again and again until the server has had enough; what it said."""
    try:
        for _ in range(100):
            client.send_bytes(data * (65536 // len(data)))
        return client.expect_end()
    except OSError:
        return client.passed  # it has closed and takes no more


def test_endless_bytes_without_a_line_are_no_name(server):
    stranger = server.plain()
    stranger.expect("Type your name")
    stranger.send_bytes(b"x" * 20_000)
    assert stranger.expect_end() == ["-- That is no name, and no IRC. Connect again and type your name."]


@pytest.mark.parametrize(("opener", "last"), [("/help", f"-- {TOO_MUCH}"), ("NICK eve", f"({TOO_MUCH})")])
def test_endless_lines_before_coming_in_are_too_much(server, opener, last):
    stranger = server.plain() if opener.startswith("/") else server.irc()
    stranger.send(opener)
    stranger.fence()
    stranger.send_bytes(b"\n" * 70_000)
    assert stranger.expect_end()[-1].endswith(last)


@pytest.mark.parametrize("data", [b"x", b"\n", b"NICK eve\n", b"x" * 600 + b"\n"])
def test_a_flood_ends_and_is_one_line_in_the_log(server, data):
    stranger = server.plain()
    flood(stranger, data)
    stranger.close()
    alice, bob = server.plain("alice"), server.irc("bob").join("#lobby")
    alice.send("hello")
    bob.expect("PRIVMSG #lobby :hello$")
    assert len(server.log.splitlines()) < 10
    assert server.errors == ""


def test_a_line_that_is_too_long_is_refused_and_the_next_is_heard(server):
    alice, bob = server.plain("alice"), server.irc("bob").join("#lobby")
    alice.send("x" * 10_000, "short")
    alice.expect("^-- That line was longer than 8192 bytes, so it was not sent.")
    bob.expect("PRIVMSG #lobby :short$")


def test_who_does_not_come_in_is_closed(start_server):
    server = start_server(limits={"registration_seconds": 1, "rate": 0})
    silent = server.plain()
    assert silent.expect_end() == [GREETING, "-- Nobody came in within 1 s. Connect again when you are ready."]


def test_who_comes_in_byte_by_byte_is_closed(start_server):
    server = start_server(limits={"registration_seconds": 1, "rate": 0})
    loris = server.plain()
    loris.sock.settimeout(0.1)
    received = b""
    while b"Nobody came in within 1 s." not in received:
        loris.send_bytes(b"x")
        try:
            received += loris.sock.recv(4096)
        except TimeoutError:
            continue
    loris.sock.settimeout(10)
    assert everything(loris) == b""


def test_one_address_has_so_many_connections_and_is_told_so(start_server):
    server = start_server(limits={"connections_per_address": 2, "rate": 0})
    first = server.plain("alice")
    server.plain("bob")
    assert server.plain().expect_end() == ["ERROR :There are 2 connections from your address already. Close one first."]
    first.send("/quit")
    first.expect_end()
    first.close()
    while not came_in(server, "carol"):
        pass


def test_who_is_turned_away_at_the_door_is_named_in_the_log(start_server):
    server = start_server(limits={"connections_per_address": 1})
    server.plain("alice")
    server.plain().expect_end()
    assert re.search(r" WARNING #2 127\.0\.0\.1 +turned away: There are 1 connections from your address", server.log)


def test_a_unix_socket_is_no_address_that_is_counted(new_house):
    scene = new_house(limits={"connections_per_address": 1})
    pairs = [socket.socketpair() for _ in range(3)]
    serving = [gevent.spawn(scene.house.handle, theirs, "") for _, theirs in pairs]
    scene.until(lambda: len(scene.house.connections) == 3)
    for ours, _ in pairs:
        ours.close()
    gevent.joinall(serving, raise_error=True)


def came_in(server, name):
    """Whether there is a place by now for one more."""
    client = server.plain()
    try:
        client.send(name)
        client.expect("Welcome")
    except (Closed, OSError):
        return False
    return True


def test_the_servers_password(start_server):
    server = start_server(server={"password": "tea"})
    nc = server.plain()
    nc.send("coffee", "tea", "alice")
    assert nc.line() == "NOTICE * :Welcome to Chatroom. Type the server's password and press Enter."
    nc.expect("that was not it")
    nc.expect("^-- Thank you. Now type your name")
    nc.expect("^-- Welcome, alice")
    server.irc("bob", password="tea")
    eve = server.irc()
    eve.send(*opening("eve", password="coffee"))
    assert [line.split()[1] for line in eve.expect_end()[:1]] == ["464"]
