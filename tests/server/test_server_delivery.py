"""From what happened to what is sent: commit, then write, once per turn of the loop."""

from __future__ import annotations

import re

import apsw
import pytest
from disks import another_writer, full_disk, on_disk
from server_house import HouseScene

from chatroom.core.chat import Chat
from chatroom.core.events import Entered, Joined, Said, Who
from chatroom.dialects.plain.events import flavour
from chatroom.server import delivery, paying, turns
from chatroom.server.delivery import LEAST_PAUSE, LONGEST_PAUSE, LONGEST_TURN, Delivery, Outbox

ALICE, BOB, CAROL = (Who(nick, "nc", "x.guest") for nick in ("alice", "bob", "carol"))
DISK = "The server can't write to its disk, so nothing can be said just now. It tries again every second."


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """On a slow machine, too, the lines of a packet are dealt with in one turn."""
    monkeypatch.setattr(paying, "SLICE_SECONDS", 60)
    monkeypatch.setattr(turns, "HURRIED_SECONDS", 60)


class Turn:
    """A chat whose turns a test ends by hand, noting what is done in which order."""

    def __init__(self):
        self.done = []
        self.flushes = []
        self.fails = False
        self.delivery = Delivery(self._commit, self.flushes.append, self._trouble)
        self.chat = Chat(lambda: 1000, lambda record: self.delivery.recorded(), self.delivery.deliver)
        self.outboxes = {}
        for who in (ALICE, BOB, CAROL):
            self.chat.happen(Entered(who))
            outbox = Written(self.delivery, lambda record, who=who: self._echo(who, record))
            outbox.flavour = flavour("#tea", "\n")
            outbox.name, outbox.done = who.nick, self.done
            self.outboxes[who] = outbox
            self.chat.user(who.nick).outboxes.append(outbox)
            self.chat.happen(Joined(who, "#tea") if self.chat.room("#tea") else self._open(who))
        self.end()
        self.done.clear()

    def _trouble(self, error, causes):
        self.done.append(f"trouble: {error}")
        for outbox in causes:
            outbox.write(b"that waits\n")

    def _open(self, who):
        self.chat.resume(0, 0, who, ["#tea"])
        return Joined(who, "#tea")

    def _commit(self):
        if self.fails:
            raise apsw.FullError("disk full")
        self.done.append("commit")

    def _echo(self, who, record):
        self.outboxes[who].write(b"echo " + record.event.text.encode())

    def say(self, text, who=ALICE, origin=None):
        self.chat.happen(Said(who, "#tea", text), self.outboxes.get(origin))

    def end(self):
        """End the turn; what has been done since the last look."""
        for flush in self.flushes[:]:
            self.flushes.remove(flush)
            flush()
        done, self.done[:] = self.done[:], []
        return done


class Written(Outbox):
    """An outbox whose transport is a list."""

    def flush(self):
        self.done.append(f"{self.name}: {b''.join(self.pending).decode()}")
        self.pending.clear()


@pytest.fixture
def turn():
    return Turn()


# ---- one turn


def test_a_turn_is_committed_and_then_written(turn):
    turn.say("tea?")
    assert turn.done == []
    assert turn.end() == ["commit", *(f"{nick}: alice: tea?\n" for nick in ("alice", "bob", "carol"))]


def test_a_busy_turn_is_flushed_once_and_each_hearer_written_to_once(turn):
    for n in range(3):
        turn.say(f"{n}")
    turn.outboxes[BOB].write(b"answer\n")
    assert len(turn.flushes) == 1
    said = "alice: 0\nalice: 1\nalice: 2\n"
    assert turn.end() == ["commit", f"alice: {said}", f"bob: {said}answer\n", f"carol: {said}"]


def test_answers_alone_need_no_commit(turn):
    turn.outboxes[BOB].write(b"answer\n")
    assert turn.end() == ["bob: answer\n"]


def test_what_nobody_hears_is_committed_too(turn):
    for who in (BOB, CAROL):
        turn.chat.user(who.nick).outboxes.clear()
    turn.say("hm", origin=ALICE)
    turn.outboxes[ALICE].pending.clear()
    assert turn.end()[0] == "commit"


def test_who_caused_it_is_told_in_their_own_way(turn):
    turn.say("tea?", origin=ALICE)
    assert turn.end() == ["commit", "bob: alice: tea?\n", "carol: alice: tea?\n", "alice: echo tea?"]


def test_each_connection_of_a_person_hears(turn):
    second = Written(turn.delivery, print)
    second.flavour = flavour("#tea", "\r\n")
    second.name, second.done = "bob's phone", turn.done
    turn.chat.user("bob").outboxes.append(second)
    turn.say("tea?")
    assert "bob's phone: alice: tea?\r\n" in turn.end()


