"""A slow reader: it costs no memory, holds nobody up, and gets all of it in order in the end."""

from __future__ import annotations

import re
import socket
import tracemalloc

import gevent
import pytest
from disks import another_writer
from running import IrcClient
from server_house import Hearing

from chatroom.core.chat import Chat
from chatroom.core.events import Entered, Joined, Said, Who
from chatroom.dialects.irc.events import flavour
from chatroom.server.cursor import PAGE
from chatroom.server.delivery import Delivery
from chatroom.server.outbox import SocketOutbox
from chatroom.storage import retention

TAGS = "message-tags server-time"
SMALL = {"limits": {"outbox_bytes": 4096, "rate": 0}}
BUFFER = 4608  # as little as Linux lets a socket have
LONG = "x" * 300


@pytest.fixture
def room(new_house):
    """Alice speaks; bob reads when a test has him read, carol always, both with numbered and timed lines."""
    scene = new_house(**SMALL)
    alice = scene.irc("alice").join("#lobby")
    bob = scene.irc("bob", TAGS, buffer=BUFFER).join("#lobby")
    carol = scene.irc("carol", TAGS).join("#lobby")
    for client in (alice, bob):
        client.expect("carol")
        client.fence()
    return scene, alice, bob, Hearing(carol)


def say(alice, first, last, text=LONG):
    """Say numbered lines, and wait until they are on disk and sent."""
    for start in range(first, last, 50):
        alice.send(*(f"PRIVMSG #lobby :{n} {text}" for n in range(start, min(start + 50, last))))
        alice.fence()


def make_lag(scene, alice, nick="bob"):
    """Talk until somebody who does not read lags; the number of lines said."""
    said = 0
    while not scene.of(nick).outbox.is_lagging:
        say(alice, said, said + 50)
        said += 50
    return said


def numbers(lines):
    return [int(found[1]) for line in lines if (found := re.search(r" PRIVMSG \S+ :(\d+) ", line))]


# ---- partial sends


def test_what_the_kernel_does_not_take_follows(new_house):
    """Below the limit nothing lags: the rest of a line waits for the reader."""
    scene = new_house(limits={"outbox_bytes": 1_000_000, "rate": 0})
    alice, bob = scene.irc("alice").join("#lobby"), scene.irc("bob", buffer=BUFFER).join("#lobby")
    say(alice, 0, 200)
    assert scene.of("bob").outbox.stalled_since > 0
    assert not scene.of("bob").outbox.is_lagging
    assert numbers(bob.fence()) == list(range(200))
    scene.until(lambda: scene.of("bob").outbox.stalled_since == 0)


def test_answers_keep_their_place_behind_what_waits(new_house):
    scene = new_house(limits={"outbox_bytes": 1_000_000, "rate": 0})
    alice, bob = scene.irc("alice").join("#lobby"), scene.irc("bob", buffer=BUFFER).join("#lobby")
    say(alice, 0, 100)
    bob.send("PING between")
    scene.until(lambda: any(b"between" in piece for piece in scene.of("bob").outbox._backlog))
    say(alice, 100, 200)
    lines = bob.fence()
    place = next(n for n, line in enumerate(lines) if "between" in line)
    assert numbers(lines[:place]) == list(range(100))
    assert numbers(lines[place:]) == list(range(100, 200))


# ---- lagging


def test_past_its_limit_a_reader_lags_and_nothing_more_is_kept_for_it(room):
    scene, alice, _bob, _carol = room
    said = make_lag(scene, alice)
    outbox = scene.of("bob").outbox
    kept = outbox._size
    say(alice, said, said + 1000)
    assert outbox._size == kept
    assert kept < 50_000


def test_a_slow_reader_gets_the_same_lines_as_one_who_kept_up(room):
    """The same order, numbers, times and bytes, each once; and afterwards it is live again."""
    scene, alice, bob, carol = room
    said = make_lag(scene, alice)
    say(alice, said, said + 3 * PAGE + 50, "late")
    alice.send("PRIVMSG #lobby :done")
    slow, live = Hearing(bob).until(":done"), carol.until(":done")
    assert numbers(slow[:-1]) == list(range(said + 3 * PAGE + 50))
    assert slow == live
    scene.until(lambda: not scene.of("bob").outbox.is_lagging)
    alice.send("PRIVMSG #lobby :live again")
    bob.expect("live again$")


