"""The subcommands that read or change the history, as their users meet them; with a server and without."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing

import pytest
from running import environment
from samples import ALICE, BOB

from chatroom.core import events as ev
from chatroom.core.events import Record
from chatroom.storage.backups import proven
from chatroom.storage.history import FILE, History

CARA = ALICE._replace(nick="cara", account="Cara")
SECRET = "xylophone"


@pytest.fixture
def run():
    """Runs a subcommand in a server's folders: (exit code, lines on stdout, stderr)."""

    def call(server, *arguments):
        done = subprocess.run(
            server.command(*map(str, arguments)),
            cwd=server.folder,
            env=environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=30,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout.splitlines(), done.stderr

    return call


@pytest.fixture
def told(server):
    """A server that has ended, in whose log Cara's words stand among others'."""
    alice = server.plain("alice")
    alice.send("hello")
    alice.fence()
    server.terminate()
    history = History(server.data / FILE)
    first = history.last()[0] + 1
    for number, event in enumerate(
        [
            ev.Said(CARA, "#lobby", f"my {SECRET}"),
            ev.Told(CARA, BOB, f"psst, {SECRET}"),
            ev.Said(BOB, "#lobby", "nice"),
        ],
        first,
    ):
        places = ("#lobby",) if isinstance(event, ev.Said) else ("=cara bob", "@cara", "@bob")
        history.append(Record(number, history.last()[1] + 1, event, places))
    history.close()
    return server


# ---- export


def test_what_a_room_said_is_exported(told, run):
    code, lines, _ = run(told, "export", "--room", "#LOBBY")
    assert code == 0
    said = [json.loads(line) for line in lines]
    assert [(one["who"]["nick"], one["text"]) for one in said if one["kind"] == "said"] == [
        ("alice", "hello"),
        ("cara", f"my {SECRET}"),
        ("bob", "nice"),
    ]
    assert [one["number"] for one in said] == sorted(one["number"] for one in said)
    assert said[0]["time"].endswith("Z")


def test_what_an_account_said_is_exported_in_private_too(told, run):
    code, lines, _ = run(told, "export", "--account", "cara")
    assert code == 0
    assert [json.loads(line)["text"] for line in lines] == [f"my {SECRET}", f"psst, {SECRET}"]


def test_export_goes_on_beside_a_server(told, run):
    told.start().plain("alice").fence()
    assert len(run(told, "export", "--account", "Cara")[1]) == 2


@pytest.mark.parametrize("options", [[], ["--room", "#a", "--account", "b"]])
def test_export_wants_a_room_or_an_account(told, run, options):
    code, lines, complained = run(told, "export", *options)
    assert (code, lines) == (2, [])
    assert "usage: " in complained
    assert 'Type for example: chat-server export --room "#lobby"' in complained


def test_export_of_nothing_says_so(told, run):
    nothing = f'{told.data / FILE}: there is nothing of lobby. The name of a room begins with a sign: --room "#lobby"\n'
    assert run(told, "export", "--room", "lobby") == (0, [], nothing)
    assert run(told, "export", "--account", "eve") == (0, [], f"{told.data / FILE}: there is nothing of eve.\n")


@pytest.mark.parametrize("command", [["export", "--room", "#lobby"], ["forget", "cara"]])
def test_an_older_versions_history_has_to_be_brought_forward_first(told, run, command):
    with closing(sqlite3.connect(told.data / FILE)) as log:
        log.execute("PRAGMA user_version = 1")
    code, lines, complained = run(told, *command)
    assert (code, lines) == (1, [])
    assert "is an older version's. Start the server on it once" in complained


@pytest.mark.parametrize("command", [["export", "--room", "#lobby"], ["forget", "cara"]])
def test_without_a_history_they_say_so(told, run, command):
    (told.data / FILE).unlink()
    code, lines, complained = run(told, *command)
    assert (code, lines) == (1, [])
    assert complained == f"{told.data / FILE}: there is no history yet. Give the server's folder with --data DIR.\n"


# ---- forget


def test_forget_takes_an_accounts_words_away(told, run):
    code, lines, _ = run(told, "forget", "CARA")
    assert code == 0
    assert lines[0] == "CARA: the words of 2 events were erased; number and time stay"
    assert run(told, "export", "--account", "cara")[1] == []
    assert SECRET.encode() not in (told.data / FILE).read_bytes()
    assert run(told, "check")[0] == 0


def test_a_running_server_forgets_when_asked(told, run):
    alice = told.start().plain("alice")
    code, lines, _ = run(told, "forget", "cara")
    assert code == 0
    assert lines[:2] == [
        "the server that is running here does it ...",
        "cara: the words of 2 events were erased; number and time stay",
    ]
    alice.send("/search xylophone", "still here")
    assert not [line for line in alice.fence() if SECRET in line and "cara" in line]
    told.terminate()
    assert run(told, "check")[0] == 0


def test_what_was_forgotten_stays_forgotten_when_an_older_backup_is_restored(told, run):
    assert run(told, "backup")[0] == 0
    run(told, "forget", "cara")
    [backup] = proven(told.backups)
    code, lines, _ = run(told, "restore", backup.path)
    assert code == 0
    assert lines[1] == "2 of them were forgotten since, and have no words any more"
    assert run(told, "export", "--account", "cara")[1] == []


# ---- restore and check


def test_a_backup_with_a_flipped_bit_is_named_and_restores_nothing(told, run):
    run(told, "backup")
    [backup] = proven(told.backups)
    data = bytearray(backup.path.read_bytes())
    data[len(data) // 2] ^= 4
    backup.path.write_bytes(data)
    before = (told.data / FILE).read_bytes()
    code, lines, complained = run(told, "restore", backup.path)
    assert (code, lines) == (1, [])
    assert complained.startswith(f"{backup.path}: is damaged (")
    assert (told.data / FILE).read_bytes() == before


def test_check_reads_all_of_it_beside_a_server_too(told, run):
    told.start().plain("alice").fence()
    code, lines, _ = run(told, "check")
    assert code == 0
    assert any(line.endswith("events, each as it was written") for line in lines)