def test_each_flavour_is_rendered_once(turn):
    rendered = []

    class Counted:
        def render(self, record):
            rendered.append(record.number)
            return b"x"

    shared = Counted()
    for outbox in turn.outboxes.values():
        outbox.flavour = shared
    turn.say("tea?")
    assert len(rendered) == 1


def test_the_bytes_are_shared_not_copied(turn):
    turn.say("tea?")
    pieces = [outbox.pending[0] for outbox in turn.outboxes.values()]
    assert pieces[0] is pieces[1] is pieces[2]


def test_a_flavour_that_does_not_tell_an_event_costs_nothing(turn):
    turn.outboxes[BOB].flavour = flavour("#tea", "\n")
    turn.chat.happen(Said(ALICE, "#tea", "\x01VERSION\x01"))
    assert turn.end() == ["commit"]


def test_what_is_written_after_the_end_is_dropped(turn):
    turn.outboxes[BOB].is_ended = True
    turn.outboxes[BOB].write(b"answer\n")
    assert turn.end() == []


# ---- a disk that refuses, in turns


def test_a_failed_commit_shows_nothing(turn):
    turn.fails = True
    turn.say("tea?")
    turn.outboxes[BOB].write(b"answer of this turn\n")
    assert turn.end() == ["trouble: disk full"]
    assert turn.delivery.is_failing


def test_signs_of_life_go_out_when_the_commit_fails_and_no_later(turn):
    turn.fails = True
    turn.outboxes[BOB].write_alive(b"pong\n")
    turn.say("tea?")
    turn.outboxes[BOB].write_alive(b"another pong\n")
    assert turn.end() == ["trouble: disk full"]
    assert turn.end() == ["bob: pong\nanother pong\n"]
    turn.fails = False
    turn.delivery.retry()
    assert "bob: alice: tea?\n" in turn.end()


def test_who_caused_what_waits_is_told_so(turn):
    turn.fails = True
    turn.say("tea?", origin=ALICE)
    turn.end()
    assert turn.end() == ["alice: that waits\n"]


def test_answers_of_later_turns_pass_what_is_held_back(turn):
    turn.fails = True
    turn.say("tea?")
    turn.end()
    turn.outboxes[BOB].write(b"answer\n")
    assert turn.end() == ["bob: answer\n"]


def test_the_next_try_sends_all_in_order(turn):
    turn.fails = True
    turn.say("one")
    turn.say("two")
    turn.end()
    turn.delivery.retry()
    assert turn.end() == ["trouble: disk full"]
    turn.fails = False
    turn.delivery.retry()
    said = "alice: one\nalice: two\n"
    assert turn.end() == ["commit", *(f"{nick}: {said}" for nick in ("alice", "bob", "carol")), "trouble: None"]
    turn.say("three")
    assert turn.end() == ["commit", *(f"{nick}: alice: three\n" for nick in ("alice", "bob", "carol"))]


def test_what_was_held_back_goes_before_what_is_new(turn):
    turn.fails = True
    turn.say("one")
    turn.end()
    turn.fails = False
    turn.outboxes[BOB].write(b"answer\n")
    turn.delivery.retry()
    assert "bob: alice: one\nanswer\n" in turn.end()


def test_while_all_is_well_a_retry_does_nothing(turn):
    turn.delivery.retry()
    assert turn.end() == []


# ---- with the real log


@pytest.fixture
def room(scene: HouseScene):
    """Alice and Bob in the lobby, Bob as an IRC program, with the log on disk so far."""
    alice, bob = scene.plain("alice"), scene.irc("bob").join("#lobby")
    alice.fence()
    return scene, alice, bob


def said_on_disk(scene):
    log = apsw.Connection(str(scene.log), flags=apsw.SQLITE_OPEN_READONLY)
    return [text for (text,) in log.execute("SELECT json_extract(body, '$.text') FROM events WHERE kind = 'said'")]


def test_what_is_heard_is_on_disk(room):
    scene, alice, bob = room
    for n in range(20):
        alice.send(f"line {n}")
        bob.expect(f"PRIVMSG #lobby :line {n}$")
        assert said_on_disk(scene)[-1] == f"line {n}"


def test_a_packet_of_many_lines_is_one_turn(room, monkeypatch):
    monkeypatch.setattr(delivery, "LONGEST_TURN", 60)
    scene, alice, bob = room
    before = scene.flushes
    alice.send(*(f"line {n}" for n in range(100)))
    bob.expect("line 99$")
    assert scene.flushes == before + 1


