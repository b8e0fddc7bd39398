"""Lines that are better not sent without a question: pastes, slips, secrets; and leaving with lines unsent.

Strategy: each function gives the question, or None where there is nothing to ask.
"""

from __future__ import annotations

from collections.abc import Callable

from chatroom.client.screen.entry import Question, doubt
from chatroom.client.session import Session
from chatroom.client.words import t

Act = Callable[[], None]


def about_line(session: Session, text: str, say: Act) -> Question | None:
    """Ask before a line is said that looks like a slip."""
    why = doubt(text) if session.facing else ""
    if not why:
        return None
    return Question(
        t("{why} Say it in {place}? y: yes, Escape: no", why=why, place=session.facing), {"y": say, "s": say}
    )


def about_paste(session: Session, text: str, say: Act, edit: Act) -> Question | None:
    """Ask before several lines are said at once."""
    count = len(text.strip("\n").split("\n"))
    if count < 2:
        return None
    words = t(
        "{count} lines pasted. Say them in {place}? y: yes, e: edit first, Escape: no",
        count=count,
        place=session.facing,
    )
    return Question(words, {"y": say, "s": say, "enter": say, "e": edit})


def about_leaving(session: Session, leave: Act) -> Question | None:
    """Ask before what was not stored is lost."""
    unsent = len(session.outbox.waiting) + len(session.outbox.unconfirmed)
    if not unsent:
        return None
    words = t("{count} messages are not stored on the server yet. Leave all the same? y: yes, Escape: no", count=unsent)
    return Question(words, {"y": leave, "s": leave})
