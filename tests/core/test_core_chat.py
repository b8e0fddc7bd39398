"""The one door: numbers, times, places, who hears; and what a log leaves of it all."""

from __future__ import annotations

import pytest

from chatroom.core.chat import Chat
from chatroom.core.events import (
    AwayChanged,
    Change,
    Closed,
    Entered,
    Event,
    Faced,
    Ignored,
    Invited,
    Joined,
    Kicked,
    Left,
    ModesChanged,
    Opened,
    Quit,
    Record,
    Renamed,
    Said,
    Told,
    TopicChanged,
    Who,
)
from chatroom.core.refusals import Refused, Why

ALICE, BOB, CAROL = (Who(nick, "u", "host") for nick in ("alice", "bob", "carol"))
SERVER = Who("server", "server", "server")


class World:
    """A chat whose clock is a list of times, and that keeps what it recorded and delivered."""

    def __init__(self) -> None:
        self.time = 1000
        self.recorded: list[Record] = []
        self.delivered: list[tuple[Event, list[str]]] = []
        self.chat = Chat(lambda: self.time, self.recorded.append, self._deliver)

    def _deliver(self, record: Record, hearers, origin, watchers) -> None:
        self.delivered.append((record.event, [user.nick for user in hearers]))

    def happen(self, *events: Event) -> Record:
        return [self.chat.happen(event) for event in events][-1]

    def heard(self, event: Event) -> list[str]:
        """Who hears of `event` when it happens."""
        self.delivered.clear()
        self.happen(event)
        return self.delivered[0][1]


@pytest.fixture
def world() -> World:
    """Alice and Bob in #tea, which Alice opened; Carol in no room."""
    made = World()
    made.happen(*(Entered(who) for who in (ALICE, BOB, CAROL)))
    made.happen(Opened(ALICE, "#tea"), Joined(ALICE, "#tea"), Joined(BOB, "#tea"))
    return made


def test_numbers_have_no_gaps_and_passing_things_take_none(world: World) -> None:
    world.happen(Said(ALICE, "#tea", "one"), Faced(ALICE, "#tea"), Ignored(ALICE, "carol"), Said(BOB, "#tea", "two"))
    assert [record.number for record in world.recorded] == list(range(1, 9))


def test_time_never_runs_backwards(world: World) -> None:
    first = world.happen(Said(ALICE, "#tea", "one"))
    world.time -= 500
    assert world.happen(Said(ALICE, "#tea", "two")).time == first.time
    world.time += 600
    assert world.happen(Said(ALICE, "#tea", "three")).time == first.time + 100


def test_what_is_said_is_heard_by_the_room(world: World) -> None:
    assert world.heard(Said(ALICE, "#TEA", "hello")) == ["alice", "bob"]
    assert world.recorded[-1].places == ("#tea",)


def test_private_talk_is_heard_by_two(world: World) -> None:
    assert world.heard(Told(CAROL, ALICE, "hello")) == ["carol", "alice"]
    assert world.recorded[-1].places == ("@carol", "@alice")
    assert world.heard(Told(CAROL, CAROL, "hello")) == ["carol"]


def test_a_leaving_is_heard_by_those_who_were_there_before(world: World) -> None:
    assert world.heard(Left(BOB, "#tea")) == ["alice", "bob"]


def test_a_joining_is_heard_by_those_who_are_there_after(world: World) -> None:
    assert world.heard(Joined(CAROL, "#tea")) == ["alice", "bob", "carol"]


def test_a_quit_is_heard_once_by_all_neighbours_and_not_by_who_quit(world: World) -> None:
    world.happen(Opened(ALICE, "#den"), Joined(ALICE, "#den"), Joined(BOB, "#den"))
    assert world.heard(Quit(ALICE)) == ["bob"]
    assert world.recorded[-1].places == ("#tea", "#den")


def test_a_new_name_is_heard_once_by_all_neighbours(world: World) -> None:
    world.happen(Opened(ALICE, "#den"), Joined(ALICE, "#den"), Joined(BOB, "#den"))
    assert sorted(world.heard(Renamed(ALICE, "alicia"))) == ["alicia", "bob"]
    assert world.chat.user("alice") is None
    assert world.heard(AwayChanged(ALICE._replace(nick="alicia"), "tea")) == ["alicia", "bob"]


def test_an_invitation_is_the_guests_alone(world: World) -> None:
    assert world.heard(Invited(ALICE, "#tea", "carol")) == ["carol"]
    assert world.recorded[-1].places == ("@carol",), "members who catch up from the log are not invited either"


def test_the_ignored_are_not_heard(world: World) -> None:
    world.happen(Ignored(ALICE, "bob"))
    assert world.heard(Said(BOB, "#tea", "hello")) == ["bob"]
    assert world.heard(Told(BOB, ALICE, "hello")) == ["bob"]
    assert world.heard(TopicChanged(BOB, "#tea", "Leaves")) == ["alice", "bob"], "what happens is still seen"


def test_who_leaves_no_longer_is_ignored_or_ignores(world: World) -> None:
    world.happen(Ignored(ALICE, "bob"), Ignored(BOB, "alice"), Quit(BOB), Entered(BOB), Joined(BOB, "#tea"))
    assert world.heard(Said(BOB, "#tea", "hello")) == ["alice", "bob"]


def test_the_last_one_to_leave_closes_the_room(world: World) -> None:
    world.happen(Left(ALICE, "#tea"), Kicked(BOB, "#tea", "bob"))
    assert world.recorded[-1].event == Closed(BOB, "#tea")
    assert world.chat.room("#tea") is None, "there was nothing to keep"


