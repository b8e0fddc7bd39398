"""Reading what was said while the link was gone: no gap, nothing twice.

Strategy: of each room the newest message id is remembered, at first that of one's own coming in; back in the room,
everything after it is asked for, page by page, until a page is not full. Messages that arrive live meanwhile don't move
the mark, so an interruption of the catching up itself leaves no gap either. A server without history that can be asked
for is left to play back what it likes.

Source: IRCv3 draft/chathistory (CHATHISTORY AFTER, LATEST; ISUPPORT CHATHISTORY).
"""

from __future__ import annotations

from chatroom.client.session import Batch, CatchingUp, Session
from chatroom.wire.irc import Message

CAPABILITY = "draft/chathistory"
BATCH_TYPE = "chathistory"
_PAGE = 50  # messages asked for at once, where the server allows as many


def entered(session: Session, room: str, msgid: str = "") -> None:
    """The user is in `room`, again or for the first time: ask for what was missed.

    Where nothing has been read yet, the mark is their own coming in (`msgid`): whatever is said next is missed if the
    link breaks before it arrives.
    """
    if CAPABILITY not in session.capabilities:
        return
    folded = session.features.fold(room)
    if newest := session.newest.get(folded):
        _ask_after(session, room, newest)
        return
    if session.wish.history:
        limit = min(session.wish.history, _page(session))
        session.send("CHATHISTORY", "LATEST", room, "*", str(limit))
    if msgid:
        session.newest[folded] = msgid


def _page(session: Session) -> int:
    return min(_PAGE, session.features.history_page or _PAGE)


def _ask_after(session: Session, room: str, msgid: str) -> None:
    session.catching_up.setdefault(session.features.fold(room), CatchingUp(msgid)).after = msgid
    session.send("CHATHISTORY", "AFTER", room, f"msgid={msgid}", str(_page(session)))


def took(session: Session, room: str, message: Message) -> None:
    """A message of `room` came, live or from history: move the mark."""
    msgid, folded = message.tags.get("msgid", ""), session.features.fold(room)
    if not msgid:
        return
    if session.is_replayed(message):
        batch = session.batches[message.tags["batch"]]
        batch.count += 1
        batch.newest = session.newest[folded] = msgid
    elif folded in session.catching_up:
        session.catching_up[folded].live = msgid
    else:
        session.newest[folded] = msgid


def page_ended(session: Session, batch: Batch) -> None:
    """A page is complete: ask for the next, unless this was the last."""
    folded = session.features.fold(batch.target)
    state = session.catching_up.get(folded)
    if batch.type != BATCH_TYPE or state is None:
        return
    # A server that gives the same page again would do so for ever.
    if batch.count >= _page(session) and batch.newest != state.after:
        _ask_after(session, batch.target, batch.newest)
        return
    del session.catching_up[folded]
    if state.live:
        session.newest[folded] = state.live


def refused(session: Session, message: Message) -> None:
    """FAIL CHATHISTORY: the mark is of no use to the server (any more); say that there may be a gap."""
    for room in [param for param in message.params if session.features.is_room(param)][:1]:
        folded = session.features.fold(room)
        if session.catching_up.pop(folded, None) is not None:
            session.newest.pop(folded, None)
            session.note(f"What was said in {room} meanwhile can't be read here: {message.params[-1]}")
