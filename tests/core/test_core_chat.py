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

    def _deliver(self, record: Record, hearers, origin) -> None:
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
    assert world.recorded[-1].places == ("alice carol", "@carol", "@alice")
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
    assert not world.chat.room("#tea").is_open


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


def remembered(world: World) -> World:
    """A new world that has read the log of `world`."""
    again = World()
    again.chat.remember(record for record in world.recorded if record.event.lasting)
    return again