@pytest.mark.parametrize("dialect", ["irc", "plain"])
def test_what_the_log_let_go_of_before_it_was_told_is_said_to_be_skipped(new_house, dialect):
    scene = new_house(**SMALL)
    alice = scene.irc("alice").join("#lobby")
    bob = getattr(scene, dialect)("bob", buffer=BUFFER)
    if dialect == "irc":
        bob.join("#lobby")
    said = make_lag(scene, alice)
    say(alice, said, said + 50)
    upto = scene.house.chat.number - 20
    while scene.house.history.base.number < upto:
        retention._prune(scene.house.history, upto)
        scene.house.history.commit()
    lines = Hearing(bob).until(f"{said + 49} ")
    [at] = [index for index, line in enumerate(lines) if "Skipped: what was said from 20" in line]
    before, after = ([re.search(r":\s?(\d+) x", line) for line in part] for part in (lines[:at], lines[at:]))
    after = [int(found[1]) for found in after if found]
    assert after == list(range(said + 50 - 20, said + 50))
    assert any("since 1h" in line for line in lines[at : at + 2])
    assert not any(found and int(found[1]) in after for found in before)


def test_what_is_said_while_it_is_fed_comes_too(room):
    scene, alice, bob, carol = room
    said = make_lag(scene, alice)
    say(alice, said, said + 2 * PAGE)
    slow = Hearing(bob)
    for n in range(said + 2 * PAGE, said + 3 * PAGE):
        alice.send(f"PRIVMSG #lobby :{n} meanwhile")
        gevent.sleep(0)
    alice.send("PRIVMSG #lobby :done")
    lines = slow.until(":done")
    assert numbers(lines[:-1]) == list(range(said + 3 * PAGE))
    assert lines == carol.until(":done")


def test_exactly_one_page_behind(room):
    scene, alice, bob, _carol = room
    said = make_lag(scene, alice)
    place = scene.of("bob").outbox._cursor.number
    missing = PAGE - (scene.house.chat.number - place)
    say(alice, said, said + missing, "late")
    assert scene.house.chat.number - place == PAGE
    assert numbers(bob.fence()) == list(range(said + missing))


def test_its_own_commands_are_not_read_meanwhile(room):
    scene, alice, bob, carol = room
    said = make_lag(scene, alice)
    bob.send("PING early", "PRIVMSG #lobby :from bob")
    say(alice, said, said + PAGE)
    lines = bob.fence()
    early = next(n for n, line in enumerate(lines) if "PONG" in line)
    assert numbers(lines[:early]) == list(range(said + PAGE))
    assert "from bob" in carol.until("from bob")[-1]


def test_nobody_else_is_held_up(room):
    scene, alice, _bob, carol = room
    said = make_lag(scene, alice)
    alice.send("PRIVMSG #lobby :done")
    assert numbers(carol.until(":done")[:-1]) == list(range(said))


def test_all_kinds_of_events_are_fed(room):
    scene, alice, bob, carol = room
    make_lag(scene, alice)
    dave = scene.irc("dave").join("#lobby")
    dave.send(
        "TOPIC #lobby :tea", "NICK david", "PRIVMSG #lobby :\x01ACTION waves\x01", "PART #lobby :off", "QUIT :bye"
    )
    dave.expect_end()
    alice.send("PRIVMSG #lobby :done")
    slow, live = Hearing(bob).until(":done"), carol.until(":done")
    assert [line for line in slow if "PRIVMSG" not in line] == [line for line in live if "PRIVMSG" not in line] != []
    assert slow == live


def test_private_talk_is_fed(room):
    scene, alice, bob, _carol = room
    make_lag(scene, alice)
    alice.send("PRIVMSG bob :psst", "PRIVMSG carol :not for bob", "PRIVMSG #lobby :done")
    lines = Hearing(bob).until(":done")
    assert [line.split(" ", 4)[2:] for line in lines[-2:]] == [
        ["PRIVMSG", "bob", ":psst"],
        ["PRIVMSG", "#lobby", ":done"],
    ]
    assert not any("not for bob" in line for line in lines)


