"""Being looked after by systemd: what it is told, and the sockets it hands over."""

from __future__ import annotations

import os
import signal
import socket
from urllib.parse import urlsplit

import gevent.socket
import pytest
from running import PATIENCE, PlainClient

from chatroom.server import listener, service


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """What systemd listens with."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(path))
        sock.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield sock


def test_it_is_told_of_start_reload_life_and_end(manager, monkeypatch, start_server):
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    server = start_server()
    assert manager.recv(1000) == b"READY=1"
    assert manager.recv(1000) == b"WATCHDOG=1"
    assert manager.recv(1000) == b"WATCHDOG=1"
    server.signal(signal.SIGHUP)
    said = [manager.recv(1000)]
    while said[-1] != b"READY=1":
        said.append(manager.recv(1000))
    assert any(words.startswith(b"RELOADING=1\nMONOTONIC_USEC=") for words in said)
    server.terminate()
    manager.setblocking(False)
    while said[-1] != b"STOPPING=1":
        said.append(manager.recv(1000))


def test_without_systemd_nothing_is_said(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    service.tell("READY=1")


def test_another_process_is_watched(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert service._watchdog_seconds() == 0


@pytest.fixture
def handed(monkeypatch):
    """A socket that was handed over: its address."""
    sock = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(service, "_handed", None)
    monkeypatch.setattr(service, "FIRST", sock.fileno())
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    port = sock.getsockname()[1]
    yield port
    for left in service._handed or ():
        left.close()
    sock.detach()


def test_a_socket_that_was_handed_over_is_listened_on(handed):
    made = listener.open_socket(f"tcp://127.0.0.1:{handed}")
    with PlainClient(handed):
        assert gevent.socket.wait_read(made.fileno(), timeout=PATIENCE) is None
    made.close()
    assert "LISTEN_FDS" not in os.environ


def test_others_are_opened(handed):
    assert service.handed_over(urlsplit("tcp://127.0.0.1:1")) is None
    assert service.handed_over(urlsplit(f"tcp://[::]:{handed}")) is None


def test_sockets_for_another_process_are_none_of_ours(handed, monkeypatch):
    monkeypatch.setenv("LISTEN_PID", "1")
    assert service.handed_over(urlsplit(f"tcp://127.0.0.1:{handed}")) is None
