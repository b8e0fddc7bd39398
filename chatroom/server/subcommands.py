"""The subcommands of `chat-server` that do not serve: each is one function that returns an exit code.

Strategy: those that read work beside a running server; those that change the history either have it to themselves,
or ask the server to do it.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import apsw

from chatroom import __version__
from chatroom.core.names import is_room
from chatroom.server import passwords
from chatroom.server.config import DEFAULT_METRICS, DEFAULT_WEB, Settings
from chatroom.server.drill import Drill
from chatroom.server.listener import try_out
from chatroom.server.opening import open_history, tls_of
from chatroom.server.precis import CASEMAPPINGS
from chatroom.storage import exporting, forgetting
from chatroom.storage.backups import prune, snapshot
from chatroom.storage.history import FILE, HistoryError
from chatroom.storage.layout import OLDEST, VERSION, connect
from chatroom.storage.lock import HeldError, held, is_held
from chatroom.storage.restoring import restore
from chatroom.storage.thinning import Keep
from chatroom.storage.verifying import VerifyError, verify

DONE, FAILED, WRONG_USE = 0, 1, 2
POLL_SECONDS = 0.2


def check(settings: Settings, options: argparse.Namespace) -> int:
    """Say whether a server could run with this configuration, here."""
    data = folders_of(settings)["data"]
    settings.motd_lines()
    print(f"configuration: {settings.path or 'defaults (no file)'}")
    for name in settings.without_effect:
        print(f"note: {name} is set, but has no effect in version {__version__}")
    if tls := tls_of(settings):
        print(f"certificate: {settings.tls.certificate}, {tls.validity(datetime.now(UTC))}")
    web, metrics = settings.web.listen, settings.metrics.listen
    print(f"listens on: {', '.join([*settings.server.listen, *web, *metrics])}")
    print(f"open files: {raise_file_limit()} at most")
    if is_held(data):
        print(f"note: a server is using {data}, so where it listens was not tried")
    else:
        asked = [urls for urls in (web, metrics) if urls not in (DEFAULT_WEB, DEFAULT_METRICS)]
        try_out([*settings.server.listen, *(url for urls in asked for url in urls)])
    print(f"history: {_history_found(settings, data / FILE)}")
    print("everything is in order.")
    return DONE


def _history_found(settings: Settings, path: Path) -> str:
    """What the log holds, all of it read; a server may go on meanwhile. Raises HistoryError when it can't be used."""
    if not path.exists():
        return "none yet"
    try:
        found = _read(path)
    except VerifyError as error:
        raise HistoryError(
            f"{path}: is damaged: {error}. Restore the newest backup: chat-server restore FILE"
        ) from error
    except apsw.Error as error:
        raise _unusable(path, error) from error
    if not is_held(path.parent) and not found.startswith("version"):
        open_history(settings).close()  # written under another casemapping, it is refused
    return found


def _read(path: Path) -> str:
    with closing(connect(path, read_only=True)) as log:
        log.execute("BEGIN")  # what is read is of one moment
        version = log.pragma("user_version")
        if version == VERSION:
            return f"{verify(log).events} events, each as it was written"
        if version in range(OLDEST, VERSION):
            return f"version {version}; the next start copies it aside and brings it forward to version {VERSION}"
    raise HistoryError(f"{path}: was written by another version ({version}; this one reads {VERSION}).")


def _unusable(path: Path, error: Exception) -> HistoryError:
    return HistoryError(f"{path}: can't be used as a history ({error}). Restore a backup or move it away.")


def backup(settings: Settings, options: argparse.Namespace) -> int:
    """Take and prove a snapshot; safe while a server runs."""
    folders = folders_of(settings)
    made = snapshot(folders["data"], folders["backups"], datetime.now(UTC), Drill(settings.server.casemapping))
    keep = settings.backups
    prune(folders["backups"], Keep(keep.keep, keep.hourly, keep.daily, keep.weekly))
    print(f"{made.path}: {made.contents.events if made.contents else 0} events, proven")
    return DONE


def restore_(settings: Settings, options: argparse.Namespace) -> int:
    """Put a backup in place of the history, keeping what it replaces."""
    folders = folders_of(settings)
    done = restore(options.file, folders["data"], datetime.now(UTC), _fold(settings))
    print(f"{folders['data'] / FILE}: {done.contents.events} events restored from {options.file}")
    if done.forgotten:
        print(f"{done.forgotten} of them were forgotten since, and have no words any more")
    if done.kept:
        print(f"what was there before is kept as {done.kept}")
    if done.warning:
        print(done.warning, file=sys.stderr)
    return DONE


def export(settings: Settings, options: argparse.Namespace) -> int:
    """Print what a room or an account said, as JSON lines; safe while a server runs."""
    path = _log_of(settings)
    try:
        with closing(connect(path, read_only=True)) as log:
            if options.room is not None:
                lines = exporting.of_room(log, options.room, _fold(settings))
            else:
                lines = exporting.of_account(log, options.account, _fold(settings))
            is_empty = True
            for line in lines:
                is_empty = False
                sys.stdout.buffer.write(line + b"\n")
            sys.stdout.buffer.flush()
            if is_empty:
                _tell_of_nothing(path, options)
    except BrokenPipeError:  # whoever read it has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except apsw.Error as error:
        raise _unusable(path, error) from error
    return DONE


