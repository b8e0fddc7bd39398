"""What the client keeps from one time to the next, and what the user has written down for it.

Strategy: two files. `client.toml` is the user's: settings, and profiles that name a server; it is only read here.
`servers.json` is the client's own: of each server the nick, the rooms, and a certificate that was trusted. Both are
passed over when they are not there; a profile that makes no sense is said so. No password stands in either.

Sources: XDG Base Directory Specification; Apple's and Microsoft's folders for the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

SETTINGS = {"theme": str, "clock": str, "mouse": bool, "typing": bool, "language": str, "default": str}
PROFILE = {"server": str, "tls": bool, "nick": str, "rooms": list, "account": str, "fingerprint": str}


class NoSense(ValueError):
    """The user's file can't be used; the text is the sentence to show."""


@dataclass
class Server:
    """What is kept of one server."""

    nick: str = ""
    rooms: list[str] = field(default_factory=list)
    fingerprint: str = ""  # SHA-256 of a certificate that the user has trusted


def settings_path(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where the user's file belongs."""
    if platform == "darwin":
        folder = Path.home() / "Library" / "Application Support"
    elif platform == "win32":
        folder = Path(environment.get("APPDATA") or Path.home())
    else:
        config = environment.get("XDG_CONFIG_HOME", "")
        folder = Path(config) if os.path.isabs(config) else Path.home() / ".config"
    return folder / "chatroom" / "client.toml"


def settings(path: Path) -> dict[str, Any]:
    """What the user's file says; nothing when there is none. Raises NoSense for one that can't be meant."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise NoSense(f"{path}: {problem}") from None
    profiles = found.pop("profiles", {})
    _check(path, found, SETTINGS)
    if not isinstance(profiles, dict):
        raise NoSense(f"{path}: profiles are tables, as in [profiles.home]")
    for name, profile in profiles.items():
        _check(path, profile if isinstance(profile, dict) else {name: profile}, PROFILE, f"profiles.{name}.")
    return {**found, "profiles": profiles}


def _check(path: Path, table: dict[str, Any], known: dict[str, type], prefix: str = "") -> None:
    for key, value in table.items():
        if key not in known:
            raise NoSense(f"{path}: there is no setting {prefix}{key}. There are: {', '.join(known)}.")
        if not isinstance(value, known[key]):
            raise NoSense(f"{path}: {prefix}{key} must be of type {known[key].__name__}.")


def _memory_path() -> Path:
    state = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    return folder / "chatroom" / "servers.json"


def recall(address: str) -> Server:
    """What is kept of the server at `address`."""
    kept = _all().get(address, {})
    try:
        rooms = [room for room in kept.get("rooms", []) if isinstance(room, str)]
        return Server(str(kept.get("nick", "")), rooms, str(kept.get("fingerprint", "")))
    except (AttributeError, TypeError):
        return Server()


def remember(address: str, server: Server) -> None:
    """Keep what is known of the server at `address`; where it can't be written, it is forgotten."""
    path = _memory_path()
    everything = _all() | {address: asdict(server)}
    shorter = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(shorter, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            json.dump(everything, file, indent=1, ensure_ascii=False)
        shorter.replace(path)


def _all() -> dict[str, Any]:
    try:
        found = json.loads(_memory_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
