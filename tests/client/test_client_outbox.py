"""Messages leave in windows, at a pace, and are not called taken before they are."""

from __future__ import annotations

from client_scene import Scene

from chatroom.client.keepalive import DEAD_AFTER, PING_AFTER, Keepalive
from chatroom.client.link import Backoff
from chatroom.client.outbox import ASK_AFTER, WINDOW, Outbox, Outgoing, Pace


def filled(count: int, **options: object) -> Outbox:
    outbox = Outbox(**options)  # type: ignore[arg-type]
    outbox.waiting.extend(Outgoing("#tea", f"text {number}") for number in range(count))
    return outbox


def test_only_a_window_is_on_its_way() -> None:
    outbox = filled(WINDOW + 2)
    assert len(outbox.take(0)) == WINDOW
    assert outbox.take(0) == []
    outbox.confirm("", "#TEA", "text 0")
    assert [message.text for message in outbox.take(0)] == [f"text {WINDOW}"]


def test_a_pace_lets_a_burst_through_and_then_a_rate() -> None:
    outbox = filled(9, pace=Pace(3, 2.0))
    assert len(outbox.take(10)) == 3
    assert outbox.next_in() == 0.5
    assert outbox.take(10.4) == []
    assert len(outbox.take(10.5)) == 1


def test_without_echo_a_full_window_asks_and_the_answer_frees_it() -> None:
    outbox = filled(WINDOW + 1)
    outbox.take(0)
    word = outbox.fence(0, echoes=False)
    assert word
    assert outbox.fence(0, echoes=False) is None  # once
    outbox.answered("another word", echoes=False)
    assert len(outbox.unconfirmed) == WINDOW
    outbox.answered(word, echoes=False)
    assert outbox.confirmed == WINDOW
    assert len(outbox.take(0)) == 1


def test_a_pong_covers_only_what_was_sent_before_its_ping() -> None:
    outbox = filled(1, asks_at_once=True)
    outbox.take(0)
    word = outbox.fence(0, echoes=False)
    outbox.waiting.append(Outgoing("#tea", "later"))
    outbox.take(0)
    outbox.answered(str(word), echoes=False)
    assert [message.text for message in outbox.unconfirmed] == ["later"]


def test_the_last_message_is_asked_for_soon_or_at_once() -> None:
    patient, eager = filled(1), filled(1, asks_at_once=True)
    for outbox in (patient, eager):
        outbox.take(0)
    assert patient.fence(ASK_AFTER - 1, echoes=False) is None
    assert patient.fence(ASK_AFTER, echoes=False)
    assert eager.fence(0, echoes=False)


def test_with_echo_a_message_missing_after_two_answers_was_dropped() -> None:
    outbox = filled(1)
    outbox.take(0)
    assert outbox.fence(0, echoes=True) is None
    first = outbox.fence(ASK_AFTER, echoes=True)
    assert outbox.answered(str(first), echoes=True) == []
    second = outbox.fence(ASK_AFTER, echoes=True)
    assert [message.text for message in outbox.answered(str(second), echoes=True)] == ["text 0"]
    assert outbox.confirmed == 0


def test_labels_tell_equal_messages_apart() -> None:
    outbox = Outbox()
    outbox.waiting.extend(Outgoing("#tea", "same") for _ in range(2))
    outbox.take(0)
    settled = outbox.settle("m2", "#tea", "same")
    assert settled
    assert settled.label == "m2"
    assert outbox.settle("m9", "#tea", "same") is None


def test_a_refusal_names_the_message(echoing: Scene) -> None:
    echoing.session.say("#tea", "may I")
    echoing.sent()
    echoing.told("@label=m1 :s 404 ada #tea :Cannot send to channel")
    assert echoing.events()[0].text.endswith("Not sent: may I")
    assert echoing.session.outbox.is_empty


def test_what_waits_can_be_dropped() -> None:
    outbox = filled(3)
    assert outbox.discard() == 3
    assert outbox.is_empty


def test_silence_is_asked_about_once_and_then_given_up() -> None:
    keepalive = Keepalive(100)
    assert not keepalive.must_ask(100 + PING_AFTER - 1)
    assert keepalive.must_ask(100 + PING_AFTER)
    assert not keepalive.must_ask(100 + PING_AFTER + 1)
    assert not keepalive.is_dead(100 + PING_AFTER + DEAD_AFTER - 1)
    assert keepalive.is_dead(100 + PING_AFTER + DEAD_AFTER)


def test_any_byte_is_a_sign_of_life() -> None:
    keepalive = Keepalive(0)
    keepalive.asked(1)
    keepalive.heard(2)
    assert not keepalive.is_dead(1000)


def test_backoff_doubles_within_bounds_and_half_by_chance() -> None:
    least = Backoff(chance=lambda: 0.0)
    most = Backoff(chance=lambda: 1.0)
    assert [least.next() for _ in range(3)] == [0.5, 1, 2]
    assert [most.next() for _ in range(3)] == [1, 2, 4]
    assert max(most.next() for _ in range(100)) == 60
    most.reset()
    assert most.next() == 1