def _tell_of_nothing(path: Path, options: argparse.Namespace) -> None:
    hint = ""
    if options.room is not None and not is_room(options.room):
        hint = f' The name of a room begins with a sign: --room "#{options.room}"'
    whose = options.account if options.room is None else options.room
    print(f"{path}: there is nothing of {whose}.{hint}", file=sys.stderr)


def forget(settings: Settings, options: argparse.Namespace) -> int:
    """Take an account's words away; a running server is asked to do it."""
    path, account = _log_of(settings), _fold(settings)(options.account)
    now = int(time.time() * 1000)
    try:
        if not _forget_here(settings, path, account, now):
            _ask_to_forget(path, account, now)
            while not _deed(path, account).is_done and not _forget_here(settings, path, account, 0):
                time.sleep(POLL_SECONDS)
        done = _deed(path, account)
    except apsw.Error as error:
        raise _unusable(path, error) from error
    print(f"{options.account}: the words of {done.erased} events were erased; number and time stay")
    print("backups taken before hold them until they are thinned out; restoring one erases them again")
    return DONE


def _forget_here(settings: Settings, path: Path, account: str, now: int) -> bool:
    """Do it in this process, unless a server holds the folder; whether it was done. `now` 0: it was noted already."""
    try:
        with held(path.parent):
            history = open_history(settings)
            try:
                if now:
                    forgetting.note(history, account, now)
                    history.commit()
                while forgetting.step(history, _fold(settings)):
                    history.commit()
                history.commit()
            finally:
                history.close()
            return True
    except HeldError:
        return False


def _ask_to_forget(path: Path, account: str, now: int) -> None:
    with closing(connect(path)) as log:
        forgetting.note_beside(log, account, now)
    print("the server that is running here does it ...", flush=True)


def _deed(path: Path, account: str) -> forgetting.Deed:
    with closing(connect(path, read_only=True)) as log:
        return next(deed for deed in forgetting.deeds(log) if deed.account == account)


def _log_of(settings: Settings) -> Path:
    path = Path(settings.server.data) / FILE
    if not path.exists():
        raise HistoryError(f"{path}: there is no history yet. Give the server's folder with --data DIR.")
    with suppress(apsw.Error), closing(connect(path, read_only=True)) as log:  # whoever reads on says what is wrong
        if log.pragma("user_version") == OLDEST:
            raise HistoryError(f"{path}: is an older version's. Start the server on it once: that brings it forward.")
    return path


def _fold(settings: Settings) -> Callable[[str], str]:
    return CASEMAPPINGS[settings.server.casemapping].fold


def hash_password(settings: Settings, options: argparse.Namespace) -> int:
    """Print the hash of a password, for the configuration file."""
    print(passwords.hashed(passwords.asked(), settings.accounts))
    return DONE


COMMANDS: dict[str | None, Callable[[Settings, argparse.Namespace], int]] = {
    "check": check,
    "backup": backup,
    "restore": restore_,
    "export": export,
    "forget": forget,
    "hash-password": hash_password,
}
_HELP = {
    "check": "validate the configuration and the machine, and read the whole history",
    "backup": "take a backup now, also while a server runs",
    "restore": "put a backup in place of the history",
    "export": "print what a room or an account said, as JSON lines",
    "forget": "take an account's words out of the history, also while a server runs",
    "hash-password": "make a password_hash of a line on standard input",
}


_EXAMPLES = {
    "restore": "chat-server restore backups/FILE",
    "export": 'chat-server export --room "#lobby" (in quotes), or: chat-server export --account alice',
    "forget": "chat-server forget alice",
}


class Parser(argparse.ArgumentParser):
    """Says what to type when it can't make sense of what was typed."""

    example = ""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, give an example, and end."""
        super().error(f"{message}. Type for example: {self.example}" if self.example else message)


def add_parsers(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Have the command line know the subcommands."""
    made = {
        name: commands.add_parser(name, parents=[shared], allow_abbrev=False, help=sentence)
        for name, sentence in _HELP.items()
    }
    for name, example in _EXAMPLES.items():
        made[name].example = example
    made["restore"].add_argument("file", type=Path, metavar="FILE", help="a file from the backups folder")
    made["forget"].add_argument("account", metavar="ACCOUNT", help="whose words are to be erased")
    whose = made["export"].add_mutually_exclusive_group(required=True)
    whose.add_argument("--room", metavar="ROOM", help='what happened in a room, such as "#lobby"')
    whose.add_argument("--account", metavar="ACCOUNT", help="what an account said, in rooms and in private")


# ---- starting


def folders_of(settings: Settings) -> dict[str, Path]:
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


def raise_file_limit() -> int:
    """Allow as many open files as the system lets us; how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
