"""Two people, a log and restarts against a simple model: what it says and what the server does are the same.

The model knows nothing of SQLite, of commits or of dialects: rooms with members in the order of joining, a topic, and
what was said. Everything else is the real thing, but for the sockets.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from inside import StillHouse, Visitor

from chatroom.storage.retention import Limits, step
from chatroom.storage.verifying import verify

PEOPLE = st.sampled_from(["alice", "bob"])
ROOMS = st.sampled_from(["#tea", "#cake"])
WORDS = st.sampled_from(["leaves", "sugar", "milk", "lemon"])
TEXTS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
_TALK = re.compile(r"(?:@\S+ )?:(\w+)!\S+ PRIVMSG (#\w+) :(.*)")


class ModelRoom:
    """What a room is, as people would tell it."""

    def __init__(self) -> None:
        self.members: list[str] = []
        self.operator = ""  # who opened it, as long as they are in it
        self.topic = ""
        self.said: list[tuple[str, str]] = []
        self.forgotten = 0  # how many of the first lines are not kept any more

    def leave(self, name: str) -> None:
        self.members.remove(name)
        if self.operator == name:
            self.operator = ""


class Chatting(RuleBasedStateMachine):
    """The server and the model, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.rooms: defaultdict[str, ModelRoom] = defaultdict(ModelRoom)
        self.people: dict[str, Visitor] = {}

    @initialize()
    def open(self) -> None:
        self.house = StillHouse(self.folder, {"limits": {"rate": 0.0}})
        self.people = {name: self.house.irc(name) for name in ("alice", "bob")}
        self.time = self.house.time

    def teardown(self) -> None:
        if hasattr(self, "house"):
            verify(self.house.history.database)
            self.house.history.close()
        shutil.rmtree(self.folder)

    # ---- what people do

    @rule(name=PEOPLE, room=ROOMS)
    def join(self, name: str, room: str) -> None:
        self.people[name].says(f"JOIN {room}")
        place = self.rooms[room]
        if name not in place.members:
            place.operator = place.operator if place.members else name
            place.members.append(name)
        self._nobody_hears_talk()

    @rule(name=PEOPLE, room=ROOMS)
    def part(self, name: str, room: str) -> None:
        self.people[name].says(f"PART {room}")
        if name in self.rooms[room].members:
            self.rooms[room].leave(name)
        self._nobody_hears_talk()

    @rule(name=PEOPLE, room=ROOMS, text=TEXTS)
    def say(self, name: str, room: str, text: str) -> None:
        self.people[name].says(f"PRIVMSG {room} :{text}")
        place = self.rooms[room]
        is_taken = name in place.members
        if is_taken:
            place.said.append((name, text))
        for other, visitor in self.people.items():
            heard = [found.groups() for line in visitor.hears() if (found := _TALK.fullmatch(line))]
            assert heard == ([(name, room, text)] if is_taken and other != name and other in place.members else [])

    @rule(name=PEOPLE, room=ROOMS, topic=WORDS | st.just(""))
    def set_topic(self, name: str, room: str, topic: str) -> None:
        self.people[name].says(f"TOPIC {room} :{topic}")
        if name in self.rooms[room].members and self.rooms[room].operator == name:
            self.rooms[room].topic = topic
        self._nobody_hears_talk()

    @rule(name=PEOPLE)
    def come_again(self, name: str) -> None:
        """The connection is lost, and they come back."""
        self.people[name].hangs_up()
        for room in self.rooms.values():
            if name in room.members:
                room.leave(name)
        self.people[name] = self.house.irc(name)

    # ---- what the server does

    @rule()
    def restart(self) -> None:
        self.house.history.close()
        self._start_again()

    @rule()
    def kill(self) -> None:
        self.house.history.database.close()  # nothing that is pending is written
        self._start_again()

    def _start_again(self) -> None:
        for room in self.rooms.values():
            room.members, room.operator = [], ""
        self.open()

    @rule()
    def index(self) -> None:
        while self.house.history.index() or self.house.history.merge():
            self.house.history.commit()
        self.house.history.commit()

    @precondition(lambda self: any(room.said for room in self.rooms.values()))
    @rule()
    def let_go_of_the_oldest(self) -> None:
        """Retention, down to nearly nothing: what was said goes, what the rooms are stays."""
        history = self.house.history
        while step(history, Limits(bytes=1), self.house.time):
            history.commit()
        history.commit()
        for name, room in self.rooms.items():
            room.forgotten = len(room.said) - len(history.page([name], limit=1000))
            assert room.forgotten >= len(room.said) - 1

    # ---- what holds

    @invariant()
    def the_log_is_what_was_said(self) -> None:
        if not self.people:
            return
        for name, room in self.rooms.items():
            found = [(r.event.who.nick, r.event.text) for r in self.house.history.page([name], limit=1000)]
            assert found == room.said[room.forgotten :]

    @invariant()
    def every_word_is_found(self) -> None:
        if not self.people:
            return
        for name, room in self.rooms.items():
            found = self.house.history.search({name: 0}, "sugar", limit=1000)
            kept = [text for _, text in room.said[room.forgotten :] if "sugar" in text.split()]
            assert [record.event.text for record in found] == kept

    @invariant()
    def the_rooms_are_those_of_the_model(self) -> None:
        if not self.people:
            return
        for name, room in self.rooms.items():
            real = self.house.chat.room(name)
            assert ([user.nick for user in real.members] if real else []) == room.members
            assert (real.topic.text if real and real.topic else "") == room.topic

    def _nobody_hears_talk(self) -> None:
        for visitor in self.people.values():
            assert not [line for line in visitor.hears() if _TALK.fullmatch(line)]


TestModel = Chatting.TestCase
TestModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
