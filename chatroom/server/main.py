"""`chat-server`: the command line, starting, and a graceful end.

Strategy: each subcommand is one function that returns an exit code; whatever a user can get wrong ends in one
sentence on stderr, never in a traceback. Exit codes: 0 done, 1 failed, 2 wrong use (a configuration that can't be
used included).
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import gevent
from gevent.event import Event
from gevent.hub import get_hub
from gevent.threadpool import ThreadPool
from loguru import logger

from chatroom import __version__
from chatroom.server import config, logs, service, subcommands
from chatroom.server.config import ConfigError, Settings
from chatroom.server.doors import HTTP_SCHEMES, join_lines, listen_problem, scheme_of, web_problem
from chatroom.server.house import House
from chatroom.server.keeper import Keeper
from chatroom.server.limits import Networks
from chatroom.server.listener import Listener, ListenError
from chatroom.server.passwords import PasswordError
from chatroom.server.possible import tls_problem
from chatroom.server.site import open_metrics, open_web
from chatroom.server.subcommands import DONE, FAILED, WRONG_USE, folders_of, raise_file_limit
from chatroom.storage.backups import BackupError
from chatroom.storage.history import HistoryError
from chatroom.storage.lock import HeldError, held

FAREWELL_SECONDS = 1.0  # for goodbyes to be read
# How many more objects there are before circles among the youngest are looked for, and how often that is done before
# older ones are, too. What the chat leaves behind is no circle, a connection neither; so Python's own habit, after 700,
# finds nothing, over and over: it took 10 % of the CPU time, and made everybody wait for 0.1 s now and then.
_COLLECTIONS = (50_000, 20, 50)
SNAPSHOT_SECONDS = 3.0  # for the last backup; the history itself is on disk anyway


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `chat-server` with `arguments` (the process's own by default); returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = _settings(options)
        return _COMMANDS[options.command](settings, options)
    except ConfigError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return WRONG_USE
    except PasswordError as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    except (BackupError, HeldError, HistoryError, ListenError) as error:
        print(error, file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chat-server", allow_abbrev=False, description="A chat room for nc, IRC programs and chat-client."
    )
    parser.add_argument("--version", action="version", version=f"chat-server {__version__}")
    parser.set_defaults(command="serve", listen=None, config=None, data=None, logs=None, backups=None)
    shared = subcommands.Parser(add_help=False, allow_abbrev=False)
    for target in (parser, shared):
        _add_options(target, argparse.SUPPRESS if target is shared else None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=False, parser_class=subcommands.Parser)
    commands.add_parser("serve", parents=[shared], allow_abbrev=False, help="serve (what is done without a command)")
    subcommands.add_parsers(commands, shared)
    return parser


def _add_options(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=default,
        metavar="FILE",
        help=f"configuration file ({config.DEFAULT_FILE}, if there is one)",
    )
    parser.add_argument(
        "--listen",
        action="append",
        default=default,
        metavar="URL",
        help="where to listen, such as tcp://[::]:6666 (may be given several times)",
    )
    parser.add_argument("--data", default=default, metavar="DIR", help="folder of the history")
    parser.add_argument("--logs", default=default, metavar="DIR", help="folder of the logs")
    parser.add_argument("--backups", default=default, metavar="DIR", help="folder of the backups")


def _settings(options: argparse.Namespace) -> Settings:
    """The configuration file, overruled by the command line."""
    settings = config.load(options.config)
    for name in ("data", "logs", "backups"):
        value = getattr(options, name)
        if value is not None:
            setattr(settings.server, name, value)
    web = [url for url in options.listen or [] if scheme_of(url) in HTTP_SCHEMES]
    others = [url for url in options.listen or [] if url not in web]
    settings.web.listen, settings.server.listen = web or settings.web.listen, others or settings.server.listen
    found = [*map(listen_problem, others), *map(web_problem, web)]
    problems = [f"--listen {problem}" for problem in found if problem]
    if not problems and (problem := tls_problem(settings)):
        problems.append(f"tls: {problem}")
    if problems:
        raise ConfigError(problems)
    return settings


# ---- the subcommands


def serve(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    os.umask(0o077)  # what is written is for the server's user alone: private talk, addresses
    files = raise_file_limit()
    folders = folders_of(settings)
    with ExitStack() as stack:
        stack.enter_context(held(folders["data"]))
        packer = ThreadPool(1)
        logs.start(folders["logs"], settings.log, packer.spawn)
        stack.callback(logs.stop)
        house = House(settings, get_hub().loop.run_callback, _later)
        house.server.configuration = settings.path.name if settings.path else config.DEFAULT_FILE
        house.server.reload = lambda: _reload(house)
        end = _end_signal(house)
        listeners = [
            Listener(url, partial(house.handle, scheme=scheme_of(url)), lambda: house.is_crowded)
            for url in settings.server.listen
        ]
        web, no_web = open_web(house)
        metrics, no_metrics = open_metrics(house)
        listeners += web
        house.listens_on([listener.url for listener in listeners])
        for listener in (*listeners, *metrics):
            listener.start()
        notes = [f"metrics and health: {listener.url}/metrics, /healthz" for listener in metrics]
        notes += [f"note: {one}" for one in (no_web, no_metrics) if one]
        code = "" if house.chat.offices or settings.operators else house.first_code.made()
        _announce(settings, listeners, files, notes, code)
        keeper = Keeper(house)
        keeper.start()
        gc.freeze()  # what is there from the start is for good: looking through it again and again takes 20 ms
        gc.set_threshold(*_COLLECTIONS)
        service.tell("READY=1")
        service.keep_alive()
        end.wait()
        service.tell("STOPPING=1")
        _end(house, keeper, [*listeners, *metrics])
    return DONE


_COMMANDS: dict[str | None, Callable[[Settings, argparse.Namespace], int]] = {
    None: serve,
    "serve": serve,
    **subcommands.COMMANDS,
}


# ---- starting


def _announce(settings: Settings, listeners: list[Listener], files: int, notes: list[str], code: str) -> None:
    """Say where the room is, in lines that can be pasted."""
    about = settings.server
    print(f"chatroom {__version__}: {about.network} is open.")
    for listener in listeners:
        print(f"listening on {listener.url}")
        logger.info("listening on {}", listener.url)
        print(*join_lines(listener.url, bool(settings.tls.certificate)), sep="\n")
    for name in settings.without_effect:
        print(f"note: {name} is set, but has no effect in version {__version__}")
    for note in notes:
        print(note)
    print(f"history in {about.data}/, logs in {about.logs}/, backups in {about.backups}/; {files} open files at most.")
    _announce_code(code)
    print("Ctrl-C ends it.", flush=True)


def _announce_code(code: str) -> None:
    """Say by what code somebody becomes the first operator of the server; the log never holds it."""
    if code:
        logger.info("nobody runs this server yet: the code that /admin takes stands on standard output")
        print("nobody runs this server yet; to be its operator, come in and type (an IRC program: /quote admin ...):")
        print(f"  /admin {code}")


# ---- running and ending


def _later(seconds: float, function: Callable[[], None]) -> None:
    """Have the loop call `function` after so many seconds."""
    timer = get_hub().loop.timer(seconds)

    def fire() -> None:
        timer.close()
        function()

    timer.start(fire)


def _end_signal(house: House) -> Event:
    """What SIGTERM and SIGINT set, from now on; SIGHUP reloads."""
    end = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, end.set)
    gevent.signal_handler(signal.SIGHUP, _reload, house)
    return end


def _reload(house: House) -> str:
    """Take what can change while running from the configuration file; why that was not possible, or ""."""
    service.tell_reloading()
    try:
        return _reloaded(house)
    finally:
        service.tell("READY=1")


def _reloaded(house: House) -> str:
    try:
        fresh = config.load(house.settings.path)
        motd, tls = fresh.motd_lines(), house.tls_after(fresh)
    except ConfigError as error:
        logger.error("the configuration was not reloaded: {}", error)
        return str(error.problems[0])
    house.server.motd, house.tls = motd, tls
    house.settings.tls, house.settings.limits, house.settings.backups = fresh.tls, fresh.limits, fresh.backups
    house.announce_tls()
    kept = house.settings.history  # how durable the history is stays until a restart
    kept.keep_days, kept.keep_bytes = fresh.history.keep_days, fresh.history.keep_bytes
    house.door.use(fresh.limits)
    house.proxies = Networks(fresh.limits.trusted_proxies)
    house.server.description, house.server.admin = fresh.server.description, fresh.server.admin
    house.server.operators = fresh.operator_hashes()
    house.server.password = fresh.server.password
    taken = "message of the day, certificate, limits, backups, history kept, description, admin, password, operators"
    logger.info("reloaded: {}; the rest needs a restart", taken)
    return ""


def _end(house: House, keeper: Keeper, listeners: list[Listener]) -> None:
    """Say goodbye, commit, take a last snapshot: within five seconds in all."""
    logger.info("ending")
    for listener in listeners:
        listener.close()
    for connection in list(house.connections.values()):
        connection.farewell("The server is stopping. Come back soon.")
    gevent.with_timeout(FAREWELL_SECONDS, house.wait_until_empty, timeout_value=None)
    keeper.stop()
    house.delivery.flush()
    if house.settings.backups.every_minutes:
        gevent.with_timeout(SNAPSHOT_SECONDS, keeper.back_up, timeout_value=None)
        keeper.abandon()
    house.history.close()
    logger.info("ended after event {}", house.chat.number)


if __name__ == "__main__":
    sys.exit(main())
