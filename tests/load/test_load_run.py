"""Whole runs: an honest server passes, and every fault of a dishonest one is counted exactly."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from gevent import subprocess
from gevent.event import Event
from small_irc_server import SmallServer

from chatroom.load.main import main

ROOT = Path(__file__).parents[2]
CLIENTS, ROOMS, MESSAGES = 8, 2, 40
DUE = MESSAGES * (CLIENTS // ROOMS - 1)
FAULTS = ("lost", "doubled", "reordered", "stray", "disconnected")


@pytest.fixture
def load(tmp_path):
    """Runs chat-load against a server; (exit status, figures)."""

    def run(server, *more):
        path = tmp_path / "figures.json"
        given = f"--clients {CLIENTS} --rooms {ROOMS} --rate 400 --seconds 0.1 --drain 4 --json {path}".split()
        return main([f"127.0.0.1:{server.port}", *given, *more]), json.loads(path.read_text())

    return run


def faults(figures):
    return {name: figures[name] for name in FAULTS if figures[name]}


@pytest.mark.parametrize("processes", [1, 3])
def test_honest_server(load, capsys, processes):
    with SmallServer() as server:
        status, figures = load(server, "--processes", str(processes))
    assert status == 0
    assert figures["ok"] is True
    assert (figures["sent"], figures["due"], figures["delivered"]) == (MESSAGES, DUE, DUE)
    assert faults(figures) == {}
    assert figures["connected"] == figures["joined"] == CLIENTS
    assert 0 < figures["latency_ms"]["p50"] <= figures["latency_ms"]["p99_9"] <= figures["latency_ms"]["max"]
    assert "each message once and in order" in capsys.readouterr().out


def test_each_message_is_said_once_and_a_few_may_do_the_talking(load):
    with SmallServer() as server:
        status, figures = load(server, "--senders", "1")
    assert (status, figures["talkers"], server.said) == (0, 2, MESSAGES)
    assert len(server.talkers) == 2


def test_lost_message(load):
    def drop(receiver, sender, line):
        return [] if (receiver.number, receiver.heard[sender.nick]) == (1, 2) else [line]

    with SmallServer(drop) as server:
        status, figures = load(server)
    expected = ROOMS * 3  # the second member of each room misses the third message of each of the three others
    assert status == 1
    assert faults(figures) == {"lost": expected}
    assert figures["delivered"] == DUE - expected


def test_doubled_message(load):
    def double(receiver, sender, line):
        return [line, line] if (receiver.number, receiver.heard[sender.nick]) == (1, 2) else [line]

    with SmallServer(double) as server:
        status, figures = load(server)
    assert status == 1
    assert faults(figures) == {"doubled": ROOMS * 3}
    assert figures["delivered"] == DUE


def test_swapped_messages(load):
    held = {}

    def swap(receiver, sender, line):
        if receiver.number == 1 and receiver.heard[sender.nick] == 2:
            held[receiver, sender] = line
            return []
        return [line, *([held.pop((receiver, sender))] if (receiver, sender) in held else [])]

    with SmallServer(swap) as server:
        status, figures = load(server)
    assert status == 1
    assert faults(figures) == {"reordered": ROOMS * 3}
    assert figures["delivered"] == DUE


def test_own_message_given_back(load):
    with SmallServer(echo=True) as server:
        status, figures = load(server)
    assert status == 1
    assert faults(figures) == {"stray": MESSAGES}


def test_double_that_comes_after_all_else(load):
    """Everything due has come; a copy still under way must not escape the judge."""

    def keep_a_copy(receiver, sender, line):
        if receiver.number == 0 and receiver.heard[sender.nick] == 4:
            receiver.before_pong = [line]
        return [line]

    with SmallServer(keep_a_copy) as server:
        status, figures = load(server)
    assert status == 1
    assert faults(figures) == {"doubled": ROOMS}


def test_client_cut_off(load):
    def cut(receiver, sender, line):
        if receiver.number == 3 and receiver.heard[sender.nick] == 4:
            receiver.sock.shutdown(2)
            return []
        return [line]

    with SmallServer(cut) as server:
        status, figures = load(server)
    assert status == 1
    assert figures["disconnected"] == ROOMS
    assert figures["lost"] > 0
    assert figures["delivered"] + figures["lost"] == figures["due"]


def test_joining_refused(load, capsys):
    with SmallServer(refuse="471 x #r :Cannot join room (it is full)") as server:
        status, figures = load(server)
    assert status == 1
    assert figures["joined"] == CLIENTS // 2
    assert "sent" not in figures
    assert figures["notes"] == {"server: 471 Cannot join room (it is full)": CLIENTS // 2}
    assert "471 Cannot join room" in capsys.readouterr().out


def test_time_is_up_for_those_who_are_not_let_in(load):
    with SmallServer(refuse="NOTICE x :wait here") as server:
        status, figures = load(server, "--timeout", "0.5")
    assert (status, figures["joined"]) == (1, CLIENTS // 2)
    assert figures["notes"] == {"not in its room when the time was up": CLIENTS // 2}


def test_password(load):
    with SmallServer(password="sesame") as server:
        assert load(server, "--password", "sesame")[0] == 0
        status, figures = load(server, "--password", "wrong")
    assert status == 1
    assert figures["notes"] == {"server: 464 Password incorrect": CLIENTS}


def test_several_source_addresses(load):
    with SmallServer() as server:
        assert load(server, "--sources", "4")[0] == 0
    assert server.addresses == {"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"}


def chat_load(*arguments):
    """The program itself, as it is typed."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "bin" / "chat-load"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT)},
    )


def test_json_alone_on_standard_output():
    with SmallServer() as server:
        process = chat_load(f"127.0.0.1:{server.port}", "--clients", "4", "--seconds", "0.1", "--json", "-")
        out, err = process.communicate()
    assert process.returncode == 0
    assert json.loads(out)["ok"] is True
    assert b"verdict" in err


def test_ctrl_c_ends_with_the_table_so_far():
    with SmallServer() as server:
        given = [f"127.0.0.1:{server.port}", "--clients", "4", "--seconds", "1000", "--rate", "100", "--json", "-"]
        process = chat_load(*given)
        server.on_said = lambda: process.send_signal(signal.SIGINT) if server.said == 20 else None
        out, err = process.communicate()
    figures = json.loads(out)
    assert process.returncode == 0
    assert figures["stopped"] is True
    assert 20 <= figures["sent"] < 1000
    assert figures["delivered"] == figures["due"] == 3 * figures["sent"]
    assert b"stopped early" in err


def test_a_load_process_that_dies_is_told():
    with SmallServer() as server:
        process = chat_load(f"127.0.0.1:{server.port}", "--clients", "4", "--seconds", "1000", "--rate", "100")

        def kill_the_worker():
            if server.said == 5:
                (worker,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                os.kill(int(worker), signal.SIGKILL)

        server.on_said = kill_the_worker
        _, err = process.communicate()
    assert process.returncode == 1
    assert b"Load process 1 ended unexpectedly" in err


def test_no_load_process_outlives_its_parent():
    """The connections end although the parent had no chance to say anything."""
    with SmallServer() as server:
        process = chat_load(f"127.0.0.1:{server.port}", "--clients", "4", "--seconds", "1000", "--processes", "2")
        server.on_said = lambda: process.kill() if server.said == 5 else None
        gone = Event()
        server.on_left = lambda: gone.set() if not server.here else None
        process.communicate()
        assert gone.wait(30)
