"""Private talk between accounts, over sockets and restarts: what one missed is there, once, and only for the two."""

from __future__ import annotations

import asyncio
import base64
import sys
from pathlib import Path

import pytest
from running import IrcClient, ServerProcess

sys.path.append(str(Path(__file__).parent.parent / "client"))
from client_line import Line

CAPABILITIES = "sasl,batch,message-tags,server-time,draft/chathistory,draft/read-marker"


def with_account(server: ServerProcess, name: str) -> IrcClient:
    """Somebody who makes an account."""
    client = server.irc(name, CAPABILITIES)
    client.send(f"REGISTER {name} * sesame-{name}")
    client.expect("REGISTER SUCCESS")
    return client


def back(server: ServerProcess, name: str) -> IrcClient:
    """The same, back after a while."""
    client = server.irc()
    client.send(f"CAP REQ :{CAPABILITIES.replace(',', ' ')}", f"NICK {name}", f"USER {name} 0 * :{name}")
    client.send("AUTHENTICATE PLAIN", "AUTHENTICATE " + base64.b64encode(f"\0{name}\0sesame-{name}".encode()).decode())
    client.expect(" 903 ")
    client.send("CAP END")
    client.expect(" 422 ")
    return client


def private_talk(client: IrcClient, other: str) -> list[str]:
    client.send(f"CHATHISTORY LATEST {other} * 50")
    return [line.rpartition(" :")[2] for line in client.fence() if " PRIVMSG " in line]


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "stopped"])
def test_what_was_written_to_somebody_who_was_away_is_there_after_a_restart(server, is_killed) -> None:
    ada, bob = with_account(server, "ada"), with_account(server, "bob")
    bob.send("PRIVMSG ada :I am off")
    ada.expect("I am off")
    bob.send("QUIT")
    bob.expect_end()
    ada.send("PRIVMSG bob :while you were away", "PRIVMSG bob :the kettle boiled")
    ada.fence()
    server.kill9() if is_killed else server.terminate()
    server.start()
    bob = back(server, "bob")
    said = ["I am off", "while you were away", "the kettle boiled"]
    assert private_talk(bob, "ada") == said
    bob.send("CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z 10")
    assert any(" CHATHISTORY TARGETS ada " in line for line in bob.fence())
    assert private_talk(back(server, "ada"), "bob") == said
    eve = with_account(server, "eve")
    assert private_talk(eve, "ada") == private_talk(eve, "bob") == []


def test_our_client_shows_what_one_has_not_read_once(server: ServerProcess) -> None:
    ada, bob = with_account(server, "ada"), with_account(server, "bob")
    ada.send("PRIVMSG bob :read already")
    time = bob.expect("time=([^;]+).* :read already")[1]
    bob.send(f"MARKREAD ada timestamp={time}", "QUIT")
    bob.expect_end()
    ada.send("PRIVMSG bob :while you were away", "PRIVMSG bob :the kettle boiled")
    ada.fence()

    async def play() -> list[str]:
        line = Line(server.port, nick="bobby")
        await line.until_shown("names")
        line.type("/quote NS IDENTIFY bob sesame-bob")
        await line.until_shown("message", "the kettle boiled")
        line.client.leave()
        await line.running
        return [event.text for event in line.shown if event.type == "message"]

    assert asyncio.run(play()) == ["while you were away", "the kettle boiled"]


def test_our_client_reads_private_talk_it_missed_over_a_kill(server: ServerProcess) -> None:
    with_account(server, "bob").close()

    async def play() -> list[str]:
        line = Line(server.port, nick="bobby")
        await line.until_shown("names")
        line.type("/quote NS IDENTIFY bob sesame-bob")
        await line.until_shown("info", "logged in")
        server.kill9()
        await line.until_shown("disconnected")
        server.start(server.port)
        ada = with_account(server, "ada")
        ada.send("PRIVMSG bob :while you were away")
        ada.fence()
        await line.client.until(lambda: [event.type for event in line.shown].count("names") == 2)
        line.type("/quote NS IDENTIFY bob sesame-bob")
        await line.until_shown("message", "while you were away")
        line.client.leave()
        await line.running
        return [event.text for event in line.shown if event.type == "message"]

    assert asyncio.run(play()) == ["while you were away"]
