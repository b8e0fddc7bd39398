"""Reading what was said while the link was gone: no gap, nothing twice, in the order of the server's log.

Strategy: of each room and person the newest message up to which there is no gap is remembered, at first one's own
coming in; back on the server everything after it is asked for, page by page, until a page is not full. What arrives
live meanwhile is held back and shown after that, unless a page had it; it does not move the mark, so an interruption
of the catching up itself leaves no gap either. With whom there was private talk is asked first. A server without
history that can be asked for is left to play back what it likes.

Source: IRCv3 chathistory (CHATHISTORY AFTER, LATEST, TARGETS; ISUPPORT CHATHISTORY), read-marker.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chatroom.client.session import Batch, CatchingUp, Session, nick_of
from chatroom.wire.irc import Message

CAPABILITY = "draft/chathistory"
BATCH_TYPE = "chathistory"
TARGETS_TYPE = "draft/chathistory-targets"
RETURNED = "returned"  # the word of the PING whose answer comes after all that answers one's coming back
_PAGE = 50  # messages asked for at once, where the server allows as many
_UNREAD = "?"  # in place of a selector: what one has read is being asked
_EVER, _NEVER = "1970-01-01T00:00:00.000Z", "2200-01-01T00:00:00.000Z"


def returned(session: Session) -> None:
    """The user is back on the server, and has asked to be let into the rooms."""
    session.send("PING", RETURNED)
    if session.is_logged_in:
        ask_for_private(session)


def ask_for_private(session: Session) -> None:
    """The user is logged in to an account: ask for what was written to them since the last link, or was not read."""
    if session.has_asked_for_private:
        return
    session.has_asked_for_private = True
    if session.wish.marks_read and "draft/read-marker" in session.capabilities and not session.has_read_unread:
        _ask_for_talks(session, _EVER)
    elif session.is_back and session.heard_until:
        _ask_for_talks(session, session.heard_until)


def entered(session: Session, room: str, message: Message) -> None:
    """The user is in `room`, again or for the first time, as `message` says: ask for what was missed.

    Where nothing has been read yet, the mark is their own coming in: whatever is said next is missed if the link
    breaks before it arrives.
    """
    if CAPABILITY not in session.capabilities:
        return
    folded = session.features.fold(room)
    session.heard_until = session.heard_until or message.tags.get("time", "")
    if newest := session.newest.get(folded):
        _ask_after(session, room, newest)
        return
    if session.wish.history:
        _ask_latest(session, room)
    if mark := _mark_of(message):
        session.newest[folded] = mark


def _mark_of(message: Message) -> str:
    """The selector of what comes after `message`; "" when it can't be told."""
    if msgid := message.tags.get("msgid"):
        return f"msgid={msgid}"
    time = message.tags.get("time", "")
    return f"timestamp={_just_before(time)}" if time else ""


def _just_before(time: str) -> str:
    """The last moment before `time`, in the form of server-time: events of one moment are all in a page or none."""
    try:
        moment = datetime.fromisoformat(time) - timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return _EVER
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _page(session: Session) -> int:
    return min(_PAGE, session.features.history_page or _PAGE)


def _ask_after(session: Session, target: str, selector: str) -> None:
    session.catching_up.setdefault(session.features.fold(target), CatchingUp(selector)).after = selector
    session.send("CHATHISTORY", "AFTER", target, selector, str(_page(session)))


def _ask_latest(session: Session, target: str) -> None:
    session.catching_up.setdefault(session.features.fold(target), CatchingUp("")).after = ""
    limit = min(session.wish.history, _page(session))
    session.send("CHATHISTORY", "LATEST", target, "*", str(limit))


def _ask_for_talks(session: Session, since: str) -> None:
    """Ask with whom there was private talk after that time."""
    if CAPABILITY in session.capabilities:
        session.catching_up.setdefault("", CatchingUp(since)).after = since
        times = (f"timestamp={_just_before(since)}", f"timestamp={_NEVER}")
        session.send("CHATHISTORY", "TARGETS", *times, str(_page(session)))


# what arrives


def place_of(session: Session, message: Message) -> str:
    """Whose history a message belongs to: a room, or the nick of the other one; "" for what belongs to none."""
    if session.is_replayed(message):
        return session.batch_of(message).target
    target = session.features.split_prefixes(message.param(0))[1]
    if session.features.is_room(target):
        return target
    nick = nick_of(message.source)
    return (target if session.is_me(nick) else nick) if "!" in message.source else ""


def holds_back(session: Session, message: Message) -> bool:
    """Whether a message that came live has to wait until what was said before it is read."""
    place = place_of(session, message)
    if session.is_replayed(message) or not place:
        return False
    state = session.catching_up.get(session.features.fold(place))
    if state is None and not session.features.is_room(place):
        state = session.catching_up.get("")
    if state is None:
        return False
    state.held.append(message)
    return True