def test_other_rooms_are_not_fed(room):
    scene, alice, bob, _carol = room
    make_lag(scene, alice)
    alice.join("#elsewhere")
    alice.send("PRIVMSG #elsewhere :secret", "PRIVMSG #lobby :done")
    assert not any("secret" in line or "#elsewhere" in line for line in Hearing(bob).until(":done"))


def test_the_ignored_are_not_fed(room):
    scene, alice, bob, carol = room
    dave = scene.plain("dave", buffer=BUFFER)
    dave.send("/ignore bob")
    dave.fence()
    make_lag(scene, alice, "dave")
    bob_outbox = scene.of("bob").outbox
    Hearing(bob)
    scene.until(lambda: not bob_outbox.is_lagging)
    bob.send("PRIVMSG #lobby :ignored")
    carol.until(":ignored")
    alice.send("PRIVMSG #lobby :done")
    assert not any("ignored" in line for line in Hearing(dave).until(": done"))


def test_what_the_ignored_do_is_fed_as_it_is_told_live(new_house):
    """Ignoring is about talk: who comes and goes is told, or a list of people would be wrong."""
    scene = new_house(**SMALL)
    alice = scene.irc("alice").join("#lobby")
    bob = scene.irc("bob").join("#lobby")
    slow, live = scene.plain("slow", buffer=BUFFER), scene.plain("live")
    for client in (slow, live):
        client.fence()
        client.send("/ignore bob")
        client.fence()
    hearing = Hearing(live)
    make_lag(scene, alice, "slow")
    bob.send("PRIVMSG #lobby :ignored", "NICK rob", "PRIVMSG #lobby :ignored", "TOPIC #lobby :tea", "QUIT :bye")
    bob.expect_end()
    alice.send("PRIVMSG #lobby :done")
    assert Hearing(slow).until(": done")[-5:] == hearing.until(": done")[-5:]


def test_what_the_disk_refused_is_fed_when_it_takes_it(room):
    """Drained while the disk refuses, it is not level: what is held back from all is still to come."""
    scene, alice, bob, carol = room
    make_lag(scene, alice)
    with another_writer(scene.log):
        alice.send("PRIVMSG #lobby :held back")
        scene.until(lambda: scene.house.delivery.is_failing)
        slow = Hearing(bob)
        scene.until(lambda: not scene.of("bob").outbox._backlog)
    scene.house.delivery.retry()
    alice.send("PRIVMSG #lobby :done")
    live = carol.until(":done")
    assert slow.until(":done") == live


def test_a_person_on_nc_is_fed_too(new_house):
    scene = new_house(**SMALL)
    alice, nc = scene.irc("alice").join("#lobby"), scene.plain("eve", buffer=BUFFER)
    said = make_lag(scene, alice, "eve")
    alice.send("PRIVMSG #lobby :done")
    lines = Hearing(nc).until(": done")
    assert [int(line.split()[1]) for line in lines[:-1] if line.startswith("alice: ")] == list(range(said))


def test_who_is_put_out_while_lagging_is_told(new_house):
    scene = new_house(**SMALL)
    alice = scene.irc("alice").join("#tea")
    bob = scene.irc("bob", buffer=BUFFER).join("#tea")
    alice.expect("JOIN #tea")
    while not scene.of("bob").outbox.is_lagging:
        alice.send(*(f"PRIVMSG #tea :{LONG}" for _ in range(50)))
        alice.fence()
    alice.send("KICK #tea bob :later")
    alice.fence()
    assert any("KICK #tea bob" in line for line in bob.fence())


def test_who_goes_while_lagging_is_gone(room):
    scene, alice, bob, carol = room
    make_lag(scene, alice)
    bob.close()
    assert " QUIT " in carol.until(" QUIT ")[-1]
    assert scene.house.chat.user("bob") is None


def test_a_reader_can_lag_again_and_again(room):
    scene, alice, bob, carol = room
    slow, first = [], 0
    for _ in range(5):
        while not scene.of("bob").outbox.is_lagging:
            say(alice, first, first + 50)
            first += 50
        slow += bob.fence()
    alice.send("PRIVMSG #lobby :done")
    assert numbers(slow) == numbers(carol.until(":done")[:-1]) == list(range(first))


