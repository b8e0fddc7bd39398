"""Log files: rotating, compressed, expiring; with who and what, and never with what somebody said."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import threading
from datetime import datetime, timedelta
from pathlib import Path

import gevent
import pytest
from gevent.threadpool import ThreadPool
from loguru import logger

from chatroom.server import logs
from chatroom.server.config import LogSettings

LINE = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (INFO|WARNING|ERROR)\s+(server|#\d+ [0-9a-f.:]+|#\d+ unix)\s+\S"
)


@pytest.fixture
def start(tmp_path):
    """Begins to log into the test's folder; compresses at once unless told otherwise."""

    def begin(offload=lambda put_away, path: put_away(path), to_stderr=False, **settings):
        logs.start(tmp_path, LogSettings(**settings), offload, to_stderr=to_stderr)
        return tmp_path / logs.FILE

    yield begin
    logs.stop()


def read(path):
    return gzip.open(path, "rt", encoding="utf-8").read() if path.suffix == ".gz" else path.read_text("utf-8")


def old_files(folder):
    """All but the one that is written to, oldest first."""
    return sorted(path for path in folder.iterdir() if path.name != logs.FILE)


def at(moment):
    """A logger whose lines were written at `moment`."""
    return logger.patch(lambda record: record.update(time=record["time"].replace(**moment)))


# ---- the lines


def test_a_line_says_when_how_grave_who_and_what(start):
    path = start()
    logger.info("listening on {}", "tcp://[::]:6666")
    logger.bind(client="#7 192.0.2.1").warning("turned away")
    first, second = path.read_text().splitlines()
    assert re.fullmatch(r"[-\d]+ [:.\d]+ INFO +server +listening on tcp://\[::\]:6666", first)
    assert re.fullmatch(r"[-\d]+ [:.\d]+ WARNING +#7 192\.0\.2\.1 +turned away", second)


def test_json_has_one_object_a_line(start):
    path = start(format="json")
    logger.bind(client="#7 192.0.2.1").info('a "quoted"\nline')
    logger.info("ü")
    lines = [json.loads(line)["record"] for line in path.read_text("utf-8").splitlines()]
    assert [line["message"] for line in lines] == ['a "quoted"\nline', "ü"]
    assert [line["extra"]["client"] for line in lines] == ["#7 192.0.2.1", "server"]
    assert [line["level"]["name"] for line in lines] == ["INFO", "INFO"]


def test_lines_below_the_level_are_left_out(start):
    path = start(level="warning")
    logger.info("small")
    logger.error("grave")
    assert "small" not in path.read_text()
    assert "grave" in path.read_text()


def test_warnings_go_to_stderr_too(start, capsys):
    start(to_stderr=True)
    logger.info("small")
    logger.warning("grave")
    assert "grave" in capsys.readouterr().err
    logger.info("small")
    assert capsys.readouterr().err == ""


def test_a_traceback_holds_no_values(start):
    path = start()
    said = "s3cret words"
    try:
        _ = {}[len(said)]
    except KeyError:
        logger.exception("a bug")
    assert "Traceback" in path.read_text()
    assert "s3cret" not in path.read_text()


def test_what_was_logged_is_in_the_file_at_once_and_after_the_end(start):
    path = start()
    for number in range(100):
        logger.info("line {}", number)
        assert path.read_text().endswith(f"line {number}\n")
    logs.stop()
    logger.info("too late")
    assert path.read_text().endswith("line 99\n")


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.rename(path.with_name("mine")), shutil.rmtree])
def test_a_file_that_is_gone_begins_anew(start, tmp_path, capsys, lose):
    path = start()
    logger.info("before")
    lose(path.parent if lose is shutil.rmtree else path)
    logger.info("after")
    logger.info("and on")
    assert [line.split("server", 1)[1].strip() for line in path.read_text().splitlines()] == ["after", "and on"]
    assert capsys.readouterr().err == ""


# ---- new files


def test_a_new_file_begins_before_the_old_one_grows_too_large(start, tmp_path):
    path = start(rotate_bytes=500)
    for number in range(40):
        logger.info("line {}", number)
    files = [*old_files(tmp_path), path]
    assert len(files) > 3
    assert all(len(read(file).encode()) <= 500 for file in files)
    assert re.findall(r"line (\d+)", "".join(map(read, files))) == [str(number) for number in range(40)]


