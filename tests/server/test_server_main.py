"""`chat-server` as its users meet it: a process with options, exit codes and signals."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time

import apsw
import certificates
import pytest
from disks import full_disk, on_disk
from running import environment

from chatroom import __version__
from chatroom.server.doors import join_lines
from chatroom.server.main import main
from chatroom.storage.backups import prove, proven
from chatroom.storage.history import FILE, History

END_SECONDS = 5  # the promise of a graceful end


def run(*command, cwd=None):
    """Run a command to its end."""
    return subprocess.run(
        command, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=20, check=False, encoding="utf-8"
    )


@pytest.fixture
def chat_server(tmp_path):
    """Runs `chat-server` in an empty folder: (exit code, stdout, stderr)."""

    def call(*options):
        done = run(sys.executable, "-m", "chatroom.server.main", *map(str, options), cwd=tmp_path)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    return call


@pytest.fixture
def beside():
    """Runs a subcommand with a server's own options: (exit code, stdout, stderr)."""

    def call(server, *arguments, **changes):
        command = server.command(*map(str, arguments), **changes)
        done = run(*command, cwd=server.folder)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    return call


# ---- the command line


def test_version(chat_server):
    assert chat_server("--version") == (0, f"chat-server {__version__}\n", "")


@pytest.mark.parametrize("command", [[], ["serve"], ["check"], ["backup"], ["restore"], ["hash-password"]])
def test_help_names_every_option(chat_server, command):
    code, said, _ = chat_server(*command, "--help")
    assert code == 0
    for option in ("--config", "--listen", "--data", "--logs", "--backups"):
        assert option in said
    if not command:
        assert all(name in said for name in ("serve", "check", "backup", "restore", "hash-password", "--version"))


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--colour"], "unrecognized arguments: --colour"),
        (["--dat=x"], "unrecognized arguments: --dat=x"),
        (["start"], "argument COMMAND: invalid choice: 'start'"),
        (["restore"], "the following arguments are required: FILE"),
        (["--data"], "argument --data: expected one argument"),
    ],
)
def test_wrong_use(chat_server, options, complaint):
    code, said, complained = chat_server(*options)
    assert (code, said) == (2, "")
    assert complained.startswith("usage: chat-server")
    assert complaint in complained


def test_options_go_before_or_after_the_command(chat_server, tmp_path):
    for options in (["--data", "d1", "check"], ["check", "--data", "d1"]):
        assert chat_server(*options, "--listen", "tcp://127.0.0.1:0")[0] == 0
        assert (tmp_path / "d1").is_dir()
        (tmp_path / "d1").rmdir()


# ---- configuration


def test_mistakes_in_the_file_are_all_told(chat_server, tmp_path):
    (tmp_path / "my.toml").write_text("[server]\nnmae = 'x'\n[limits]\nburst = 0\n")
    for command in ("serve", "check", "backup"):
        assert chat_server(command, "--config", "my.toml") == (
            2,
            "",
            "my.toml:2: server.nmae: unknown setting; did you mean 'name'?\n"
            "my.toml:4: limits.burst: 0 is not possible; expected a whole number, 1 or more\n",
        )


def test_a_file_that_is_not_there(chat_server):
    assert chat_server("--config", "my.toml") == (
        2,
        "",
        "my.toml: can't be read (No such file or directory). Give a file that exists with --config.\n",
    )


def test_a_wrong_address_on_the_command_line(chat_server):
    code, _, complained = chat_server("--listen", "6666", "--listen", "tcp://[::]:0", "--listen", "ws://[::]")
    assert code == 2
    assert complained == (
        '--listen "6666" is no address to listen on; expected tcp, tls, ws or wss://host:port, or unix:///path\n'
        '--listen "ws://[::]" lacks host or port; expected ws://[::]:6666\n'
    )


@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_message_of_the_day_that_is_not_there(chat_server, tmp_path, command):
    (tmp_path / "chatroom.toml").write_text('[server]\nmotd_file = "none.txt"\nlisten = ["tcp://127.0.0.1:0"]\n')
    code, _, complained = chat_server(command)
    assert code == 2
    assert complained.startswith("server.motd_file: none.txt can't be read (")


NOWHERE = "tcp://127.0.0.1:0"


