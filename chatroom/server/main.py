"""`chat-server`: the command line, starting, and a graceful end.

Strategy: each subcommand is one function that returns an exit code; whatever a user can get wrong ends in one
sentence on stderr, never in a traceback. Exit codes: 0 done, 1 failed, 2 wrong use (a configuration that can't be
used included).
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import apsw
import gevent
import msgspec
from gevent.event import Event
from gevent.hub import get_hub
from gevent.threadpool import ThreadPool
from loguru import logger

from chatroom import __version__
from chatroom.server import config, logs, passwords
from chatroom.server.config import ConfigError, Settings
from chatroom.server.house import House, open_history
from chatroom.server.keeper import Keeper
from chatroom.server.listener import Listener, ListenError, try_out
from chatroom.server.passwords import PasswordError
from chatroom.storage.backups import BackupError, held, is_held, prune, restore, snapshot
from chatroom.storage.history import FILE, HistoryError

DONE, FAILED, WRONG_USE = 0, 1, 2
FAREWELL_SECONDS = 1.0  # for goodbyes to be read
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
    except (BackupError, HistoryError, ListenError) as error:
        print(error, file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chat-server", allow_abbrev=False, description="A chat room for nc, IRC programs and chat-client."
    )
    parser.add_argument("--version", action="version", version=f"chat-server {__version__}")
    parser.set_defaults(command="serve", listen=None, config=None, data=None, logs=None, backups=None)
    shared = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for target in (parser, shared):
        _add_options(target, argparse.SUPPRESS if target is shared else None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=False)
    commands.add_parser("serve", parents=[shared], allow_abbrev=False, help="serve (what is done without a command)")
    commands.add_parser(
        "check", parents=[shared], allow_abbrev=False, help="validate the configuration and the machine"
    )
    commands.add_parser(
        "backup", parents=[shared], allow_abbrev=False, help="take a backup now, also while a server runs"
    )
    back = commands.add_parser(
        "restore", parents=[shared], allow_abbrev=False, help="put a backup in place of the history"
    )
    back.add_argument("file", type=Path, metavar="FILE", help="a file from the backups folder")
    commands.add_parser(
        "hash-password", parents=[shared], allow_abbrev=False, help="make a password_hash of a line on standard input"
    )
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
    for name in ("listen", "data", "logs", "backups"):
        value = getattr(options, name)
        if value is not None:
            setattr(settings.server, name, value)
    problems = [f"--listen {problem}" for url in options.listen or [] if (problem := config.listen_problem(url))]
    if problems:
        raise ConfigError(problems)
    return settings


# ---- the subcommands


def serve(settings: Settings, options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    files = _raise_file_limit()
    folders = _folders(settings)
    with ExitStack() as stack:
        stack.enter_context(held(folders["data"]))
        packer = ThreadPool(1)
        logs.start(folders["logs"], settings.log, packer.spawn)
        stack.callback(logs.stop)
        house = House(settings, get_hub().loop.run_callback)
        end = _end_signal(house)
        listeners = [Listener(url, house.handle) for url in settings.server.listen]
        for listener in listeners:
            listener.start()
        _announce(settings, listeners, files)
        keeper = Keeper(house)
        keeper.start()
        end.wait()
        _end(house, keeper, listeners)
    return DONE


def check(settings: Settings, options: argparse.Namespace) -> int:
    """Say whether a server could run with this configuration, here."""
    data = _folders(settings)["data"]
    settings.motd_lines()
    print(f"configuration: {settings.path or 'defaults (no file)'}")
    for name in settings.without_effect:
        print(f"note: {name} is set, but has no effect in version {__version__}")
    print(f"listens on: {', '.join(settings.server.listen)}")
    print(f"open files: {_raise_file_limit()} at most")
    if is_held(data):
        print(f"note: a server is using {data}, so neither where it listens nor the history was tried")
    else:
        try_out(settings.server.listen)
        print(f"history: {_history_found(settings)}")
    print("everything is in order.")
    return DONE


def _history_found(settings: Settings) -> str:
    """What the log holds. Raises HistoryError when it can't be used."""
    path = Path(settings.server.data) / FILE
    if not path.exists():
        return "none yet"
    try:
        history = open_history(settings)
        with closing(history):
            for _ in history.lasting():  # all that is read at a start
                pass
            return f"{history.last()[0]} events"
    except (apsw.Error, msgspec.DecodeError) as error:
        raise HistoryError(f"{path}: can't be read ({error}). Restore a backup or move it away.") from error


