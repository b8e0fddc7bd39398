"""SEARCH as programs ask it: by attributes, answered with the messages themselves, each with its id.

Strategy: who has not asked for the capability means the row of the command table, in words. The index finds words and
rooms; who said it, and when, is looked at in what it found. What that leaves out is made up for by looking at more
than is wanted, up to a limit.

Source: soju.im/search, a work in progress.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from chatroom.commands.call import Call
from chatroom.commands.history import search_in
from chatroom.core.events import Record
from chatroom.core.names import as_number
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.verbs.history import RECORDS_PER_LINE, time_of
from chatroom.dialects.irc.verbs.table import by_row, verb
from chatroom.wire.irc import Message, parse_tags

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

CAPABILITY = "soju.im/search"
DEFAULT, MOST = 50, 100  # messages of one answer
LOOKED_AT = 1000  # messages with the words, of which those are chosen
COST = 4.0  # as of the row
KNOWN = frozenset(("text", "in", "from", "after", "before", "limit"))


@verb("SEARCH", least=1)
def search(session: IrcSession, message: Message) -> None:
    """Find what was said in the rooms one is in."""
    if CAPABILITY not in session.capabilities:
        by_row(session, message)
        return
    wanted = {key: value for key, value in parse_tags(message.param(0)).items() if key in KNOWN}
    call = Call(session, session.server, "search")
    limit, records = _limit(wanted), list(_chosen(call, wanted))
    session.cost = COST + len(records) / RECORDS_PER_LINE
    session.tell_batch(CAPABILITY, [], records[:limit] if "after" in wanted else records[-limit:])


def _chosen(call: Call, wanted: Mapping[str, str]) -> Iterator[Record]:
    """What the index finds, without what was said by others or at another time; oldest first."""
    fold = call.chat.names.fold
    after, before = _time(wanted, "after", 0), _time(wanted, "before", call.server.now())
    for record in search_in(call, wanted.get("text", ""), LOOKED_AT, wanted.get("in", "")):
        is_by = "from" not in wanted or fold(record.event.who.nick) == fold(wanted["from"])
        if is_by and after <= record.time <= before:
            yield record


def _limit(wanted: Mapping[str, str]) -> int:
    word = wanted.get("limit", str(DEFAULT))
    number = as_number(word)
    if not number:
        raise Refused(Why.SEARCH_PARAMS, word=f"limit={word}")
    return min(number, MOST)


def _time(wanted: Mapping[str, str], key: str, otherwise: int) -> int:
    if key not in wanted:
        return otherwise
    time = time_of(wanted[key])
    if time is None:
        raise Refused(Why.SEARCH_PARAMS, word=f"{key}={wanted[key]}")
    return time