def test_check(chat_server, tmp_path):
    code, said, _ = chat_server("check", "--listen", NOWHERE, "--listen", f"unix://{tmp_path}/sock")
    assert code == 0
    assert re.fullmatch(
        rf"configuration: defaults \(no file\)\nlistens on: tcp://127\.0\.0\.1:0, unix://{tmp_path}/sock, "
        r"http://\[::\]:8066, http://127\.0\.0\.1:9166\n"
        r"open files: \d+ at most\nhistory: none yet\neverything is in order\.\n",
        said,
    )
    assert not list((tmp_path / "data").iterdir())
    assert not (tmp_path / "sock").exists()


def test_check_names_the_file(chat_server, tmp_path):
    (tmp_path / "chatroom.toml").write_text("[accounts]\nregister = true\n")
    code, said, _ = chat_server("check", "--listen", NOWHERE)
    assert code == 0
    assert said.startswith("configuration: chatroom.toml\n")


@pytest.fixture
def pair(tmp_path):
    return certificates.make(tmp_path)


def test_check_reads_the_certificate(chat_server, tmp_path, pair):
    (tmp_path / "chatroom.toml").write_text(f'[tls]\ncertificate = "{pair.certificate}"\nkey = "{pair.key}"\n')
    listen = [word for scheme in ("tcp", "tls", "ws", "wss") for word in ("--listen", f"{scheme}://127.0.0.1:0")]
    code, said, _ = chat_server("check", *listen)
    assert code == 0
    assert re.search(rf"^certificate: {pair.certificate}, valid until \d{{4}}-\d\d-\d\d$", said, re.MULTILINE)
    pair.key.write_text(certificates.make(tmp_path, "other").key.read_text())
    for command in ("check", "serve"):
        code, said, complained = chat_server(command, *listen)
        assert (code, "everything is in order" in said) == (2, False)
        assert complained.startswith(f"tls.key: {pair.key} does not belong to the certificate in {pair.certificate}")


@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_door_for_tls_needs_a_certificate(chat_server, command):
    code, _, complained = chat_server(command, "--listen", "tls://127.0.0.1:0")
    assert code == 2
    assert complained == (
        "tls: tls://127.0.0.1:0 needs a certificate; expected certificate and key, the paths of two PEM files\n"
    )


def test_check_tells_a_port_in_use(chat_server):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said, complained = chat_server("check", "--listen", NOWHERE, "--listen", f"tcp://127.0.0.1:{port}")
    assert (code, "everything is in order" in said) == (1, False)
    assert complained.startswith(f"tcp://127.0.0.1:{port}: port {port} is in use. See by whom: ss -ltnp")


def test_check_reads_the_history(server, beside):
    server.plain("alice").send("hello")
    assert "note: a server is using " in beside(server, "check", port=server.port)[1]
    server.terminate()
    code, said, _ = beside(server, "check")
    assert code == 0
    assert re.search(r"^history: \d+ events, each as it was written$", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (lambda log: log.write_bytes(b"no database" * 1000), "can't be used as a history"),
        (lambda log: spoil(log, "PRAGMA user_version = 9"), "was written by another version"),
        (
            lambda log: spoil(log, "INSERT INTO events VALUES (7, 7, 'said', '', '{}', x'00')"),
            "is damaged: event 1 is missing",
        ),
    ],
)
def test_check_tells_a_history_that_cannot_be_used(server, beside, broken, complaint):
    server.terminate()
    broken(server.data / FILE)
    code, said, complained = beside(server, "check")
    assert (code, "everything is in order" in said) == (1, False)
    assert complaint in complained


def spoil(log, statement):
    database = apsw.Connection(str(log))
    database.execute(statement)
    database.close()


# ---- what the machine refuses


def test_folders_that_cannot_be_written_to_are_all_told(chat_server, tmp_path):
    (tmp_path / "data").touch()
    (tmp_path / "logs").touch()
    code, _, complained = chat_server("--listen", "tcp://127.0.0.1:0")
    assert code == 1
    assert complained == (
        "data folder data: can't be written to (File exists). Choose another with --data DIR.\n"
        "logs folder logs: can't be written to (File exists). Choose another with --logs DIR.\n"
    )


