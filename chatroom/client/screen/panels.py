"""What stands around the scrollback: the title, the list of places, the status line, the members, what is on its way.

Strategy: functions of what is known that give styled text, called whenever the screen is drawn; none keeps anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.mouse_events import MouseButton, MouseEvent, MouseEventType

from chatroom.client.clean import clean
from chatroom.client.link import Client
from chatroom.client.places import Place, Places
from chatroom.client.roster import Member
from chatroom.client.screen.cells import Row, cut, drawable, fit, fold, width_of
from chatroom.client.screen.rows import Look
from chatroom.client.screen.theme import nick_style
from chatroom.client.words import t

_QUIET = "class:quiet"
_SILENT_AFTER = 10  # seconds without a byte after which their number is shown
_AGE_STEP = 5  # seconds: what is drawn need not change every second

_Items = Iterable[StyleAndTextTuples]


def title(places: Places, host: str, width: int) -> StyleAndTextTuples:
    """The place and what it is about; who many are there."""
    place, session = places.current, places.session
    room = session.roster.room(place.name) if place.is_room else None
    count = f" {len(room.members)} " if room and room.members else " "
    name = clean(place.name) or host
    topic = f"  {clean(room.topic)}" if room and room.topic else ""
    if place.name and not place.is_room:
        topic = "  " + t("a private talk")
    words = fit(f" {name}{topic}", width - width_of(count))
    return [("class:bar", "".join(text for _, text in drawable([("", words)])) + count)]


def place_list(places: Places, host: str, turn: Callable[[Place], None]) -> list[StyleAndTextTuples]:
    """One item for each place: its number, its name, and how much of it has not been read."""
    return [_item(number, place, places, host, turn) for number, place in enumerate(places)]


def _item(number: int, place: Place, places: Places, host: str, turn: Callable[[Place], None]) -> StyleAndTextTuples:
    def click(event: MouseEvent) -> object:
        if event.event_type is MouseEventType.MOUSE_UP and event.button is MouseButton.LEFT:
            turn(place)
            return None
        return NotImplemented

    style = "class:here reverse" if place is places.current else ("class:unread" if place.unread else "")
    is_gone = place.is_room and places.session.roster.room(place.name) is None
    name = cut(clean(place.name) or host, 20)
    item: StyleAndTextTuples = [(_QUIET, f"{number} ", click), (style, f"({name})" if is_gone else name, click)]
    if place.unread:
        item.append((style, f" {place.unread}", click))
    if place.mentions:
        item.append(("class:mention", f" {place.mentions}!", click))
    return item


def side_list(items: _Items) -> StyleAndTextTuples:
    """The list of places, one below the other."""
    return [piece for item in items for piece in [*item, ("", "\n")]]


def status(places: Places, client: Client, now: float, width: int, items: _Items) -> StyleAndTextTuples:
    """Who one is, whether there is a connection and how it does; then the places, as far as there is room."""
    session = places.session
    pieces: StyleAndTextTuples = [("class:bar", f" {clean(session.nick)} "), ("", " "), *connection(client, now)]
    left = width - sum(width_of(piece[1]) for piece in pieces)
    for item in items:
        left -= 2 + sum(width_of(piece[1]) for piece in item)
        if left < 1:
            pieces.append(("", " …"))
            break
        pieces += [("", "  "), *item]
    return pieces


def connection(client: Client, now: float) -> StyleAndTextTuples:
    """Whether there is a connection: since when not, or how old the last byte is and how long an answer takes."""
    health = client.health
    if not client.session.is_registered:
        lost_at = health.lost_at
        state = t("not connected since {time}", time=f"{lost_at.astimezone():%H:%M}") if lost_at else t("connecting")
        return [("class:warning", state)]
    words = [t("connected")]
    if (lag := health.lag(now)) is not None:
        words.append(t("lag {ms} ms", ms=round(lag * 1000)) if lag < 1 else t("lag {s} s", s=round(lag)))
    silence = int(now - health.heard_at) // _AGE_STEP * _AGE_STEP
    if silence >= _SILENT_AFTER:
        words.append(t("silent for {s} s", s=silence))
    return [(_QUIET, ", ".join(words))]


def members(places: Places) -> StyleAndTextTuples:
    """Who is in the room, those with privileges first."""
    room = places.session.roster.room(places.current.name)
    if room is None:
        return []
    order = "".join(places.session.features.privileges.values())

    def rank(member: Member) -> tuple[int, str]:
        place = order.index(member.prefixes[0]) if member.prefixes and member.prefixes[0] in order else len(order)
        return place, member.nick.casefold()

    pieces: StyleAndTextTuples = []
    for member in sorted(room.members.values(), key=rank):
        pieces += [("", f" {member.prefixes[:1] or ' '}"), (nick_style(member.nick), f"{clean(member.nick)}\n")]
    return pieces


def pending(places: Places, place: Place, look: Look) -> list[Row]:
    """What was said here and is not yet known to be stored: waiting, or on its way."""
    outbox, rows = places.session.outbox, []
    for message in [*outbox.unconfirmed, *outbox.waiting]:
        if places.find(message.target) is place and not (message.label and not places.session.echoes):
            mark = t("on its way: ") if message.label else t("waiting: ")
            rows += fold([(_QUIET, f"  … {mark}"), ("", clean(message.text))], look.width, indent=4)
    return [drawable(row) for row in rows]
