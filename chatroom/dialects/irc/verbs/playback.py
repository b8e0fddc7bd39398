"""`PRIVMSG *playback :play #tea,bob 1795348800.5`: history for programs that know ZNC.

Strategy: a courtesy, in batches like any history. Times are seconds since 1970; what was said at the first is played,
what was said at the second is not. Each room or person is one page, the smaller the more are asked for: its newest.

Sources: ZNC's playback module; IRCv3 batch/chathistory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chatroom.commands.call import Call
from chatroom.commands.shelves import shelf_of, talks
from chatroom.dialects.irc.caps import MAX_PAGE
from chatroom.dialects.irc.verbs.history import tell_page
from chatroom.dialects.irc.verbs.table import targets

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

NAME = "*playback"  # no nick has a star
MOST = 100  # rooms and people played at once
MOST_LINES = 5000  # of them all; others wait meanwhile
_SECONDS = re.compile(r"\d{1,11}(?:\.\d{1,9})?", re.ASCII)
_USAGE = "Say: play <#room,nick|*> [from] [to], times in seconds since 1970"


def ask(session: IrcSession, text: str) -> None:
    """Answer what was said to ZNC's playback module."""
    verb, *words = text.split() or [""]
    times = [_number_at(session, word) for word in words[1:]]
    if verb.lower() != "play" or not 1 <= len(words) <= 3 or None in times:
        session.line("NOTICE", session.nick, _USAGE, source=f"{NAME}!{NAME[1:]}@{session.server.name}")
        return
    after, before = (*times, None, None)[:2]
    _play(session, words[0], (after or 1) - 1, before)


def _number_at(session: IrcSession, word: str) -> int | None:
    """The number of the first event at or after a time; None when it is no time."""
    return session.server.history.number_at(round(float(word) * 1000)) if _SECONDS.fullmatch(word) else None


def _play(session: IrcSession, wanted: str, after: int, before: int | None) -> None:
    call = Call(session, session.server, "playback")
    names = [talk.name for talk in talks(call, after, limit=MOST)] if wanted == "*" else targets(wanted)[:MOST]
    limit = min(MAX_PAGE, MOST_LINES // max(1, len(names)))
    for name in names:
        if shelf := shelf_of(call, name):
            records = shelf.page(session.server.history, limit=limit, after=after, before=before)
            if records or wanted != "*":
                tell_page(session, name, records)
