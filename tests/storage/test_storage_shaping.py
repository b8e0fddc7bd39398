"""What is read at a start: few events, from which the same rooms come as from all that ever happened."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from storage_facts import ALICE, CAKE, TEA

from chatroom.core import events as ev
from chatroom.core.chat import Chat
from chatroom.core.events import Change, Record
from chatroom.core.modes import MAX_LIST
from chatroom.core.names import fold_ascii
from chatroom.core.room import Room
from chatroom.storage.history import History

ROOMS = {"tea": "#Tea", "cake": "#cake", "lobby": "#lobby"}
FLAGS = st.builds(Change, st.booleans(), st.sampled_from("imnst"))
VALUED = st.builds(Change, st.booleans(), st.sampled_from("kl"), st.sampled_from(["7", "8"]))
LISTED = st.builds(Change, st.booleans(), st.sampled_from("beI"), st.sampled_from(["a!*@*", "A!*@*", "b!*@*", "c!*@*"]))
PRIVILEGE = st.builds(Change, st.booleans(), st.just("o"), st.just("alice"))
CHANGES = st.lists(FLAGS | VALUED | LISTED | PRIVILEGE, min_size=1, max_size=4).map(tuple)
METADATA = st.tuples(st.just("metadata"), st.sampled_from(["url", "avatar"]), st.sampled_from(["", "x", "y"]))
DEEDS = (
    st.sampled_from(["open", "close"])
    | st.sampled_from(["", "Leaves", "Bags"]).map(lambda t: ("topic", t))
    | METADATA
    | CHANGES
    | CHANGES.map(lambda changes: ("for a time", changes))
)


def event_of(deed: object, room: str) -> ev.Event:
    if deed == "open":
        return ev.Opened(ALICE, room)
    if deed == "close":
        return ev.Closed(ALICE, room)
    if deed[0] == "topic":
        return ev.TopicChanged(ALICE, room, deed[1])
    if deed[0] == "metadata":
        return ev.RoomMetadataChanged(ALICE, room, *deed[1:])
    if deed[0] == "for a time":
        return ev.ModesChanged(ALICE, room, deed[1], "why", 60, "somebody")
    return ev.ModesChanged(ALICE, room, deed)


def possible(deeds: list[tuple[object, str]]) -> list[Record]:
    """Of these deeds, those that could have happened: rooms open when somebody comes, close when the last one goes."""
    is_open, records = {"lobby": True}, []
    for deed, key in deeds:
        if (deed == "open") == is_open.get(key, False) or (key == "lobby" and deed in ("open", "close")):
            continue
        if deed in ("open", "close"):
            is_open[key] = deed == "open"
        number = len(records) + 1
        room = ROOMS[key]
        records.append(Record(number, number * 1000, event_of(deed, room), (fold_ascii(room),)))
    return records


def rooms_after(records: list[Record]) -> dict[str, tuple[object, ...]]:
    chat = Chat(lambda: 0, lambda record: None, lambda *_: None)
    chat.remember(records)
    return {name: facts(room) for name, room in chat.rooms.items()} | {"": (chat.open_rooms,)}


def facts(room: Room) -> tuple[object, ...]:
    """What outlives a restart; when a closed room was made says nothing to anybody."""
    made = room.created if room.is_open or room.folded == "#lobby" else 0
    kept = (room.topic, room.modes, room.lists, room.held, room.metadata)
    return room.name, *kept, room.is_open, room.is_hidden, room.history_from, made


@given(st.lists(st.tuples(DEEDS, st.sampled_from(list(ROOMS))), max_size=40), st.integers(1, 5))
def test_what_is_read_at_a_start_gives_the_same_rooms_as_all_that_happened(tmp_path_factory, deeds, turn):
    records = possible(deeds)
    history = History(tmp_path_factory.mktemp("log") / "chatroom.db", "os")
    for number, record in enumerate(records):
        history.append(record)
        if number % turn == 0:
            history.commit()
    history.commit()
    assert rooms_after(history.lasting()) == rooms_after(records)
    history.close()


def count_lasting(history: History, events: list[ev.Event]) -> int:
    for number, event in enumerate(events, 1):
        history.append(Record(number, number, event, (event.room,)))
    history.commit()
    return len(list(history.lasting()))


def test_rooms_that_came_and_went_leave_nothing(history):
    life = [
        ev.Opened(ALICE, TEA),
        ev.ModesChanged(ALICE, TEA, (Change(True, "b", "x!*@*"), Change(True, "m"))),
        ev.TopicChanged(ALICE, TEA, "Leaves"),
        ev.TopicChanged(ALICE, TEA, ""),
        ev.Closed(ALICE, TEA),
    ]
    assert count_lasting(history, life * 50) == 0


def test_of_topics_the_newest_is_read(history):
    assert (
        count_lasting(history, [ev.Opened(ALICE, TEA)] + [ev.TopicChanged(ALICE, TEA, f"{n}") for n in range(99)]) == 2
    )


def test_a_room_that_hides_what_was_before_keeps_little(history):
    life = [ev.Opened(ALICE, TEA), ev.ModesChanged(ALICE, TEA, (Change(True, "s"),)), ev.Closed(ALICE, TEA)]
    assert count_lasting(history, life * 50 + [ev.Opened(ALICE, TEA), ev.Closed(ALICE, TEA)]) == 4


def test_bans_that_come_and_go_leave_no_trail(history):
    """However each line mixes what it takes off with what it puts on."""
    bans = [
        ev.ModesChanged(ALICE, CAKE, (Change(True, "b", f"{n}!*@*"), Change(False, "b", f"{n - 1}!*@*")))
        for n in range(5 * MAX_LIST)
    ]
    assert count_lasting(history, bans) == 2  # the newest ban, and what first told of the room