def say_in_vain(scene, client, *lines):
    """Say what the disk refuses, and be told that it waits."""
    client.send(*lines)
    client.expect("What you sent last waits until it can")
    assert scene.house.delivery.is_failing


@pytest.fixture(params=[full_disk, another_writer])
def refusing(request, room):
    return lambda: request.param(room[0].log)


def test_while_the_disk_refuses_talk_is_refused_and_answers_go_on(room, refusing):
    scene, alice, bob = room
    with refusing():
        say_in_vain(scene, alice, "held back")
        assert bob.fence() == []
        alice.send("refused")
        alice.expect(f"^-- {re.escape(DISK)}$")
        bob.send("PRIVMSG #lobby :refused too")
        bob.expect(" 437 bob PRIVMSG :The server can't write to its disk")
        alice.send("/names")
        alice.expect("2 people in #lobby")
        alice.send("/last")
        alice.expect("There is nothing to show of #lobby.")
        alice.send("/search held")
        alice.expect("Nothing found for held")
        alice.send("/status")
        alice.expect("disk +refuses writes; talk waits for it")
        scene.house.delivery.retry()
        assert bob.fence() == []
    assert said_on_disk(scene) == []
    scene.house.delivery.retry()
    bob.expect("PRIVMSG #lobby :held back$")
    assert said_on_disk(scene) == ["held back"]
    alice.send("as before", "/status")
    bob.expect("PRIVMSG #lobby :as before$")
    alice.expect("disk +takes writes")
    assert said_on_disk(scene) == ["held back", "as before"]


def test_what_was_held_back_comes_in_order_with_those_who_left_meanwhile(room, refusing):
    scene, alice, bob = room
    carol = scene.plain("carol")
    bob.fence()
    with refusing():
        say_in_vain(scene, alice, "one", "two", "three")
        carol.send("/quit done")
        carol.expect_end()
        alice.send("/part")
        alice.fence()
        assert bob.fence() == []
    scene.house.delivery.retry()
    heard = [line.split(" ", 1)[1] for line in bob.fence()]
    assert [line for line in heard if "PRIVMSG" in line] == [f"PRIVMSG #lobby :{n}" for n in ("one", "two", "three")]
    assert heard[3:] == ["QUIT done", "PART #lobby"]


def test_who_leaves_a_room_while_the_disk_refuses_is_told_so_in_the_end(room, refusing):
    """An IRC program shows the room until it has heard of its own PART."""
    scene, alice, bob = room
    with refusing():
        say_in_vain(scene, alice, "held back")
        bob.send("PART #lobby")
        bob.fence()
    scene.house.delivery.retry()
    assert [line.split(" ", 1)[1] for line in bob.fence()] == ["PRIVMSG #lobby :held back", "PART #lobby"]


def test_people_come_in_again_when_the_disk_works_again(room, refusing):
    scene, alice, bob = room
    with refusing():
        say_in_vain(scene, alice, "held back")
        late = scene.plain()
        late.send("carol")
        late.expect(re.escape(DISK))
    scene.house.delivery.retry()
    late.enter("carol")
    late.send("hello")
    bob.expect("PRIVMSG #lobby :hello$")


def test_nothing_is_lost_when_the_server_ends_after_the_disk_recovered(room, refusing):
    scene, alice, bob = room
    with refusing():
        say_in_vain(scene, alice, "held back")
    for client in (alice, bob):
        client.close()
    scene.house.wait_until_empty()
    scene.house.history.commit()
    assert said_on_disk(scene) == ["held back"]
    assert on_disk(scene.log) == list(range(1, scene.house.chat.number + 1))


def test_what_follows_at_once_waits_for_the_pause(turn):
    pauses = []
    turn.delivery._later = lambda seconds, flush: pauses.append(seconds) or turn.flushes.append(flush)
    turn.delivery._next = 0.0
    turn.say("one")
    assert pauses == []  # what happens alone goes out at once
    turn.end()
    turn.say("two")
    turn.say("three")
    [pause] = pauses
    assert 0 < pause <= LONGEST_PAUSE
    assert LEAST_PAUSE < LONGEST_PAUSE
    assert turn.end()[0] == "commit"


def test_a_turn_in_which_very_much_is_read_is_ended_in_between(turn):
    turn.delivery.breathe(100.0)
    turn.say("one")
    turn.delivery.breathe(200.0)
    turn.delivery.breathe(200.0 + LONGEST_TURN / 2)
    assert turn.done == []
    turn.delivery.breathe(200.0 + 1000)
    assert turn.done[0] == "commit"
    assert len(turn.done) == 4
    turn.done.clear()
    assert turn.end() == []  # nothing is left for its end
