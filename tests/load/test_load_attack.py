"""Attacks end by themselves, stay within their bounds, hurt nobody, and tell what was felt."""

from __future__ import annotations

import json

import pytest

from chatroom.load.attack import main as attacking
from chatroom.load.attack.attacks import ATTACKS
from chatroom.load.attack.honest import Couple
from chatroom.load.attack.sight import Server
from chatroom.load.main import main
from chatroom.load.plan import Setup


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(attacking, "CALM", 0.1)


def attack(server, path, name, *more):
    given = f"127.0.0.1:{server.port} --attack {name} --clients 6 --seconds 0.7 --json {path}".split()
    return main([*given, *more]), json.loads(path.read_text())


@pytest.mark.parametrize("name", ATTACKS)
def test_nobody_is_hurt(start_server, tmp_path, name, capsys):
    server = start_server(limits={"rate": 4.0, "connections_per_address": 64})
    status, figures = attack(server, tmp_path / "felt.json", name)
    assert (status, figures["lost"], figures["cut_off"]) == (0, 0, 0)
    assert figures["attacker"]["connected"] >= 1
    assert figures["felt"]["lines"] >= 2
    assert figures["felt"]["p50_ms"] > 0
    assert figures["server_descriptors"]["after"] <= figures["server_descriptors"]["before"] + 4
    assert name in capsys.readouterr().out
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--attack", "nonsense"], "there is no attack 'nonsense'; there are storm"),
        (["--attack", "storm", "--clients", "5001"], "at most 5000"),
        (["--attack", "storm", "--seconds", "601"], "at most 600"),
        (["--attack", "storm", "192.0.2.1:6667"], "--allow-remote"),
    ],
)
def test_wrong_use(arguments, advice, capsys):
    assert main(arguments) == 2
    assert advice in capsys.readouterr().err


def test_where_nobody_listens(free_port, capsys):
    assert main([f"127.0.0.1:{free_port}", "--attack", "storm"]) == 1
    assert "could not come in" in capsys.readouterr().err


def test_what_the_people_felt_is_counted_from_the_attack_on():
    couple = Couple(Setup("127.0.0.1", 1, 2, 1, "abcd"), "#tea")
    alice, bob = couple.people
    couple._sent += [("~1~", 1.0, bob), ("~2~", 2.0, alice)]
    bob.heard["~1~"] = 1.5
    couple.mark()
    couple._sent += [("~3~", 3.0, bob), ("~4~", 4.0, bob)]
    bob.heard["~4~"] = 4.25
    assert (couple.said, couple.lost, couple.delays()) == (2, 1, [0.25])


def test_a_server_that_cannot_be_seen_is_none(free_port):
    assert Server(free_port).look() is None