def test_who_is_put_out_of_the_room_they_face_is_told_where_they_talk_now(world: World) -> None:
    world.happen(Opened(CAROL, "#den"), Joined(CAROL, "#den"), Joined(BOB, "#den"), Faced(BOB, "#tea"))
    world.delivered.clear()
    world.happen(Kicked(ALICE, "#tea", "bob"))
    assert world.delivered[1:] == [(Faced(BOB, "#den"), ["bob"])]
    world.delivered.clear()
    world.happen(Kicked(CAROL, "#den", "bob"))
    assert world.delivered[1:] == [(Faced(BOB, ""), ["bob"])]
    assert world.chat.user("bob").facing is None


def test_who_is_put_out_of_another_room_goes_on_where_they_are(world: World) -> None:
    world.happen(Opened(BOB, "#den"), Joined(BOB, "#den"))
    world.delivered.clear()
    world.happen(Kicked(ALICE, "#tea", "bob"))
    assert [type(event) for event, _ in world.delivered] == [Kicked]


@pytest.mark.parametrize("way", [(), (TopicChanged(ALICE, "#tea", "Leaves"),)])
def test_a_closed_room_stays_only_for_its_topic(world: World, way: tuple[Event, ...]) -> None:
    world.happen(*way, Left(ALICE, "#tea"), Left(BOB, "#tea"))
    assert list(world.chat.rooms) == (["#tea"] if way else [])
    assert list(remembered(world).chat.rooms) == list(world.chat.rooms)


def test_rooms_that_come_and_go_leave_nothing(world: World) -> None:
    for n in range(100):
        world.happen(Opened(CAROL, f"#n{n}"), Joined(CAROL, f"#n{n}"), Left(CAROL, f"#n{n}"))
    assert list(world.chat.rooms) == ["#tea"]


def test_open_rooms_are_counted_along(world: World) -> None:
    assert world.chat.open_rooms == 1
    world.happen(Opened(CAROL, "#a"), Joined(CAROL, "#a"), TopicChanged(CAROL, "#a", "x"))
    assert world.chat.open_rooms == 2
    world.happen(Left(CAROL, "#a"))
    assert world.chat.open_rooms == 1
    again = remembered(world)
    assert again.chat.open_rooms == 1
    again.chat.resume(world.chat.number, world.chat.time, SERVER, ["#lobby", "#a"])
    assert again.chat.open_rooms == 2 == sum(room.is_open for room in again.chat.rooms.values())


def test_a_room_that_was_private_and_is_permanent_now_is_not_hidden(world: World) -> None:
    world.happen(ModesChanged(ALICE, "#tea", (Change(True, "s"),)), Left(ALICE, "#tea"), Left(BOB, "#tea"))
    again = remembered(world)
    again.chat.resume(world.chat.number, world.chat.time, SERVER, ["#tea"])
    room = again.chat.room("#tea")
    assert (room.is_hidden, room.is_open, room.history_from) == (False, True, world.chat.number)


def test_who_quits_closes_every_room_they_were_alone_in(world: World) -> None:
    world.happen(Opened(CAROL, "#a"), Joined(CAROL, "#a"), Opened(CAROL, "#b"), Joined(CAROL, "#b"), Quit(CAROL))
    assert {record.event for record in world.recorded[-2:]} == {Closed(CAROL, "#a"), Closed(CAROL, "#b")}


def test_while_nothing_can_be_recorded_nothing_happens_but_leaving(world: World) -> None:
    world.chat.sealed = Refused(Why.DISK)
    before = world.chat.number
    with pytest.raises(Refused):
        world.happen(Said(ALICE, "#tea", "hello"))
    assert world.chat.number == before
    world.happen(Left(ALICE, "#tea"), Quit(BOB))
    assert world.chat.user("bob") is None


def test_rooms_are_remembered_from_the_log(world: World) -> None:
    world.happen(
        TopicChanged(ALICE, "#tea", "Leaves"),
        ModesChanged(ALICE, "#tea", (Change(True, "m"), Change(True, "b", "bob!*@*"), Change(True, "v", "bob"))),
    )
    again = remembered(world)
    room, before = again.chat.room("#tea"), world.chat.room("#tea")
    assert (room.topic, room.modes, room.lists) == (before.topic, before.modes, before.lists)
    assert not room.members


def test_a_room_that_a_crash_left_open_closes_at_the_next_start(world: World) -> None:
    again = remembered(world)
    again.chat.resume(world.chat.number, world.chat.time, SERVER, ["#lobby"])
    assert [record.event for record in again.recorded] == [Closed(SERVER, "#tea")]
    assert again.recorded[0].number == world.chat.number + 1
    assert again.chat.room("#lobby").is_open


def test_a_private_room_hides_its_past_when_it_closes(world: World) -> None:
    world.happen(TopicChanged(ALICE, "#tea", "Plans"), ModesChanged(ALICE, "#tea", (Change(True, "s"),)))
    world.happen(Left(ALICE, "#tea"), Left(BOB, "#tea"))
    room = world.chat.room("#tea")
    assert (room.topic, room.is_hidden, room.history_from) == (None, True, world.chat.number)
    world.happen(Opened(CAROL, "#tea"))
    assert (room.is_hidden, room.modes) == (False, {"n": "", "t": ""})
    world.happen(Joined(CAROL, "#tea"), Left(CAROL, "#tea"))
    assert world.chat.room("#tea").history_from == room.history_from > 0, "however often it was public since"


def remembered(world: World) -> World:
    """A new world that has read the log of `world`."""
    again = World()
    again.chat.remember(record for record in world.recorded if record.event.lasting)
    return again