def took(session: Session, message: Message) -> None:
    """A message came, live or from history, and is about to be shown: move the mark."""
    folded = session.features.fold(place_of(session, message))
    mark, time = _mark_of(message), message.tags.get("time", "")
    if not folded:
        return
    if time > session.shown_until.get(folded, ""):
        session.shown_until[folded] = time
    if session.is_replayed(message):
        batch, state = session.batch_of(message), session.catching_up.get(folded)
        batch.count += 1
        batch.oldest_time = batch.oldest_time or time
        if mark and state is not None and state.after:
            batch.newest = session.newest[folded] = mark
    elif mark:
        session.newest[folded] = mark
        if session.is_logged_in and _has_all_private(session):
            session.heard_until = max(session.heard_until, time)


def _has_all_private(session: Session) -> bool:
    return all(map(session.features.is_room, session.catching_up))


def talk_named(session: Session, message: Message) -> None:
    """One line of the answer to TARGETS: a room or a person there is talk of, and when the newest was said."""
    state, target, batch = session.catching_up.get(""), message.param(1), session.batch_of(message)
    batch.count += 1
    batch.newest = max(batch.newest, message.param(2))
    if state is None or session.features.is_room(target):
        return
    folded = session.features.fold(target)
    if folded in session.catching_up:
        return
    if state.after != _EVER:
        _ask_after(session, target, session.newest.get(folded, f"timestamp={_just_before(state.after)}"))
    else:
        session.catching_up[folded] = CatchingUp(_UNREAD)
        session.send("MARKREAD", target)


def marker_told(session: Session, target: str, time: str) -> None:
    """MARKREAD: up to when the user has read a room or a person, at this connection or another; "" for never."""
    folded = session.features.fold(target)
    if time > session.read_until.get(folded, ""):
        session.read_until[folded] = time
    state = session.catching_up.get(folded)
    if state is not None and state.after == _UNREAD:
        if time:
            _ask_after(session, target, f"timestamp={time}")
        else:
            _ask_latest(session, target)


def page_ended(session: Session, batch: Batch) -> list[Message]:
    """A page is complete: ask for the next, unless this was the last; what was held back and may be shown now."""
    if batch.type == TARGETS_TYPE:
        return _talks_named(session, batch)
    folded = session.features.fold(batch.target)
    state = session.catching_up.get(folded)
    if batch.type != BATCH_TYPE or state is None:
        return []
    # A server that gives the same page again would do so for ever.
    if state.after and batch.count >= _page(session) and batch.newest not in ("", state.after):
        _ask_after(session, batch.target, batch.newest)
        return []
    del session.catching_up[folded]
    if not state.after:
        _tell_of_unread(session, batch)
    _note_private(session)
    return state.held


def _talks_named(session: Session, batch: Batch) -> list[Message]:
    """All people with talk have been named, or as many as one answer names."""
    state = session.catching_up.get("")
    if state is None:
        return []
    if batch.count >= _page(session) and batch.newest > state.after:
        _ask_for_talks(session, batch.newest)
        return []
    del session.catching_up[""]
    _note_private(session)
    return [message for message in state.held if not holds_back(session, message)]


def _note_private(session: Session) -> None:
    """Once nothing private is missing there is nothing older to be asked for again."""
    if session.is_logged_in and _has_all_private(session):
        session.has_read_unread = True


def _tell_of_unread(session: Session, batch: Batch) -> None:
    """Say so when there is more that the user has not read than the last few messages."""
    read = session.read_until.get(session.features.fold(batch.target), "")
    limit = min(session.wish.history, _page(session))
    if not read or batch.count < limit or batch.oldest_time <= read or not session.features.is_room(batch.target):
        return
    hours = int((session.clock() - datetime.fromisoformat(read)).total_seconds() // 3600) + 1
    span = f"{hours}h" if hours < 48 else f"{hours // 24 + 1}d"
    session.note(f"There is more in {batch.target} that you have not read: /since {span}", room=batch.target)


def refused(session: Session, message: Message) -> list[Message]:
    """FAIL CHATHISTORY: the mark is of no use to the server (any more); say that there may be a gap.

    Gives what was held back and may be shown now.
    """
    words = [session.features.fold(word) for word in message.params[2:-1]]
    about = [word for word in words if word and word in session.catching_up] or [""] * ("targets" in words)
    held: list[Message] = []
    for folded in about or list(session.catching_up):
        state = session.catching_up.pop(folded, None)
        if state is None:
            continue
        held += state.held
        if session.features.is_room(folded):
            session.newest.pop(folded, None)
            session.note(f"What was said in {folded} meanwhile can't be read here: {message.params[-1]}")
    return [one for one in held if not holds_back(session, one)]