def test_a_folder_below_a_file(chat_server, tmp_path):
    (tmp_path / "file").touch()
    code, _, complained = chat_server("check", "--backups", "file/backups")
    assert code == 1
    assert complained == (
        "backups folder file/backups: can't be written to (Not a directory). Choose another with --backups DIR.\n"
    )


def test_a_port_in_use(chat_server):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said, complained = chat_server("--listen", f"tcp://127.0.0.1:{port}")
    assert (code, said) == (1, "")
    assert complained.startswith(f"tcp://127.0.0.1:{port}: port {port} is in use. See by whom: ss -ltnp")


def test_a_history_that_is_none(chat_server, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "chatroom.db").write_bytes(b"tea " * 5000)
    code, _, complained = chat_server("--listen", "tcp://127.0.0.1:0")
    assert code == 1
    assert complained == (
        "data/chatroom.db: can't be used as a history (file is not a database). Restore a backup or move it away.\n"
    )


def test_a_second_server_on_the_same_history(server, beside):
    code, said, complained = beside(server, "serve")
    assert (code, said) == (1, "")
    assert complained == f"{server.data}: a server is using it. Stop that first, or give another --data folder.\n"
    server.plain("alice")


def test_another_casemapping_than_the_history_has(server, beside):
    server.plain("alice")
    server.terminate()
    server.configure({"server": {"casemapping": "rfc1459"}})
    code, _, complained = beside(server, "serve")
    assert code == 2
    assert complained == (
        f'server.casemapping: the history in {server.data} was written with "ascii"; set that, '
        f"or begin a new history with another --data folder.\n"
    )


# ---- serving


def test_the_lines_for_joining_can_be_pasted(server):
    text = "\n".join(server.output)
    assert text.startswith(f"chatroom {__version__}: Chatroom is open.\nlistening on tcp://127.0.0.1:{server.port}\n")
    assert f"nc localhost {server.port}\n" in text
    assert f"irssi -c localhost -p {server.port}\n" in text
    assert f"chat-client localhost:{server.port}\n" in text


def test_what_was_said_and_decided_is_there_after_a_restart(server):
    alice = server.irc("alice").join("#tea")
    alice.send("TOPIC #tea :Leaves and water", "PRIVMSG #tea :first", "NOTICE #tea :second")
    alice.fence()
    log = re.search(r"msgid=(\w+)-", tagged_line(server, "#tea"))[1]
    server.restart()
    bob = server.plain("bob")
    bob.send("/join #tea")
    bob.expect("alice: first$")
    bob.expect("-alice- second$")
    bob.expect("Topic: Leaves and water")
    assert re.search(r"msgid=(\w+)-", tagged_line(server, "#tea"))[1] == log


def tagged_line(server, room):
    """A line as a program with tags hears it."""
    listener, talker = server.irc("listener", "message-tags").join(room), server.irc("talker").join(room)
    talker.send(f"PRIVMSG {room} :x")
    return listener.expect("^.*PRIVMSG.*$")[0]


def test_numbers_go_on_after_a_restart(server):
    server.plain("alice").send("/quit")
    server.restart()
    server.plain("alice")
    server.terminate()
    assert on_disk(server.data / "chatroom.db") == list(range(1, len(on_disk(server.data / "chatroom.db")) + 1))


# ---- backups


def test_a_backup_while_the_server_runs_and_its_way_back(server, start_server, beside):
    alice = server.plain("alice")
    alice.send("before")
    alice.fence()
    code, said, complained = beside(server, "backup")
    assert (code, complained) == (0, "")
    path, events = re.fullmatch(r"(\S+\.db): (\d+) events, proven\n", said).groups()
    assert prove(proven(server.backups)[0].path).events == int(events)
    alice.send("after")
    alice.fence()

    other = start_server(server.folder.parent / "other")
    other.terminate()
    code, said, _ = beside(other, "restore", path)
    assert code == 0
    kept = re.search(r"what was there before is kept as (\S+)\n", said)[1]
    assert said.startswith(f"{other.data}/chatroom.db: {events} events restored from {path}\n")
    assert on_disk(kept) is not None
    other.start()
    bob = other.plain("bob")
    bob.send("/last")
    lines = bob.fence()
    assert any("alice: before" in line for line in lines)
    assert not any("alice: after" in line for line in lines)