def test_a_line_larger_than_a_file_may_be_has_one_of_its_own(start, tmp_path):
    path = start(rotate_bytes=100)
    logger.info("x" * 500)
    logger.info("y" * 500)
    assert "y" * 500 in path.read_text()
    assert ["x" * 500 in read(file) for file in old_files(tmp_path)] == [True]


def test_size_is_counted_in_bytes(start, tmp_path):
    start(rotate_bytes=300)
    logger.info("é" * 80)
    logger.info("é" * 80)
    assert len(old_files(tmp_path)) == 1


def test_a_new_day_begins_a_new_file(start, tmp_path):
    path = start()
    noon = datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
    day = {"year": noon.year, "month": noon.month, "day": noon.day}
    at({**day, "hour": 11}).info("in the morning")
    os.utime(path, (noon.timestamp(), noon.timestamp()))
    at({**day, "hour": 23}).info("in the evening")
    assert old_files(tmp_path) == []
    os.utime(path, ((noon - timedelta(days=1)).timestamp(),) * 2)
    at({**day, "hour": 0}).info("the day after")
    assert [re.findall("in the .*", read(file)) for file in old_files(tmp_path)] == [
        ["in the morning", "in the evening"]
    ]
    assert "the day after" in path.read_text()


def test_an_empty_file_is_not_put_away(start, tmp_path):
    path = start(rotate_bytes=10)
    os.utime(path, (0, 0))
    logger.info("first")
    assert old_files(tmp_path) == []


def test_a_restart_goes_on_in_the_same_file(start):
    path = start()
    logger.info("before")
    logs.stop()
    start()
    logger.info("after")
    assert re.findall("before|after", path.read_text()) == ["before", "after"]


def test_old_files_are_compressed(start, tmp_path):
    start(rotate_bytes=100)
    for _ in range(5):
        logger.info("x" * 60)
    assert [path.suffix for path in old_files(tmp_path)] == [".gz"] * 4


def test_what_a_killed_server_left_is_put_away_by_the_next(start, tmp_path):
    (tmp_path / "chatroom.2026-11-22_12-00-00_000000.log").write_text("old\n")
    (tmp_path / "chatroom.2026-11-22_12-00-00_000000.log.gz").write_bytes(b"half of a")
    start()
    assert [(path.name, read(path)) for path in old_files(tmp_path)] == [
        ("chatroom.2026-11-22_12-00-00_000000.log.gz", "old\n")
    ]


def test_only_so_many_old_files_are_kept(start, tmp_path):
    path = start(rotate_bytes=100, keep=3)
    for number in range(20):
        logger.info("{} {}", "x" * 60, number)
    kept = [*old_files(tmp_path), path]
    assert re.findall(r"x (\d+)", "".join(map(read, kept)))[-3:] == ["17", "18", "19"]
    assert len(kept) == 4


def test_a_file_that_cannot_be_put_away_is_told_and_stays(start, tmp_path):
    jobs = []
    path = start(offload=lambda put_away, path: jobs.append((put_away, path)), rotate_bytes=100)
    for number in range(2):
        logger.info("{} {}", "x" * 60, number)
    [(put_away, old)] = jobs
    Path(f"{old}.gz.part").mkdir()
    put_away(old)
    assert "an old log file could not be put away: [Errno 21] Is a directory" in path.read_text() + read(Path(old))
    assert re.findall(r"x (\d)", read(Path(old))) == ["0"]


def test_compressing_does_not_hold_up_the_line(start, tmp_path):
    """The file is handed on; until that is done it lies there whole, and lines go on."""
    jobs = []
    path = start(offload=lambda put_away, path: jobs.append((put_away, path)), rotate_bytes=100)
    for number in range(3):
        logger.info("{} {}", "x" * 60, number)
    assert [file.suffix for file in old_files(tmp_path)] == [".log", ".log"]
    assert len(jobs) == 2
    for put_away, old in jobs:
        put_away(old)
    assert [re.findall(r"x (\d)", read(file)) for file in [*old_files(tmp_path), path]] == [["0"], ["1"], ["2"]]
    assert [file.suffix for file in old_files(tmp_path)] == [".gz", ".gz"]


