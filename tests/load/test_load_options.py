"""Wrong use is told, says what to type, and ends with 2 before anything is started."""

import json

import pytest

from chatroom.load import options as command_line
from chatroom.load.main import main


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--clients", "3", "--rooms", "2"], "--clients 4"),
        (["--clients", "0"], "at least two"),
        (["--clients", "2000000"], "at most"),
        (["--rooms", "0"], "--rooms must be"),
        (["--rate", "0"], "--rate must be"),
        (["--rate", "nan"], "--rate must be"),
        (["--seconds", "-1"], "--seconds must be"),
        (["--senders", "0"], "--senders must be"),
        (["--text-bytes", "10"], "--text-bytes must be"),
        (["--text-bytes", "1000"], "--text-bytes must be"),
        (["--processes", "0"], "--processes must be"),
        (["--clients", "2", "--processes", "3"], "--processes must be"),
        (["--drain", "0"], "--drain must be"),
        (["--timeout", "0"], "--timeout must be"),
        (["--sources", "-1"], "--sources must be"),
        (["--rate", "1e8", "--seconds", "1e5"], "too much for the senders"),
        (["--password", "two words"], "one word"),
        (["--json", "/nowhere/at/all.json"], "cannot be written"),
        (["192.0.2.1:6667"], "--allow-remote"),
        (["127.0.0.1:banana"], "HOST[:PORT]"),
        (["127.0.0.1:70000"], "HOST[:PORT]"),
        (["127.0.0.1:0"], "HOST[:PORT]"),
        ([":6666"], "HOST[:PORT]"),
        (["no-such-host.invalid"], "no address found"),
        (["--client", "5"], "unrecognized"),
        (["--clients", "1500000"], "--processes"),
    ],
)
def test_wrong_use(arguments, advice, capsys):
    assert main(arguments) == 2
    assert advice in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_and_version(arguments, capsys):
    assert main(arguments) == 0
    assert "chat-load" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "host", "address", "port"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", 6666),
        ("127.0.0.1:7000", "127.0.0.1", "127.0.0.1", 7000),
        ("[::1]:7000", "::1", "::1", 7000),
        ("[::1]", "::1", "::1", 6666),
        ("::1", "::1", "::1", 6666),
    ],
)
def test_target(target, host, address, port):
    options = command_line.parse([target])
    assert (options.host, options.setup.address, options.setup.port) == (host, address, port)


def test_source_addresses_come_by_themselves_on_ipv4_loopback():
    assert command_line.parse(["--clients", "1000"]).setup.sources == 20
    assert command_line.parse(["::1", "--clients", "1000"]).setup.sources == 0
    assert command_line.parse(["--clients", "1000", "--sources", "3"]).setup.sources == 3


def test_another_machine_with_consent():
    assert command_line.parse(["192.0.2.1", "--allow-remote"]).setup.sources == 0


def test_nobody_listening_is_wrong_but_told(capsys, tmp_path, free_port):
    assert main([f"127.0.0.1:{free_port}", "--clients", "4", "--json", str(tmp_path / "out.json")]) == 1
    figures = json.loads((tmp_path / "out.json").read_text())
    assert figures["joined"] == 0
    assert figures["ok"] is False
    assert "Connection refused" in str(figures["notes"])
    assert "nothing was said" in capsys.readouterr().out