def test_a_room_entered_by_another_connection_meanwhile_is_told_from_there_on(room):
    scene, alice, bob, carol = room
    alice.join("#tea")
    alice.send("PRIVMSG #tea :1 before")
    bob.send("REGISTER * * teapot")
    bob.expect("REGISTER SUCCESS")
    bob.fence()
    make_lag(scene, alice)
    phone = scene.connect(IrcClient)
    phone.send("CAP REQ :sasl", "NICK bob", "USER bob 0 * :Bob", "AUTHENTICATE PLAIN")
    phone.send("AUTHENTICATE AGJvYgB0ZWFwb3Q=", "CAP END")  # bob, teapot
    phone.expect(" 001 bob ")
    phone.join("#tea")
    alice.send("PRIVMSG #tea :2 after", "PRIVMSG #lobby :done")
    carol.until(":done")
    lines = [line for line in Hearing(bob).until(" 366 bob #tea ") if "#tea" in line]
    words = [line.removeprefix("@").split(" :", 1)[-1].split()[-1] for line in lines]
    assert [word for word in words if word in ("before", "after")] == ["after"]
    joined = next(n for n, line in enumerate(lines) if " JOIN #tea" in line)
    named = next(n for n, line in enumerate(lines) if " 353 " in line)
    assert joined < words.index("after") < named
    alice.send("PRIVMSG #tea :3 live again")
    bob.expect("live again$")


# ---- memory


@pytest.fixture
def stalled():
    """Hearers in one room who read nothing: a chat that delivers to sockets nobody reads."""
    delivery = Delivery(lambda: None, lambda flush: None, print)
    chat = Chat(lambda: 1, lambda record: None, delivery.deliver)
    talker = Who("talker", "x", "x.guest")
    chat.resume(0, 0, talker, ["#tea"])
    pairs = [socket.socketpair() for _ in range(200)]
    for number, (ours, _) in enumerate(pairs):
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        who = Who(f"user{number}", "x", "x.guest")
        outbox = SocketOutbox(delivery, ours, 1_000_000_000, lambda: chat.number, lambda after: ([], after))
        outbox.flavour = flavour(frozenset(), "log")
        chat.happen(Entered(who))
        chat.user(who.nick).outboxes.append(outbox)
        chat.happen(Joined(who, "#tea"))
    delivery.flush()
    chat.happen(Entered(talker))

    def talk(lines):
        for _ in range(lines):
            chat.happen(Said(talker, "#tea", "y" * 400))
            delivery.flush()

    talk(20)  # until the kernel takes no more
    yield talk
    for user in chat.users.values():
        for outbox in user.outboxes:
            outbox.close()
    for pair in pairs:
        for end in pair:
            end.close()


def test_those_who_stall_in_one_room_share_what_they_have_not_read(stalled):
    """200 readers who miss 500 lines of 450 bytes: 225 KB once, where copies would be 45 MB."""
    tracemalloc.start()
    try:
        stalled(500)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 3_000_000


# ---- the end


def test_what_waits_is_sent_before_the_connection_ends(new_house):
    scene = new_house(limits={"outbox_bytes": 1_000_000, "rate": 0})
    alice, bob = scene.irc("alice").join("#lobby"), scene.irc("bob", buffer=BUFFER).join("#lobby")
    say(alice, 0, 100)
    bob.send("QUIT :bye")
    lines = bob.expect_end()
    assert numbers(lines) == list(range(100))
    assert lines[-1].startswith("ERROR :Closing Link")


def test_an_answer_larger_than_the_kernel_takes_is_whole(scene):
    bob = scene.irc("bob", buffer=BUFFER)
    bob.send(*(f"PING {n} :{LONG}" for n in range(200)))
    assert len([line for line in bob.fence() if "PONG" in line]) == 200


def test_a_reader_that_vanishes_harms_nobody(room):
    scene, alice, bob, carol = room
    make_lag(scene, alice)
    bob.sock.close()
    say(alice, 0, 100, "after")
    scene.until(lambda: scene.house.chat.user("bob") is None)
    alice.send("PRIVMSG #lobby :done")
    carol.until(":done")
    assert isinstance(scene.connect(IrcClient).enter("bob"), IrcClient)


# ---- in step with what happens meanwhile