def test_a_thread_compresses_while_the_loop_goes_on(start, tmp_path):
    pool, threads, jobs = ThreadPool(1), set(), []

    def offload(put_away, path):
        def work():
            threads.add(threading.get_ident())
            put_away(path)

        jobs.append(pool.spawn(work))

    start(offload=offload, rotate_bytes=100)
    for _ in range(4):
        logger.info("x" * 60)
    gevent.joinall(jobs)
    pool.kill()
    assert threads.isdisjoint({threading.get_ident()})
    assert [path.suffix for path in old_files(tmp_path)] == [".gz"] * 3


# ---- of a server

SECRETS = {
    "said": "marmalade",
    "private": "elderberry",
    "action": "quincejelly",
    "topic": "damson",
    "away": "mirabelle",
    "searched": "rhubarb",
    "password": "greengage",
    "wrong password": "gooseberry",
    "room key": "cloudberry",
    "unknown command": "blackthorn",
    "quit": "boysenberry",
}


def talk_of_everything(server):
    """Use all there is to type something secret into, in both dialects."""
    person = server.plain()
    person.send(SECRETS["wrong password"], SECRETS["password"], "alice")
    person.expect("Welcome, alice")
    irc = server.irc("bob", password=SECRETS["password"]).join("#lobby")
    for client, say in ((person, "/msg bob {}"), (irc, "PRIVMSG alice :{}")):
        client.send(say.format(SECRETS["private"]))
    person.send(SECRETS["said"], f"/me {SECRETS['action']}", f"/topic {SECRETS['topic']}", f"/away {SECRETS['away']}")
    person.send(f"/search {SECRETS['searched']}", f"/{SECRETS['unknown command']} {SECRETS['unknown command']}")
    person.send(f"/join #x {SECRETS['room key']}", b"\xff" + SECRETS["said"].encode(), "x" * 9000 + SECRETS["said"])
    irc.send(f"PRIVMSG #lobby :{SECRETS['said']}", f"NOTICE alice :{SECRETS['private']}", f"AWAY :{SECRETS['away']}")
    irc.send(f"JOIN #y {SECRETS['room key']}", f"OPER bob {SECRETS['password']}", f"TOPIC #lobby :{SECRETS['topic']}")
    irc.send(f"{SECRETS['unknown command']} :{SECRETS['unknown command']}", f":{SECRETS['said']} {SECRETS['said']}")
    person.fence()
    irc.fence()
    wrong = server.irc()
    wrong.send(f"PASS {SECRETS['wrong password']}", "NICK eve", "USER eve 0 * :eve")
    wrong.expect_end()
    irc.send(f"QUIT :{SECRETS['quit']}")
    irc.expect_end()
    person.send(f"/quit {SECRETS['quit']}")
    person.expect_end()


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_somebody_said_is_in_no_log(start_server, form):
    server = start_server(server={"password": SECRETS["password"]}, log={"level": "debug", "format": form})
    talk_of_everything(server)
    server.terminate()
    written = server.log + server.errors + "".join(server.output)
    assert "disconnected" in written
    assert [what for what, secret in SECRETS.items() if secret in written.lower()] == []


def test_each_line_names_the_client_it_is_about(server):
    alice = server.plain("alice")
    bob = server.irc("bob")
    for client in (alice, bob):
        client.send("/quit", "QUIT")
        client.expect_end()
        client.close()
    server.terminate()
    lines = server.log.splitlines()
    assert [line for line in lines if not LINE.match(line)] == []
    told = [re.search(r"(#\d) 127\.0\.0\.1 +(\w+)", line) for line in lines]
    assert [found.groups() for found in told if found][:2] == [("#1", "connected"), ("#2", "connected")]
    assert sorted(found[1] for found in told if found and found[2] == "disconnected") == ["#1", "#2"]


def test_the_last_lines_are_there(server):
    server.plain("alice")
    server.terminate()
    assert re.search(r"ended after event \d+$", server.log.splitlines()[-1])
    assert server.errors == ""


def test_the_server_rotates_and_compresses(start_server):
    server = start_server(log={"rotate_bytes": 2000, "keep": 100})
    for _ in range(30):
        with server.plain() as client:
            client.send("/quit")
            client.expect_end()
    server.terminate()
    files = [*old_files(server.logs), server.logs / logs.FILE]
    assert len(files) > 2
    being_packed = {f"{file}.gz" for file in files if file.suffix == ".log"}  # as the server ended
    whole = "".join(read(file) for file in files if file.suffix in (".gz", ".log") and str(file) not in being_packed)
    assert [whole.count(" connected"), whole.count(" disconnected")] == [30, 30]
