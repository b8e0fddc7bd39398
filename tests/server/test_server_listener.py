"""Where the server listens, who is told when it can't, and what happens when descriptors run out."""

from __future__ import annotations

import os
import resource
import socket
import stat
from pathlib import Path

import gevent.socket
import pytest
from running import PATIENCE, Closed, PlainClient

from chatroom.server.listener import Listener, ListenError

FULL = "ERROR :The server has no room for another connection. Try again in a minute."


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@pytest.fixture
def listen():
    """Listens, and answers each client with the address it seems to come from."""
    listeners = []

    def answer(client, address):
        client.sendall(repr(address).encode())
        client.close()

    def begin(url):
        listener = Listener(url, answer)
        listeners.append(listener)
        listener.start()
        return listener

    yield begin
    for listener in listeners:
        listener.close()


def ask(address, family=socket.AF_INET):
    with gevent.socket.socket(family) as client:
        client.settimeout(PATIENCE)
        client.connect(address)
        return client.recv(1000).decode()


def port_of(listener):
    return int(listener.url.rpartition(":")[2])


@needs_ipv6
def test_one_port_serves_both_ipv4_and_ipv6(listen):
    port = port_of(listen("tcp://[::]:0"))
    assert "'::ffff:127.0.0.1'" in ask(("127.0.0.1", port))
    assert "'::1'" in ask(("::1", port), socket.AF_INET6)


def test_one_address_alone(listen):
    listener = listen("tcp://127.0.0.1:0")
    assert "'127.0.0.1'" in ask(("127.0.0.1", port_of(listener)))
    if has_ipv6():
        with pytest.raises(ConnectionRefusedError):
            ask(("::1", port_of(listener)), socket.AF_INET6)


def test_the_url_shown_has_the_port_that_was_taken(listen):
    assert listen("tcp://127.0.0.1:0").url.startswith("tcp://127.0.0.1:")
    assert port_of(listen("tcp://localhost:0")) > 0


@needs_ipv6
def test_the_url_shown_of_ipv6_can_be_pasted(listen):
    port = port_of(listen("tcp://[::1]:0"))
    assert listen("tcp://[::]:0").url.startswith("tcp://[::]:")
    assert "'::1'" in ask(("::1", port), socket.AF_INET6)


# ---- a path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "chat.sock"


def test_a_unix_socket(listen, path):
    assert listen(f"unix://{path}").url == f"unix://{path}"
    assert ask(str(path), socket.AF_UNIX) == "''"


def test_a_unix_socket_whose_server_died_is_taken_over(listen, path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert stat.S_ISSOCK(path.stat().st_mode)
    listen(f"unix://{path}")
    assert ask(str(path), socket.AF_UNIX) == "''"


def test_a_unix_socket_whose_server_lives_is_not(listen, path):
    listen(f"unix://{path}")
    with pytest.raises(ListenError) as error:
        listen(f"unix://{path}")
    assert str(error.value) == f"unix://{path}: another server listens there. Stop it, or choose another path."
    assert ask(str(path), socket.AF_UNIX) == "''"


def test_a_file_that_is_no_socket_is_left_alone(listen, path):
    path.write_text("my notes")
    with pytest.raises(ListenError) as error:
        listen(f"unix://{path}")
    assert str(error.value) == f"unix://{path}: can't be listened on (that is another file)."
    assert path.read_text() == "my notes"


def test_a_path_without_a_folder(listen, tmp_path):
    with pytest.raises(ListenError, match=r"can't be listened on \(No such file or directory\)\.$"):
        listen(f"unix://{tmp_path}/none/chat.sock")


def test_a_path_that_is_too_long(listen, tmp_path):
    with pytest.raises(ListenError, match=r"can't be listened on .*too long"):
        listen(f"unix://{tmp_path}/{'x' * 120}")


def test_the_server_listens_on_several(start_server, tmp_path_factory):
    path = tmp_path_factory.mktemp("s") / "chat"
    server = start_server()
    server.terminate()
    server.command = lambda *arguments, port=0: [  # one more place to listen
        *type(server).command(server, *arguments, port=port),
        *("--listen", f"unix://{path}"),
    ]
    server.start()
    alice = server.plain("alice")
    bob = PlainClient.__new__(PlainClient)
    bob.__dict__.update(sock=socket.socket(socket.AF_UNIX), passed=[], _rest=b"", _fences=0)
    bob.sock.settimeout(PATIENCE)
    bob.sock.connect(str(path))
    with bob:
        bob.enter("bob")
        bob.send("hello from a socket")
        alice.expect("^bob: hello from a socket$")
    assert "unix" in server.log


# ---- what can't be had


def test_a_port_in_use_is_told_with_what_to_do(listen):
    port = port_of(listen("tcp://127.0.0.1:0"))
    with pytest.raises(ListenError) as error:
        listen(f"tcp://127.0.0.1:{port}")
    assert str(error.value) == (
        f"tcp://127.0.0.1:{port}: port {port} is in use. See by whom: ss -ltnp 'sport = :{port}'. "
        f"Or choose another: --listen tcp://127.0.0.1:{port + 1}"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may listen anywhere")
def test_a_port_that_needs_rights(listen):
    with pytest.raises(ListenError, match="Ports below 1024 need rights"):
        listen("tcp://127.0.0.1:1")


@pytest.mark.parametrize("host", ["192.0.2.1", "host.invalid"])
def test_an_address_that_is_not_here(listen, host):
    with pytest.raises(ListenError, match=rf"^tcp://{host}:7: can't be listened on \(.*\)\.$"):
        listen(f"tcp://{host}:7")


# ---- out of descriptors


def limit_files(server, spare):
    """Leave the server `spare` descriptors more than it has open now."""
    opened = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (opened + spare, opened + spare))


def try_to_enter(server, name):
    """Somebody who came in, or None if there was no room."""
    client = server.plain()
    try:
        return client.enter(name)
    except (Closed, BrokenPipeError):
        return None


def test_without_descriptors_newcomers_are_told_and_the_others_go_on(server):
    alice = server.plain("alice")
    limit_files(server, 5)
    people = [server.plain(f"user{number}") for number in range(5)]
    for _ in range(10):
        assert server.plain().expect_end() == [FULL]
    alice.send("still here")
    people[-1].expect("^alice: still here$")


def test_accepting_goes_on_when_somebody_has_left(server):
    limit_files(server, 3)
    people = [server.plain(f"user{number}") for number in range(3)]
    assert server.plain().expect_end() == [FULL]
    people[0].send("/quit")
    people[0].expect_end()
    people[0].close()
    while (late := try_to_enter(server, "late")) is None:
        pass
    late.send("hello")
    people[1].expect("^late: hello$")


def test_running_out_is_in_the_log_and_no_traceback(server):
    limit_files(server, 1)
    server.plain("alice")
    assert server.plain().expect_end() == [FULL]
    assert server.log.count("out of file descriptors: a client was turned away") == 1
    assert "Traceback" not in server.log + server.errors


def test_talk_is_kept_without_descriptors(server):
    """The log has its files open already."""
    limit_files(server, 1)
    alice = server.plain("alice")
    alice.send(*(f"line {number}" for number in range(300)), "/last 5")
    alice.expect("alice: line 299$")