def test_a_page_read_as_the_disk_refuses_is_not_passed_by_later_ones(room):
    """Feeding stops with the disk and goes on with it: nothing is missing, nothing out of order."""
    scene, alice, bob, carol = room
    make_lag(scene, alice)
    say(alice, 1000, 1000 + 2 * PAGE, "late")
    slow = Hearing(bob)
    scene.until(lambda: scene.of("bob").outbox._cursor is None or scene.of("bob").outbox._cursor.number > PAGE)
    with another_writer(scene.log):
        alice.send("PRIVMSG #lobby :5000 held back")
        scene.until(lambda: scene.house.delivery.is_failing)
        for _ in range(50):
            gevent.sleep(0)
    scene.house.delivery.retry()
    alice.send("PRIVMSG #lobby :done")
    assert numbers(slow.until(":done")) == numbers(carol.until(":done"))


def test_telnet_talking_while_it_lags_does_not_make_it_hear_twice(new_house):
    scene = new_house(**SMALL)
    alice, eve = scene.irc("alice").join("#lobby"), scene.plain("eve", buffer=BUFFER)
    said = make_lag(scene, alice, "eve")
    eve.send_bytes(b"\xff\xf1")
    scene.until(lambda: scene.of("eve").dialect.ending == "\r\n")
    say(alice, said, said + 20)
    alice.send("PRIVMSG #lobby :done")
    lines = Hearing(eve).until(": done")
    assert [int(line.split()[1]) for line in lines[:-1] if line.startswith("alice: ")] == list(range(said + 20))


def test_who_was_put_out_of_a_room_hears_no_more_of_its_people(new_house):
    scene = new_house(**SMALL)
    alice = scene.irc("alice").join("#tea")
    bob = scene.irc("bob", buffer=BUFFER).join("#tea")
    dave = scene.irc("dave").join("#tea")
    alice.expect("dave!.* JOIN #tea")
    while not scene.of("bob").outbox.is_lagging:
        alice.send(*(f"PRIVMSG #tea :{LONG}" for _ in range(50)))
        alice.fence()
    alice.send("KICK #tea bob :later")
    alice.fence()
    dave.send("NICK david", "QUIT :gone")
    alice.expect("QUIT gone")
    heard = [line for line in bob.fence() if " PRIVMSG " not in line]
    assert any("KICK #tea bob" in line for line in heard)
    assert not any("dave" in line for line in heard if " JOIN " not in line)


def test_a_bug_met_with_one_outbox_costs_only_that_connection(room):
    scene, alice, _bob, carol = room
    broken = scene.of("bob").outbox
    broken._send = None  # what no code does: flushing it raises
    alice.send("PRIVMSG #lobby :1 hello")
    assert numbers(carol.until("hello")) == [1]
    alice.expect(r":bob!\S+ QUIT ")


# ---- what is watched while lagging


def lagging_watcher(scene):
    """Bob, who monitors dave and does not read; alice has said so much that he lags."""
    alice = scene.irc("alice").join("#lobby")
    bob = scene.irc("bob", "extended-monitor away-notify", buffer=BUFFER).join("#lobby")
    bob.send("MONITOR + dave")
    bob.expect(" 731 ")
    return alice, bob, make_lag(scene, alice)


def test_what_is_watched_comes_in_its_place(new_house):
    scene = new_house(**SMALL)
    alice, bob, said = lagging_watcher(scene)
    dave = scene.irc("dave")
    say(alice, said, said + 2 * PAGE)
    dave.send("QUIT")
    dave.expect_end()
    scene.until(lambda: scene.house.chat.user("dave") is None)
    say(alice, said + 2 * PAGE, said + 2 * PAGE + 1)
    lines = bob.fence()
    assert numbers(lines) == list(range(said + 2 * PAGE + 1))
    came, went = (next(n for n, line in enumerate(lines) if number in line) for number in (" 730 ", " 731 "))
    assert numbers(lines[:came]) == list(range(said))
    assert numbers(lines[came:went]) == list(range(said, said + 2 * PAGE))


def test_who_takes_too_little_of_what_is_watched_is_let_go(new_house):
    scene = new_house(**SMALL)
    alice, _bob, _said = lagging_watcher(scene)
    outbox = scene.of("bob").outbox
    kept = outbox._size
    dave = scene.irc("dave")
    for _ in range(100):
        dave.send("AWAY :for a moment", "AWAY")
        dave.fence()
        assert outbox._noticed <= 4096 + 512
    alice.expect(" QUIT ")
    assert outbox._size <= kept
    assert scene.house.chat.user("bob") is None
