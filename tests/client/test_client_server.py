"""The client with our own server, both as they are."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from datetime import UTC, datetime

from client_line import Line
from running import ROOT, ServerProcess, environment

from chatroom.client.render import View, plain, render


async def chat_client(*words: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    path = str(ROOT / "bin" / "chat-client")
    start = asyncio.create_subprocess_exec
    return await start(sys.executable, path, *words, stdin=pipe, stdout=pipe, stderr=pipe, env=environment())


def test_what_one_pipes_another_follows(server: ServerProcess) -> None:
    texts = [f"line {number}" for number in range(12)]

    async def play() -> None:
        where = (f"127.0.0.1:{server.port}", "--room", "tea")
        following = await chat_client(*where, "--json", "--nick", "bob")
        assert following.stdout
        while json.loads(await following.stdout.readline())["type"] != "names":
            pass
        piping = await chat_client(*where, "--pipe", "--nick", "ada")
        out, err = await piping.communicate("\n".join(texts).encode())
        assert (piping.returncode, out, err) == (0, b"", b"")
        following.send_signal(signal.SIGINT)
        events = [json.loads(line) for line in (await following.communicate())[0].splitlines()]
        said = [event for event in events if event["type"] == "message"]
        assert [line for event in said for line in event["text"].split("\n")] == texts
        assert {event["nick"] for event in said} == {"ada"}
        assert len({event["msgid"] for event in said}) == len(said)
        assert following.returncode == 0

    asyncio.run(play())


def test_a_killed_server_costs_nothing_and_shows_nothing_twice(server: ServerProcess) -> None:
    async def play() -> None:
        ada, bob = Line(server.port), Line(server.port, nick="bob")
        for line in (ada, bob):
            await line.until_shown("names")
        ada.type("before")
        for line in (ada, bob):
            await line.until_shown("message", "before")
        server.kill9()
        await ada.until_shown("disconnected")
        await bob.until_shown("disconnected")
        ada.type("while away")
        server.start(server.port)
        await bob.until_shown("message", "while away")
        await ada.until_shown("message", "while away")
        for line in (ada, bob):
            texts = [event.text for event in line.shown if event.type == "message"]
            assert sorted(texts) == ["before", "while away"]
            line.client.leave()
            await line.running

    asyncio.run(play())


ANSWERS = [
    ("hello", "ada: hello"),
    ("/me waves", "* ada waves"),
    ("/msg bob psst", "ada (to bob): psst"),
    ("/topic biscuits", "-- ada changed the topic of #tea: biscuits"),
    ("/names", "-- 2 people in #tea: "),
    ("/who", "-- bob in #tea  "),
    ("/whois bob", "-- bob is bob, connected as "),
    ("/rooms", "-- #tea  2 people"),
    ("/away lunch", "-- You are marked as away."),
    ("/op bob", "-- ada set +o bob on #tea"),
    ("/kick bob too loud", "-- ada kicked bob out of #tea (too loud)"),
    ("/invite bob", "-- bob is invited to #tea."),
    ("/msg nobody hi", "-- nobody: "),
    ("/search hello", "-- Found for hello ("),
    ("/search hello", " #tea ada: hello"),
    ("/join #den", "-- you are in #den now"),
    ("/switch #tea", "-- You face #tea now."),
    ("/last 2", "-- Last in #tea ("),
    ("/since 1m", "-- In #tea since then ("),
    ("/ignore bob", "-- You no longer hear bob."),
    ("/unignore bob", "-- You hear bob again."),
    ("/status", "-- How the server does:"),
    ("/uptime", "-- Up for "),
    ("/version", "-- chat.example.net runs chatroom-"),
    ("/time", "-- It is "),
    ("/counts", "-- There are 2 users and 0 invisible on 1 servers"),
    ("/jion #three", "-- There is no /jion. Did you mean /join?"),
    ("/join #two", "-- you are in #two now"),
    ("/nick eve", "-- you are now called eve"),
]


def test_the_servers_answers_are_sentences(server: ServerProcess) -> None:
    async def play() -> None:
        ada = Line(server.port)
        await ada.until_shown("names")
        bob = Line(server.port, nick="bob")
        await bob.until_shown("names")
        for typed, expected in ANSWERS:
            ada.type(typed)
            await ada.client.until(lambda expected=expected: any(expected in line for line in sentences(ada)))
        for line in (ada, bob):
            line.client.leave()
            await line.running
        assert not [line for line in sentences(ada) if "\x1b" in line or line.startswith("-- --")]

    asyncio.run(play())


def sentences(line: Line) -> list[str]:
    view = View("#tea", datetime.now(UTC))
    return [plain(render(event, view))[6:] for event in line.shown]
