"""Reading what is older than what is here: one page of history at a time, when somebody scrolls that far.

Strategy: the question carries a label, and the batch that answers it goes to who asked, instead of to where events are
shown: it is neither news nor a gap being filled. Without labels or history on the server there is nothing to ask.

Sources: IRCv3 draft/chathistory (BEFORE), labeled-response, batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chatroom.client.events import Event

if TYPE_CHECKING:
    from chatroom.client.session import Session

SIZE = 100  # messages asked for at once, where the server allows as many
_NEEDED = frozenset(("draft/chathistory", "labeled-response", "batch"))
Done = Callable[[list[Event], bool], None]


@dataclass
class Page:
    """A page that was asked for; `done` is called with its events, and whether nothing is older than they are."""

    done: Done
    size: int
    count: int = 0  # messages that came, shown or not
    events: list[Event] = field(default_factory=list)


def can_ask(session: Session) -> bool:
    """Whether there is a server to ask, one that can be asked."""
    return session.is_registered and session.capabilities >= _NEEDED


def ask_before(session: Session, target: str, event: Event | None, done: Done) -> bool:
    """Ask for what was said in `target` before `event` (or for the newest); whether it could be asked for."""
    if not can_ask(session):
        return False
    size = min(SIZE, session.features.history_page or SIZE)
    session.pages_asked += 1
    label = f"page{session.pages_asked}"
    session.pages[label] = Page(done, size)
    where = ("BEFORE", target, f"msgid={event.msgid}") if event else ("LATEST", target, "*")
    session.send_labelled(label, "CHATHISTORY", *where, str(size))
    return True


def ended(session: Session, label: str) -> bool:
    """The answer under `label` is complete; whether it was a page."""
    page = session.pages.pop(label, None)
    if page:
        page.done(page.events, page.count < page.size)
    return page is not None


def refused(session: Session, label: str) -> bool:
    """The question under `label` was refused: there is nothing to read. Whether it was for a page."""
    page = session.pages.pop(label, None)
    if page:
        page.done([], True)
    return page is not None


def given_up(session: Session) -> None:
    """The link is gone, and with it every answer; whoever asked may ask again."""
    pages = list(session.pages.values())
    session.pages.clear()
    for page in pages:
        page.done([], False)
