"""Rooms over a restart: whatever happened to them, the log gives back the same ones."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from inside import StillHouse

from chatroom.core.chat import Chat
from chatroom.core.room import Room

ROOMS = ["#a", "#B", "#c", "#lobby"]
LINES = st.one_of(
    st.builds("JOIN {} x".format, st.sampled_from(ROOMS)),
    st.builds("JOIN {} x".format, st.sampled_from(ROOMS)),
    st.builds("PART {}".format, st.sampled_from(ROOMS)),
    st.builds("RENAME {} {}".format, st.sampled_from(ROOMS), st.sampled_from([*ROOMS, "#b", "#d"])),
    st.builds("CLAIM {}".format, st.sampled_from(ROOMS)),
    st.builds("RELEASE {}".format, st.sampled_from(ROOMS)),
    st.builds(
        "MODE {} {}".format,
        st.sampled_from(ROOMS),
        st.sampled_from(["+o bob", "-o bob", "+v alice", "+s", "-s", "+k x", "-k *", "+b x!*@*", "-b x!*@*", "+mf #a"]),
    ),
    st.builds("TOPIC {} :{}".format, st.sampled_from(ROOMS), st.sampled_from(["", "Leaves"])),
    st.just("QUIT"),
)


def facts(room: Room) -> tuple[object, ...]:
    """What outlives a restart; when a closed room was made says nothing to anybody."""
    kept = (room.name, room.place, room.topic, room.modes, room.lists, room.is_open, room.is_hidden, room.history_from)
    return (*kept, room.founder, room.founder_name, room.grants, room.created if room.is_registered else 0)


def state(chat: Chat) -> tuple[object, ...]:
    return {name: facts(room) for name, room in chat.rooms.items()}, chat.open_rooms, chat.moved


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), LINES), max_size=25))
def test_rooms_are_after_a_restart_what_they_were_before(tmp_path_factory, deeds: list[tuple[bool, str]]) -> None:
    folder: Path = tmp_path_factory.mktemp("rooms")
    house = StillHouse(folder)
    people = {}
    for is_alice, line in deeds:
        name = "alice" if is_alice else "bob"
        if name not in people or people[name].is_ended:
            people[name] = house.irc(name)
            people[name].user.who = people[name].user.who._replace(account=name)
            house.chat.by_account[name] = {people[name].user: None}
        people[name].says(line)
    for visitor in people.values():
        visitor.says("QUIT")
    before = state(house.chat)
    house.history.close()
    house = StillHouse(folder)
    assert state(house.chat) == before
    house.history.close()
