"""The measurement of cost, end to end against a small server in a process of its own."""

import json
import os
import shlex
import sys
from pathlib import Path

import pytest
from gevent import subprocess

ROOT = Path(__file__).parents[2]
SERVER = shlex.join([sys.executable, str(Path(__file__).with_name("small_irc_server.py")), "PORT"])


def fanout(*arguments):
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "bench" / "fanout.py"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    out, err = process.communicate()
    return process.returncode, out.decode(), err.decode()


def test_cost_of_two_peers_from_one_run():
    given = "--no-ours --members 20 --rounds 1 --seconds 0.2 --burst 200 --senders 2 --json -".split()
    status, out, err = fanout(*given, "--server-command", SERVER, "--server-command", SERVER)
    assert status == 0, err
    result = json.loads(out)
    assert [(s["kind"], s["deliveries"], s["clean"]) for s in result["samples"]] == [
        ("paced", 190, True),
        ("flood", 3800, True),
    ] * 2
    flood = result["summary"][-1]
    assert flood["cpu_us_per_delivery"] > 0
    assert flood["ratio_to_first_peer"] > 0
    assert "small_irc_server" in err


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--no-ours"], "--server-command"),
        (["--server-command", "serve"], "PORT"),
        (["--members", "1"], "at least 2"),
        (["--rounds", "0"], "above 0"),
        (["--members", "3", "--senders", "4"], "no more senders"),
        (["--durability", "never"], "invalid choice"),
    ],
)
def test_wrong_use(arguments, advice):
    status, _, err = fanout(*arguments)
    assert status == 2
    assert advice in err


def test_server_that_does_not_start_is_told_with_its_words():
    status, _, err = fanout("--no-ours", "--server-command", "sh -c 'echo no such luck PORT; exit 3'")
    assert status == 1
    assert "no such luck" in err


def test_server_command_that_does_not_exist():
    status, _, err = fanout("--no-ours", "--server-command", "/nowhere/server PORT")
    assert status == 1
    assert "cannot be started" in err
