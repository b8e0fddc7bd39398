"""What is secret stays so: on disk, in the log, among the processes, and in how long an answer takes."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from loguru import logger
from running import ROOT

from chatroom.dialects.irc.session import IrcSession

SECRET = "correct-horse-battery"
_SECRETS = re.compile(r"password|secret|proof|token|signature|credential", re.IGNORECASE)
# No client's secret is on either side: whether a stored hash is the same still, whether the same was typed twice.
_HARMLESS = {"account.password != compared", "again != password"}


@pytest.fixture
def told(start_server):
    """A server to which a secret has been told in every way there is."""
    server = start_server(server={"password": SECRET + "-door"})
    alice = server.irc()
    alice.send(f"PASS {SECRET}-door", "NICK alice", "USER alice 0 * :Alice")
    alice.expect(" 001 ")
    alice.send(f"REGISTER * * {SECRET}", f"OPER root {SECRET}-oper", f"NS IDENTIFY alice {SECRET}-wrong")
    alice.send("CAP REQ :sasl", "AUTHENTICATE PLAIN", "AUTHENTICATE YWxpY2UAYWxpY2UAY29ycmVjdC1ob3JzZS1iYXR0ZXJ5")
    alice.send(f"PRIVMSG NickServ :IDENTIFY {SECRET}-third", f"LOGIN alice {SECRET}-fourth {SECRET}")
    alice.fence()
    bob = server.plain()
    bob.send(f"{SECRET}-door", "bob")
    bob.expect("lobby")
    bob.send(f"/register {SECRET}-bob", f"/login bob {SECRET}-no", f"/password {SECRET}-bob {SECRET}-new")
    bob.send(f"/frob {SECRET}")
    bob.fence()
    return server


def test_files_and_folders_are_their_owners_alone(told):
    folders = [told.data, told.logs, told.backups]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert {
        path.name: oct(path.stat().st_mode & 0o077) for path in folders + files if path.stat().st_mode & 0o077
    } == {}


def test_no_password_is_in_the_log_or_on_the_disk(told):
    told.terminate()
    held = [path for path in Path(told.folder).rglob("*") if path.is_file() and path.suffix != ".toml"]
    assert any(path.name == "chatroom.log" for path in held)
    assert [path.name for path in held if SECRET.encode() in path.read_bytes()] == []


def test_no_password_is_among_the_process_arguments(told):
    assert SECRET not in Path(f"/proc/{told.process.pid}/cmdline").read_bytes().decode()
    given = subprocess.run(
        [sys.executable, "-m", "chatroom.server.main", "hash-password", SECRET],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert given.returncode == 2, "it is read from standard input, where nobody else sees it"


def test_a_traceback_holds_no_values(new_house, monkeypatch):
    def bug(self, line):
        password = line.decode()  # what a traceback with variables would show
        raise ValueError(len(password))

    scene = new_house()
    alice = scene.irc("alice")
    monkeypatch.setattr(IrcSession, "_take", bug)
    told = []
    sink = logger.add(told.append, level="ERROR", diagnose=False, backtrace=False)
    alice.send(f"PASS {SECRET}")
    alice.expect_end()
    logger.remove(sink)
    assert "Traceback" in "".join(told)
    assert SECRET not in "".join(told)


def test_every_sink_of_the_log_keeps_values_out():
    calls = [node for path in (ROOT / "chatroom").rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    sinks = [
        {word.arg: getattr(word.value, "value", None) for word in node.keywords}
        for node in calls
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "logger.add"
    ]
    assert sinks
    assert all(words["diagnose"] is False and words["backtrace"] is False for words in sinks)


def test_secrets_are_compared_in_constant_time():
    found = []
    for path in (ROOT / "chatroom").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                sides = [node.left, *node.comparators]
                if any(isinstance(side, ast.Constant) for side in sides) or ast.unparse(node) in _HARMLESS:
                    continue
                if any(_SECRETS.search(ast.unparse(side).rpartition(".")[2]) for side in sides):
                    found.append(f"{path.name}:{node.lineno}: {ast.unparse(node)}")
    assert found == []


def test_the_key_of_addresses_is_in_no_backup(told):
    told.terminate()
    [key] = Path(told.folder).rglob("cloak.key")
    secret = key.read_bytes()
    assert len(secret) >= 16
    backups = [path for path in Path(told.folder).rglob("backups/*") if path.is_file()]
    assert [path.name for path in backups if secret in path.read_bytes()] == []
    assert os.stat(key).st_mode & 0o777 == 0o600