def test_restore_is_refused_while_a_server_runs(server, beside):
    alice = server.plain("alice")
    beside(server, "backup")
    backup = proven(server.backups)[0].path
    alice.send("newer")
    alice.fence()
    code, said, complained = beside(server, "restore", backup)
    assert (code, said) == (1, "")
    assert complained == f"{server.data}: a server is using it. Stop that first, or give another --data folder.\n"
    alice.send("/last")
    alice.expect("alice: newer")


def test_a_broken_backup_is_not_restored(server, beside):
    beside(server, "backup")
    backup = proven(server.backups)[0].path
    backup.write_bytes(backup.read_bytes()[:5000])
    server.terminate()
    before = (server.data / "chatroom.db").read_bytes()
    code, _, complained = beside(server, "restore", backup)
    assert code == 1
    assert complained.startswith(f"{backup}: is ")
    assert complained.endswith("Take another one.\n")
    assert (server.data / "chatroom.db").read_bytes() == before


def test_nothing_to_back_up(chat_server):
    assert chat_server("backup") == (1, "", "data/chatroom.db: there is no history to back up yet.\n")


# ---- the end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_graceful_end(start_server, number):
    """Everybody is told, all is on disk and in a last backup, and it takes five seconds at most."""
    server = start_server(backups={"every_minutes": 60})
    alice, bob, newcomer = server.plain("alice"), server.irc("bob").join("#lobby"), server.plain()
    alice.send("the last word")
    bob.expect("the last word$")
    newcomer.expect("Type your name")
    server.signal(number)
    assert alice.expect_end()[-1] == "-- The server is stopping. Come back soon."
    assert re.fullmatch(r"ERROR :Closing Link: \S+ \(The server is stopping\. Come back soon\.\)", bob.expect_end()[-1])
    assert newcomer.expect_end() == ["-- The server is stopping. Come back soon."]
    assert server.wait() == 0
    assert server.errors == ""
    backup = proven(server.backups)[-1]
    assert prove(backup.path).last >= said_number(server.data / "chatroom.db", "the last word")
    assert said_number(backup.path, "the last word")


def said_number(log, text):
    with apsw.Connection(str(log), flags=apsw.SQLITE_OPEN_READONLY) as opened:
        [(number,)] = opened.execute("SELECT number FROM events WHERE json_extract(body, '$.text') = ?", (text,))
    return number


def test_the_end_does_not_wait_for_those_who_do_not_close(server):
    """A promise with a number: clients that ignore the farewell, deaf ones included, hold it up less than that."""
    clients = [server.plain("alice"), server.irc("bob").join("#lobby"), server.plain()]
    began = time.monotonic()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert time.monotonic() - began < END_SECONDS
    assert len(clients) == 3


def test_no_backups_no_last_backup(server):
    server.plain("alice")
    server.terminate()
    assert proven(server.backups) == []


def test_no_newcomers_at_the_end(server):
    alice = server.plain("alice")
    server.signal(signal.SIGTERM)
    alice.expect("stopping")
    with pytest.raises(ConnectionRefusedError):
        server.plain()


def say_in_vain(server, client, text):
    """Say what the disk refuses; the answers of that turn wait too, so only the log tells when it is done."""
    client.send(text)
    while "the history can't be written" not in server.log:
        pass


def test_an_end_while_the_disk_refuses_says_what_is_lost(server):
    alice, bob = server.plain("alice"), server.irc("bob").join("#lobby")
    alice.send("on disk")
    bob.expect("on disk$")
    with full_disk(server.data / "chatroom.db", server.process.pid):
        say_in_vain(server, alice, "not on disk")
        bob.send("PRIVMSG #lobby :refused")
        bob.expect(" 437 bob PRIVMSG ")
        server.signal(signal.SIGTERM)
        assert not any("not on disk" in line for line in bob.expect_end())
        assert server.wait() == 1
    assert "Nobody was shown them." in server.errors
    assert "Traceback" not in server.errors
    with pytest.raises(ValueError, match="not enough values"):
        said_number(server.data / "chatroom.db", "not on disk")