def backup(settings: Settings, options: argparse.Namespace) -> int:
    """Take and prove a snapshot; safe while a server runs."""
    folders = _folders(settings)
    made = snapshot(folders["data"], folders["backups"], datetime.now(UTC))
    prune(folders["backups"], settings.backups.keep)
    print(f"{made.path}: {made.contents.events if made.contents else 0} events, proven")
    return DONE


def restore_(settings: Settings, options: argparse.Namespace) -> int:
    """Put a backup in place of the history, keeping what it replaces."""
    folders = _folders(settings)
    contents, kept = restore(options.file, folders["data"], datetime.now(UTC))
    print(f"{folders['data'] / FILE}: {contents.events} events restored from {options.file}")
    if kept:
        print(f"what was there before is kept as {kept}")
    return DONE


def hash_password(settings: Settings, options: argparse.Namespace) -> int:
    """Print the hash of a password, for the configuration file."""
    print(passwords.hashed(passwords.asked(), settings.accounts))
    return DONE


_COMMANDS: dict[str | None, Callable[[Settings, argparse.Namespace], int]] = {
    None: serve,
    "serve": serve,
    "check": check,
    "backup": backup,
    "restore": restore_,
    "hash-password": hash_password,
}


# ---- starting


def _folders(settings: Settings) -> dict[str, Path]:
    """The data, logs and backups folders, made and tried. Raises HistoryError for those that can't be written to."""
    folders, problems = {}, []
    for name in ("data", "logs", "backups"):
        folder = folders[name] = Path(getattr(settings.server, name))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            problems.append(
                f"{name} folder {folder}: can't be written to ({error.strerror}). Choose another with --{name} DIR."
            )
    if problems:
        raise HistoryError("\n".join(problems))
    return folders


def _raise_file_limit() -> int:
    """Allow as many open files as the system lets us; how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def _announce(settings: Settings, listeners: list[Listener], files: int) -> None:
    """Say where the room is, in lines that can be pasted."""
    about = settings.server
    print(f"chatroom {__version__}: {about.network} is open.")
    for listener in listeners:
        print(f"listening on {listener.url}")
        logger.info("listening on {}", listener.url)
        print(*join_lines(listener.url), sep="\n")
    for name in settings.without_effect:
        print(f"note: {name} is set, but has no effect in version {__version__}")
    print(f"history in {about.data}/, logs in {about.logs}/, backups in {about.backups}/; {files} open files at most.")
    print("Ctrl-C ends it.", flush=True)


def join_lines(url: str) -> list[str]:
    """How to join what listens on `url`, in lines that can be pasted."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return [f"  join from here:       nc -U {parts.path}"]
    address = ipaddress.ip_address(parts.hostname or "::")
    host = "localhost" if address.is_unspecified or address.is_loopback else str(address)
    lines = [
        f"  join from here:       nc {host} {parts.port}",
        f"  with an IRC program:  irssi -c {host} -p {parts.port}",
        f"  with our client:      chat-client {f'[{host}]' if ':' in host else host}:{parts.port}",
    ]
    if address.is_unspecified:
        lines.append(f"  from elsewhere:       nc {socket.gethostname()} {parts.port}")
    return lines


# ---- running and ending


def _end_signal(house: House) -> Event:
    """What SIGTERM and SIGINT set, from now on; SIGHUP reloads."""
    end = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, end.set)
    gevent.signal_handler(signal.SIGHUP, _reload, house)
    return end


def _reload(house: House) -> None:
    """Take what can change while running from the configuration file."""
    try:
        fresh = config.load(house.settings.path)
        house.server.motd = fresh.motd_lines()
    except ConfigError as error:
        logger.error("the configuration was not reloaded: {}", error)
        return
    house.settings.limits, house.settings.backups = fresh.limits, fresh.backups
    house.addresses.most = fresh.limits.connections_per_address
    house.server.description = fresh.server.description
    house.server.password = fresh.server.password
    logger.info("reloaded: message of the day, limits, backups, description, password; the rest needs a restart")


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
    house.history.close()
    logger.info("ended after event {}", house.chat.number)


if __name__ == "__main__":
    sys.exit(main())
