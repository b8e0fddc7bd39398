"""TLS: the certificate, the layer without a socket, and real connections over it."""

from __future__ import annotations

import hashlib
import signal
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import certificates
import gevent
import pytest
from running import IrcClient, PlainClient
from server_house import Hearing

from chatroom.server.config import ConfigError, TlsSettings
from chatroom.server.tls import Tls

GREETING = "NOTICE * :Welcome to Chatroom. Type your name and press Enter."
BUFFER = 4608


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    """The server's certificate."""
    return certificates.make(tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="session")
def own(tmp_path_factory):
    """A client's certificate, which nobody but it has signed."""
    return certificates.make(tmp_path_factory.mktemp("client"), "alice")


# ---- the files


def test_until_when(tmp_path):
    now = datetime.now(UTC)
    good = Tls(TlsSettings(**certificates.make(tmp_path, days=10).settings))
    assert good.validity(now) == f"valid until {now + timedelta(days=10):%Y-%m-%d}"
    old = Tls(TlsSettings(**certificates.make(tmp_path, days=-10).settings))
    assert old.validity(now) == (
        f"EXPIRED on {now - timedelta(days=10):%Y-%m-%d}: clients will refuse it; renew it, then send SIGHUP"
    )


@pytest.mark.parametrize(
    ("certificate", "key", "problem"),
    [
        ("none.pem", "a.key", "tls.certificate: none.pem can't be read (No such file or directory). Give a PEM file"),
        ("a.key", "a.key", "tls.certificate: a.key holds no certificate. Give a PEM file, with -----BEGIN CERT"),
        ("cut.pem", "a.key", "tls.certificate: cut.pem holds no certificate. Give"),
        ("a.pem", "none.key", "tls.key: none.key can't be read (No such file or directory). Give a PEM file"),
        ("a.pem", "b.key", "tls.key: b.key does not belong to the certificate in a.pem (key values mismatch). Give"),
        ("a.pem", "a.pem", "tls.key: a.pem holds no key that can be used. Give a PEM file with a private key that has"),
        ("a.pem", "locked.key", "tls.key: locked.key holds no key that can be used."),
        ("a.pem", ".", "tls.key: . can't be read (Is a directory)"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, monkeypatch, certificate, key, problem):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        certificates.make(tmp_path, name)
    certificates.make(tmp_path, "locked", password=b"secret")
    (tmp_path / "cut.pem").write_bytes((tmp_path / "a.pem").read_bytes()[:100])
    with pytest.raises(ConfigError) as error:
        Tls(TlsSettings(certificate, key))
    assert str(error.value).startswith(problem)


# ---- the layer


class Client:
    """The standard library's side of a connection; `layer` is ours."""

    def __init__(self, layer, context):
        self.layer = layer
        self.inward, self.outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.inward, self.outward, server_hostname="localhost")

    def shake(self):
        """Shake hands; what came inside meanwhile."""
        inside = b""
        for _ in range(4):
            with suppress(ssl.SSLWantReadError):
                self.tls.do_handshake()
            inside += self.passes()
        return inside

    def passes(self):
        inside = self.layer.receive_data(self.outward.read())
        self.inward.write(self.layer.data_to_send())
        return inside

    def says(self, data):
        self.tls.write(data)
        return self.passes()

    def hears(self, data=b""):
        self.inward.write(data)
        heard = b""
        try:
            while more := self.tls.read(100_000):
                heard += more
        except ssl.SSLWantReadError:
            pass
        return heard


@pytest.fixture
def meet(pair, own):
    """Lets a client meet our layer."""

    def begin(version=None, shows=False, asks=True):
        context = certificates.client_context(pair, own if shows else None)
        if version:
            context.maximum_version = version
        return Client(Tls(TlsSettings(**pair.settings)).layer(asks), context)

    return begin


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_text_goes_both_ways(meet, version):
    client = meet(version)
    assert client.layer.wrapped(b"too early") == b""
    assert client.shake() == b""
    assert client.layer.is_open
    assert client.says(b"hello\r\n") == b"hello\r\n"
    assert client.says(b"x" * 100_000) == b"x" * 100_000
    assert client.hears(client.layer.wrapped(b"y" * 100_000)) == b"y" * 100_000
    assert client.tls.version() == version.name.replace("_", ".")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_versions_are_refused(meet):
    client = meet(ssl.TLSVersion.TLSv1_1)
    client.tls.context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.raises(ssl.SSLError):
        client.shake()
    assert not client.layer.is_open


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(("shows", "asks"), [(True, True), (True, False), (False, True)])
def test_a_clients_certificate_is_known_by_its_fingerprint_whoever_signed_it(meet, own, version, shows, asks):
    client = meet(version, shows, asks)
    client.shake()
    client.says(b"hello")
    assert client.layer.certificate == (own.fingerprint if shows and asks else "")


def test_the_first_text_may_come_with_the_handshake(meet):
    client = meet(ssl.TLSVersion.TLSv1_3)
    for _ in range(2):
        try:
            client.tls.do_handshake()
        except ssl.SSLWantReadError:
            client.passes()
    client.tls.write(b"NICK bob\r\n")
    assert client.passes() == b"NICK bob\r\n"


@pytest.mark.parametrize("size", [1, 7])
def test_a_handshake_in_small_pieces(meet, size):
    client = meet()
    for _ in range(3):
        with suppress(ssl.SSLWantReadError):
            client.tls.do_handshake()
        while piece := client.outward.read(size):
            assert client.layer.receive_data(piece) == b""
        client.inward.write(client.layer.data_to_send())
    assert client.layer.is_open


def test_the_end_is_said_both_ways(meet):
    client = meet()
    client.shake()
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.unwrap()
    client.passes()
    assert (client.layer.is_closed, client.layer.trouble) == (True, "")
    client.layer.finish()
    client.layer.finish()
    client.inward.write(client.layer.data_to_send())
    client.tls.unwrap()


@pytest.mark.parametrize("junk", [b"\x16\x03junk and more", b"\x16\x03\x01\x00\x02\xff\xff", b"\x16\x03\x01\xff\xff"])
def test_junk_for_a_handshake_is_answered_with_an_alert(meet, junk):
    layer = meet().layer
    assert layer.receive_data(junk + b"x" * 70_000) == b""
    assert (layer.is_open, layer.is_closed) == (False, True)
    assert layer.trouble.startswith("TLS failed (")
    assert layer.data_to_send()[:1] == b"\x15"
    layer.finish()
    assert layer.data_to_send() == b""


def test_junk_in_the_middle_ends_it_after_what_was_sound(meet):
    client = meet()
    client.shake()
    client.tls.write(b"sound")
    record = client.outward.read()
    assert client.layer.receive_data(record + b"\x17\x03\x03\x00\x20" + bytes(32)) == b"sound"
    assert client.layer.is_closed
    assert client.layer.trouble


# ---- a house with doors


@pytest.fixture
def secure(new_house, pair):
    """A house with a certificate."""
    return new_house(tls=pair.settings, limits={"rate": 0})


@pytest.fixture
def over_tls(pair, own):
    """Wraps a socket in TLS."""

    def wrap(sock, shows=False):
        context = certificates.client_context(pair, own if shows else None, cooperative=True)
        return context.wrap_socket(sock, server_hostname="localhost")

    return wrap


DOORS = pytest.mark.parametrize("door", ["tcp", "tls"])


@DOORS
def test_a_person_is_greeted_inside(secure, over_tls, door):
    nc = secure.connect(PlainClient, door=door, wrap=over_tls)
    assert nc.line() == GREETING
    nc.send("alice")
    nc.expect("Welcome, alice")


@DOORS
def test_an_irc_program_is_heard_inside(secure, over_tls, door):
    bob = secure.connect(IrcClient, door=door, wrap=over_tls).enter("bob").join("#lobby")
    alice = secure.plain("alice")
    bob.send("PRIVMSG #lobby :over TLS")
    alice.expect("^bob: over TLS$")
    alice.send("without")
    bob.expect("PRIVMSG #lobby :without")


def test_the_dialect_knows_what_it_needs_for_login(secure, over_tls, own):
    secure.connect(IrcClient, wrap=lambda sock: over_tls(sock, shows=True)).enter("alice")
    secure.connect(IrcClient, wrap=over_tls).enter("bob")
    secure.irc("carol")
    known = [
        (secure.of(nick).dialect.is_secure, secure.of(nick).dialect.certificate) for nick in ("alice", "bob", "carol")
    ]
    assert known == [(True, own.fingerprint), (True, ""), (False, "")]


@DOORS
def test_http_inside_is_answered(secure, over_tls, door):
    browser = secure.connect(PlainClient, door=door, wrap=over_tls)
    browser.send_bytes(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert browser.line() == "HTTP/1.1 400 Bad Request"
    browser.expect_end()


@pytest.mark.parametrize(
    ("opener", "answer"),
    [
        (b"NICK bob\r\nUSER b 0 * :b\r\n", "ERROR :This port speaks TLS only. Join with: openssl s_client "),
        (b"\n", "ERROR :This port speaks TLS only."),
        (b"\x16\x02", "ERROR :This port speaks TLS only."),
        (b"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"SSH-2.0-x\r\n", "ERROR :This port speaks TLS only."),
    ],
)
def test_a_door_for_tls_alone_says_so(secure, opener, answer):
    client = secure.connect(IrcClient, door="tls")
    client.send_bytes(opener)
    assert client.expect_end()[0].startswith(answer)


def test_a_door_for_tls_alone_greets_nobody_outside(secure):
    client = secure.connect(PlainClient, door="tls")
    secure.newest.look(secure.newest.born + 31)
    assert client.expect_end() == ["ERROR :Nobody came in within 30 s. Connect again when you are ready."]


@DOORS
def test_a_handshake_that_stalls_is_closed_alone_in_its_time(secure, door):
    client = secure.connect(PlainClient, door=door)
    client.send_bytes(b"\x16\x03\x01\x02\x00\x01")
    slow = secure.newest
    secure.until(lambda: slow._transport)
    alice = secure.plain("alice")
    slow.look(slow.born + 29)
    assert not slow.outbox.is_ended
    slow.look(slow.born + 31)
    assert client.expect_end() == []
    alice.fence()


def test_a_person_whose_first_bytes_look_like_tls_for_a_moment(secure):
    nc = secure.connect(PlainClient)
    nc.send_bytes(b"\x16")
    slow = secure.newest
    secure.until(lambda: slow._received)
    nc.send_bytes(b"x\nalice\n")
    assert nc.line() == GREETING
    nc.expect("Welcome, alice")


def test_junk_costs_its_own_connection_only(secure):
    alice = secure.plain("alice")
    client = secure.connect(PlainClient)
    client.send_bytes(b"\x16\x03junk" * 100)
    assert client.sock.recv(100)[:1] == b"\x15"
    client.expect_end()
    alice.fence()


def test_the_end_inside_is_the_end(secure, over_tls):
    alice = secure.irc("alice").join("#lobby")
    bob = secure.connect(IrcClient, wrap=over_tls).enter("bob").join("#lobby")
    bob.sock.unwrap().close()
    alice.expect(r"^:bob!\S+ QUIT ")
    secure.until(lambda: len(secure.house.connections) == 1)


def test_our_end_is_said_inside(secure, over_tls):
    """A client that insists on a proper end (suppress_ragged_eofs) gets one."""
    bob = secure.connect(IrcClient, wrap=over_tls).enter("bob")
    bob.send("QUIT :bye")
    bob.expect("^ERROR ")
    assert bob.sock.recv(100) == b""
    bob.sock.unwrap()


# ---- slow readers


def talk(alice, first, last):
    for start in range(first, last, 50):
        alice.send(*(f"PRIVMSG #lobby :{n} {'x' * 300}" for n in range(start, min(start + 50, last))))
        alice.fence()


def test_a_slow_reader_gets_the_same_lines_as_one_who_kept_up(new_house, pair, over_tls):
    scene = new_house(tls=pair.settings, limits={"outbox_bytes": 4096, "rate": 0})
    alice = scene.irc("alice").join("#lobby")
    bob = scene.connect(IrcClient, buffer=BUFFER, wrap=over_tls).enter("bob", "server-time").join("#lobby")
    carol = scene.connect(IrcClient, wrap=over_tls).enter("carol", "server-time").join("#lobby")
    for client in (alice, bob):
        client.expect("carol")
        client.fence()
    live, said = Hearing(carol), 0
    while not scene.of("bob").outbox.is_lagging:
        talk(alice, said, said + 50)
        said += 50
    talk(alice, said, said + 700)
    alice.send("PRIVMSG #lobby :done")
    assert Hearing(bob).until(":done") == live.until(":done")
    scene.until(lambda: not scene.of("bob").outbox.is_lagging)
    alice.send("PRIVMSG #lobby :live again")
    bob.expect("live again$")


def test_those_who_stall_share_what_they_have_not_read(new_house, pair, over_tls):
    """What waits is the plain text, the same objects in each; only what the kernel has begun to take is a copy."""
    scene = new_house(tls=pair.settings, limits={"outbox_bytes": 1_000_000, "rate": 0})
    alice = scene.irc("alice").join("#lobby")
    for nick in ("bob", "carol"):
        scene.connect(IrcClient, buffer=BUFFER, wrap=over_tls).enter(nick).join("#lobby")
    alice.fence()
    for number in range(200):
        alice.send(f"PRIVMSG #lobby :{number} {'x' * 300}")
        alice.fence()
    ids = [{id(piece) for piece in scene.of(nick).outbox._backlog} for nick in ("bob", "carol")]
    assert len(ids[0] & ids[1]) > 150
    assert all(scene.of(nick)._transport.waiting < 1000 for nick in ("bob", "carol"))


def test_one_who_reads_nothing_holds_nobody_up(new_house, pair, over_tls):
    scene = new_house(tls=pair.settings, limits={"outbox_bytes": 4096, "rate": 0})
    alice = scene.irc("alice").join("#lobby")
    scene.connect(IrcClient, buffer=BUFFER, wrap=over_tls).enter("bob").join("#lobby")
    carol = scene.connect(IrcClient, wrap=over_tls).enter("carol").join("#lobby")
    talk(alice, 0, 300)
    alice.send("PRIVMSG #lobby :done")
    carol.expect(":done$")
    stalled = scene.of("bob").outbox.stalled_since
    assert stalled
    scene.of("bob").look(stalled + 301)
    alice.expect(r"^:bob!\S+ QUIT ")


# ---- a certificate that is renewed


def serving(start_server, folder, **more):
    """A server whose certificate is in a folder, and where it is."""
    pair = certificates.make(folder)
    return start_server(tls=pair.settings, **more), pair


def secure_client(server, context):
    client = server.plain()
    client.sock = context.wrap_socket(client.sock, server_hostname="localhost")
    return client


def test_a_new_certificate_is_taken_over_and_nobody_is_cut_off(start_server, tmp_path):
    server, old = serving(start_server, tmp_path)
    trusts_old = certificates.client_context(old)
    alice = secure_client(server, trusts_old).enter("alice")
    new = certificates.make(tmp_path)
    server.signal(signal.SIGHUP)
    while server.log.count("valid until") < 2:
        pass
    with pytest.raises(ssl.SSLCertVerificationError):
        secure_client(server, trusts_old)
    bob = secure_client(server, certificates.client_context(new)).enter("bob")
    alice.send("still here")
    bob.expect("^alice: still here$")


def test_a_bad_certificate_leaves_the_old_one_in_place(start_server, tmp_path):
    server, pair = serving(start_server, tmp_path)
    pair.certificate.write_text("nonsense")
    server.signal(signal.SIGHUP)
    while "the configuration was not reloaded: tls.certificate: " not in server.log:
        pass
    assert "holds no certificate. Give a PEM file" in server.log
    pair.certificate.write_text(certificates.make(tmp_path, "other").certificate.read_text())
    server.signal(signal.SIGHUP)
    while "does not belong to the certificate" not in server.log:
        pass
    client = server.plain()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client.sock = context.wrap_socket(client.sock)
    shown = client.sock.getpeercert(binary_form=True)
    assert hashlib.sha256(shown).hexdigest() == pair.fingerprint


def test_a_session_is_resumed_also_with_a_clients_certificate(start_server, tmp_path, own):
    server, pair = serving(start_server, tmp_path)
    context = certificates.client_context(pair, own)
    sessions = []
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", server.port), 10) as raw:
            client = context.wrap_socket(raw, server_hostname="localhost", session=sessions[0] if sessions else None)
            client.sendall(b"QUIT\r\n")
            while client.recv(1000):
                pass
            sessions.append(client.session)
            resumed = client.session_reused
    assert resumed


def test_many_handshakes_at_once(secure, over_tls):
    made = []

    def come(number):
        made.append(secure.connect(IrcClient, wrap=over_tls, address=f"192.0.2.{number}").enter(f"user{number}"))

    gevent.joinall([gevent.spawn(come, number) for number in range(30)], raise_error=True)
    assert len(secure.house.chat.users) == 30


def test_words_after_the_end_do_not_cut_it_short(secure, over_tls):
    bob = secure.connect(IrcClient, wrap=over_tls).enter("bob")
    link = secure.of("bob")
    bob.send("QUIT :bye")
    bob.expect("^ERROR ")
    secure.until(lambda: link.outbox.is_ended)
    bob.send("PING late")
    assert bob.sock.recv(100) == b""
    assert not link.outbox.is_broken
