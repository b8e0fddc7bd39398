"""Real sockets: connecting, losing the link, coming back, TLS."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from client_line import Line
from client_peer import Peer

from chatroom.client.link import Backoff, Failed


def scene(play: Callable[[Peer], Awaitable[None]], peer: Peer | None = None) -> None:
    """Play with a peer that is started before and stopped after."""

    async def whole() -> None:
        stage = peer or Peer()
        await stage.start()
        try:
            await play(stage)
        finally:
            await stage.stop()

    asyncio.run(whole())


@pytest.mark.parametrize("capabilities", ["", "echo-message", "echo-message labeled-response server-time"])
def test_two_clients_talk(capabilities: str) -> None:
    async def play(peer: Peer) -> None:
        ada, bob = Line(peer.port), Line(peer.port, nick="bob")
        await ada.until_shown("names")
        await bob.until_shown("names")
        ada.type("hello")
        assert (await ada.until_shown("message")).own
        assert (await bob.until_shown("message", "hello")).nick == "ada"
        ada.type("/quit")
        bob.client.leave()
        await asyncio.gather(ada.running, bob.running)

    scene(play, Peer(capabilities=capabilities))


def test_a_lost_link_is_made_again_and_what_was_typed_is_sent() -> None:
    async def play(peer: Peer) -> None:
        ada = Line(peer.port)
        await ada.until_shown("names")
        port = peer.port
        await peer.stop()
        await ada.until_shown("disconnected")
        ada.type("typed while offline")
        await ada.until_shown("waiting", "typed while offline")
        ada.type("/join #two")
        await ada.until_shown("note", "Still not connected")
        peer.lines.clear()
        await peer.start(port)
        assert (await ada.until_shown("message", "typed while offline")).own
        assert [line for line in peer.lines if line.startswith("JOIN")] == ["JOIN #tea", "JOIN #two"]
        assert peer.texts == ["typed while offline"]
        ada.client.leave()
        await ada.running

    scene(play)


def test_leaving_while_offline_does_not_wait() -> None:
    async def play(peer: Peer) -> None:
        ada = Line(peer.port)
        await ada.until_shown("names")
        ada.client.backoff = Backoff(3600, 3600)
        await peer.stop()
        await ada.until_shown("disconnected")
        ada.type("/quit")
        await ada.running

    scene(play)


def test_a_message_cut_off_is_named() -> None:
    async def play(peer: Peer) -> None:
        ada = Line(peer.port)
        await ada.until_shown("names")
        ada.type("into the dark")
        assert (await ada.until_shown("unconfirmed")).text == "into the dark"
        ada.client.leave()
        await ada.running

    scene(play, Peer(drop_after=0))


def test_nobody_there_is_a_failure_with_a_sentence() -> None:
    async def play(peer: Peer) -> None:
        await peer.stop()
        with pytest.raises(Failed, match="Nothing listens at 127"):
            await Line(peer.port).running

    scene(play)


def test_being_turned_away_is_a_failure_with_the_servers_words() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"ERROR :No more room\r\n")
        writer.close()

    async def whole() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        with pytest.raises(Failed, match="did not let you in: No more room"):
            await Line(server.sockets[0].getsockname()[1]).running
        server.close()

    asyncio.run(whole())


def test_a_taken_nick_is_varied() -> None:
    async def play(peer: Peer) -> None:
        ada = Line(peer.port)
        assert (await ada.until_shown("connected")).nick == "ada_"
        ada.client.leave()
        await ada.running

    scene(play, Peer(taken={"ada"}))


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    request = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    request += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*request, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


@pytest.mark.parametrize("trusted", [True, False])
def test_tls_talks_only_to_a_certificate_it_can_verify(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    async def whole() -> None:
        peer = Peer()
        await peer.start(context=context)
        ada = Line(peer.port, tls=True)
        if trusted:
            await ada.until_shown("names")
            ada.client.leave()
            await ada.running
        else:
            with pytest.raises(Failed, match="can't be trusted"):
                await ada.running
        await peer.stop()

    asyncio.run(whole())


def test_tls_to_a_port_without_it_is_told() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b":s NOTICE * :this is no TLS\r\n")
        writer.close()

    async def whole() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        with pytest.raises(Failed, match="does not speak TLS"):
            await Line(server.sockets[0].getsockname()[1], tls=True).running
        server.close()

    asyncio.run(whole())
