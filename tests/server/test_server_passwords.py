"""`chat-server hash-password`: a hash for the configuration file, from a line or typed unseen."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from running import environment

COMMAND = [sys.executable, "-m", "chatroom.server.main", "hash-password"]


@pytest.fixture
def hash_password(tmp_path):
    """Runs it with something on standard input: (exit code, stdout, stderr)."""

    def call(data):
        done = subprocess.run(COMMAND, cwd=tmp_path, env=environment(), input=data, capture_output=True, timeout=20)
        assert b"Traceback" not in done.stderr
        assert not (tmp_path / "data").exists()
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return call


@pytest.mark.parametrize("password", ["s3cret", "tea für zwei 🍵", " spaces "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "", "\nanother line\n"])
def test_a_line_becomes_a_hash(hash_password, password, end):
    code, said, complained = hash_password(f"{password}{end}".encode())
    assert (code, complained) == (0, "")
    assert said.startswith("$argon2id$")
    assert PasswordHasher().verify(said.removesuffix("\n"), password)


def test_the_cost_is_the_configured_one(hash_password, tmp_path):
    (tmp_path / "chatroom.toml").write_text("[accounts]\npassword_memory_kib = 64\npassword_rounds = 3\n")
    found = extract_parameters(hash_password(b"s3cret\n")[1].strip())
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (Type.ID, 64, 3, 1)


def test_no_two_hashes_are_the_same(hash_password):
    assert hash_password(b"s3cret\n")[1] != hash_password(b"s3cret\n")[1]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [(b"", "There is no password."), (b"\n", "There is no password."), (b"\xff\n", "That is not UTF-8 text.")],
)
def test_what_is_no_password(hash_password, data, complaint):
    code, said, complained = hash_password(data)
    assert (code, said) == (2, "")
    assert complained.startswith(complaint)


def typed(tmp_path, *answers):
    """What it says at a terminal where `answers` are typed, one at each question: (exit code, output)."""
    ours, theirs = pty.openpty()
    asked, output = 0, ""
    with subprocess.Popen(
        COMMAND, cwd=tmp_path, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        while data := _read(ours):
            output += data.decode()
            if asked < len(answers) and output.endswith(": "):
                os.write(ours, answers[asked] + b"\n")
                asked += 1
    os.close(ours)
    return process.returncode, output


def _read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other side has ended (Linux: EIO)
        return b""


def test_at_a_terminal_it_is_typed_twice_and_not_shown(tmp_path):
    code, output = typed(tmp_path, b"s3cret", b"s3cret")
    assert code == 0
    assert "s3cret" not in output
    assert PasswordHasher().verify(output.split()[-1], "s3cret")


@pytest.mark.parametrize(
    ("answers", "complaint"), [((b"s3cret", b"secret"), "The two are not the same."), ((b"",), "There is no password.")]
)
def test_at_a_terminal_mistakes_are_told(tmp_path, answers, complaint):
    code, output = typed(tmp_path, *answers)
    assert code == 2
    assert complaint in output


def test_a_server_that_hashes_nothing_does_not_load_the_library():
    program = "import sys, chatroom.server.main; sys.exit('argon2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], env=environment(), timeout=20).returncode == 0
