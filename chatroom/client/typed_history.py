"""The file of what was typed, for the next time.

Strategy: one line for each entry, only appended to while the client runs, cut to its end when it is read. It is the
user's own and nobody else's (mode 0600), and what may hold a password never gets into it. A file that can't be read
or written costs the memory, not the chat.

Source: XDG Base Directory Specification, XDG_STATE_HOME.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

KEPT = 1000  # entries
_SECRET_COMMANDS = re.compile(
    r"/(?:oper|pass|password|passwd|login|register|identify|auth|authenticate|ns|nickserv|vhost)\b", re.IGNORECASE
)
_SECRET_RAW = re.compile(
    r"/(?:raw|quote)\s+(?:@\S+\s+)?(?:pass|oper|authenticate|register|verify|ns|nickserv)\b", re.IGNORECASE
)
_TO_SERVICE = re.compile(r"/\S+\s+(?:\S+\s+)?:?\S*serv(?:@\S+)?\b", re.IGNORECASE)
_WITH_KEY = re.compile(r"/(?:j|join)\s+\S+\s+\S|/mode\b.*\+\w*k", re.IGNORECASE)


def is_secret(line: str, to: str = "") -> bool:
    """Whether `line` may hold a password: `to` is who it goes to if it is no command, or a reply."""
    line = line.strip()
    is_to_service = to.casefold().partition("@")[0].endswith("serv")
    if not line.startswith("/") or line.lower().startswith(("/reply", "/r ", "/me")):
        return is_to_service
    return any(pattern.match(line) for pattern in (_SECRET_COMMANDS, _SECRET_RAW, _TO_SERVICE, _WITH_KEY))


def default_path() -> Path:
    """Where the file belongs: `$XDG_STATE_HOME/chatroom/typed`, or under ~/.local/state."""
    state = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    return folder / "chatroom" / "typed"


def load(path: Path) -> list[str]:
    """The entries kept, oldest first; none when there is no file, or none that can be read."""
    try:
        entries = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    if len(entries) > 2 * KEPT:
        _rewrite(path, entries[-KEPT:])
    return entries[-KEPT:]


def append(path: Path, line: str) -> None:
    """Add one entry. One of several lines is a paste, and is not kept."""
    if "\n" in line or not line.strip():
        return
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path, "a", encoding="utf-8", errors="replace", opener=_private) as file:
            file.write(f"{line}\n")


def _private(path: str, flags: int) -> int:
    file = os.open(path, flags, 0o600)
    os.fchmod(file, 0o600)  # also one that somebody made readable since
    return file


def _rewrite(path: Path, entries: list[str]) -> None:
    shorter = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        with open(shorter, "w", encoding="utf-8", opener=_private) as file:
            file.write("".join(f"{entry}\n" for entry in entries))
        shorter.replace(path)