def test_a_disk_that_recovers_needs_no_restart(server):
    """With the real process and its real schedule: what was held back is shown within the next tries."""
    alice, bob = server.plain("alice"), server.irc("bob").join("#lobby")
    alice.send("one")
    bob.expect("one$")
    with full_disk(server.data / "chatroom.db", server.process.pid):
        say_in_vain(server, alice, "two")
        bob.send("PRIVMSG #lobby :refused")
        bob.expect(" 437 bob PRIVMSG ")
    bob.expect("PRIVMSG #lobby :two$")
    alice.fence()
    alice.send("three")
    bob.expect("PRIVMSG #lobby :three$")
    assert "takes writes again" in server.log


# ---- reloading


def test_sighup_takes_the_new_message_limits_and_password(start_server):
    server = start_server(server={"motd": "old"})
    alice = server.plain("alice")
    server.configure({"server": {"motd": "new"}, "limits": {"connections_per_address": 2, "rate": 0}})
    server.signal(signal.SIGHUP)
    while not any(line == "-- new" for line in motd(alice)):
        pass
    server.plain("bob")
    assert server.plain().expect_end()[-1].startswith("ERROR :There are 2 connections from your address already.")


def motd(client):
    client.send("/motd")
    return client.fence()


def test_a_broken_file_changes_nothing(start_server):
    server = start_server(server={"motd": "old"})
    alice = server.plain("alice")
    server.config.write_text("[server]\nmotd = 'new'\nname = 5\n")
    server.signal(signal.SIGHUP)
    while "the configuration was not reloaded" not in server.log:
        alice.fence()
    assert f"{server.config}:3: server.name: 5 is not possible; expected text in quotes" in server.log
    assert motd(alice) == ["-- old"]


def test_the_options_of_the_command_line_stay_after_a_reload(server):
    server.configure({"server": {"data": "elsewhere", "motd": "new"}})
    server.signal(signal.SIGHUP)
    alice = server.plain("alice")
    while motd(alice) != ["-- new"]:
        pass
    alice.send("kept here")
    alice.fence()
    server.terminate()
    assert said_number(server.data / "chatroom.db", "kept here")
    assert not (server.folder / "elsewhere").exists()


# ---- how to join


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        ("tcp://[::]:6666", ["nc localhost 6666", f"nc {socket.gethostname()} 6666", "chat-client localhost:6666"]),
        ("tcp://127.0.0.1:7000", ["nc localhost 7000", "irssi -c localhost -p 7000"]),
        ("tcp://192.0.2.7:7000", ["nc 192.0.2.7 7000"]),
        ("tcp://[2001:db8::7]:7000", ["nc 2001:db8::7 7000", "chat-client [2001:db8::7]:7000"]),
        ("unix:///run/chat", ["nc -U /run/chat"]),
        ("tls://[::]:6697", ["openssl s_client -quiet -connect localhost:6697", "chat-client localhost:6697 --tls"]),
        ("tls://[2001:db8::7]:6697", ["openssl s_client -quiet -connect [2001:db8::7]:6697"]),
        ("tls://127.0.0.1:6697", ["weechat -r '/server add chat localhost/6697 -ssl -tls; /connect chat'"]),
        ("ws://[::]:8097", ["websockets ws://localhost:8097", f"websockets ws://{socket.gethostname()}:8097"]),
        ("wss://192.0.2.7:8097", ["with a web client:    wss://192.0.2.7:8097"]),
    ],
)
def test_the_lines_for_joining_are_true_of_what_is_listened_on(url, lines):
    told = "\n".join(join_lines(url))
    assert all(line in told for line in lines)
    assert ("from elsewhere" in told) == ("[::]" in url)
    assert "TLS" not in told


def test_a_port_for_everybody_can_be_joined_over_tls_when_there_is_a_certificate():
    assert join_lines("tcp://[::1]:7000", takes_tls=True)[-1:] == [
        "  over TLS:             openssl s_client -quiet -connect localhost:7000"
    ]
    assert join_lines("ws://[::1]:7000", takes_tls=True) == join_lines("ws://[::1]:7000")


def test_a_backup_made_by_hand_is_pruned_as_well(tmp_path, capsys):
    folders = [f"--{name}={tmp_path}" for name in ("data", "logs", "backups")]
    config = tmp_path / "c.toml"
    config.write_text("[backups]\nkeep = 2\n")
    History(tmp_path / "chatroom.db").close()
    for _ in range(4):
        assert main(["backup", f"--config={config}", *folders]) == 0
    assert len(proven(tmp_path)) == 2
