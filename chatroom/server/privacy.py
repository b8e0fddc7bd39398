"""What the server keeps of people, where, how long and who can read it, as its settings have it now: /privacy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chatroom.dialects.plain.text import count
from chatroom.server.config import Settings


def kept(settings: Settings) -> Mapping[str, str]:
    """Sentences by what they are about."""
    about, owner = settings.server, "whoever can read its files"
    return {
        "rooms": f"What is said in rooms is kept in {_folder(about.data)} {_span(settings)}. Who is in a room reads "
        f"it; {owner}, too. What was said while a room was private is shown to nobody after it closed.",
        "in private": "Private talk is kept there as long. Only its two people can ask for it, and only with an "
        f"account. It is not encrypted: {owner} can read it.",
        "taking back": "/redact takes your words back and erases them; of all an account said, whoever runs the server "
        "erases it on request. Backups hold it until they are thinned out.",
        "backups": f"{_backups(settings)} in {_folder(about.backups)} hold all of this.",
        "addresses": "Others see a keyed hash of yours. Itself it is seen by you and operators of the server, and "
        f"stands in {_folder(about.logs)}: a file a day at least, {count(settings.log.keep, 'old one')} kept.",
        "logs": "The logs hold who came, from where, and what failed; never what was said, never a password.",
        "passwords": "As hashes (Argon2id, and keys for SCRAM). No e-mail address is kept.",
        "who": f"The server is run by {about.admin}." if about.admin else "Nobody has said who runs the server.",
    }


def _folder(path: str) -> str:
    """What a folder is called; where it stands is of no interest to those outside."""
    return f"{Path(path).name}/"


def _span(settings: Settings) -> str:
    days, size = settings.history.keep_days, settings.history.keep_bytes
    spans = [f"for {count(days, 'day')}"] if days else []
    spans += [f"until it takes more than {size:,} bytes"] if size else []
    return " or ".join(spans) or "for good"


def _backups(settings: Settings) -> str:
    backups = settings.backups
    if not backups.every_minutes:
        return "Backups, which are not taken by themselves,"
    longest = f", the oldest for {count(backups.weekly, 'week')}" if backups.weekly else ""
    return f"Backups, taken every {count(backups.every_minutes, 'minute')}{longest},"
