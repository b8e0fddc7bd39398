"""The judging, on exact cases and against a slow and obvious judge."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from chatroom.load.ledger import Book, Tally


def judged(arrivals, sent, senders=None, limit=100):
    tally = Tally()
    book = Book(sent if senders is None else senders, limit, tally)
    for sender, number in arrivals:
        book.take(sender, number)
    book.settle(sent)
    return tally


def numbers(*arrivals, sent):
    return judged([(1, number) for number in arrivals], {1: sent})


def test_all_in_order():
    tally = judged([(1, 0), (2, 0), (1, 1), (2, 1)], {1: 2, 2: 2})
    assert tally == Tally(delivered=4)
    assert tally.clean


def test_lost_in_the_middle_and_at_the_end():
    assert numbers(0, 2, sent=4) == Tally(delivered=2, lost=2)


def test_nothing_arrived():
    assert numbers(sent=3) == Tally(lost=3)


def test_doubled_at_once_and_much_later():
    assert numbers(0, 0, 1, 2, 0, sent=3) == Tally(delivered=3, doubled=2)


def test_swapped_pair_is_one_reordering_and_no_loss():
    assert numbers(0, 2, 1, 3, sent=4) == Tally(delivered=4, reordered=1)


def test_late_and_then_again():
    assert numbers(1, 0, 0, sent=2) == Tally(delivered=2, reordered=1, doubled=1)


def test_two_gaps_and_one_filled():
    assert numbers(0, 3, 6, 2, sent=7) == Tally(delivered=4, reordered=1, lost=3)


def test_order_is_judged_for_each_sender_alone():
    assert judged([(2, 0), (2, 1), (1, 0), (1, 1)], {1: 2, 2: 2}) == Tally(delivered=4)


def test_from_a_sender_of_another_room_or_oneself():
    assert judged([(1, 0), (7, 0)], {1: 1, 7: 1}, senders=[1]) == Tally(delivered=1, stray=1)


def test_never_sent():
    assert numbers(0, 1, 2, sent=2) == Tally(delivered=2, stray=1)
    assert numbers(3, sent=2) == Tally(lost=2, stray=1)


def test_absurd_number_costs_no_memory():
    assert numbers(0, 9_999_999, 1, sent=2) == Tally(delivered=2, stray=1)


def test_due_counts_the_senders_of_the_room():
    book = Book([1, 2], 10, Tally())
    assert book.due({1: 3, 2: 4, 9: 100}) == 7


def test_tallies_add_up():
    tally = Tally(1, 2, 3, 4, 5)
    tally.add(Tally(10, 20, 30, 40, 50))
    assert tally == Tally(11, 22, 33, 44, 55)


def slow_judge(arrivals, sent):
    """The definitions, word by word."""
    tally = Tally()
    seen = defaultdict(list)
    for sender, number in arrivals:
        if number in seen[sender]:
            tally.doubled += 1
        else:
            tally.delivered += 1
            tally.reordered += any(other > number for other in seen[sender])
            seen[sender].append(number)
    tally.lost = sum(sent.values()) - tally.delivered
    return tally


@st.composite
def histories(draw):
    """What senders sent, and some of it, shuffled and repeated, as it arrived."""
    sent = draw(st.dictionaries(st.integers(0, 3), st.integers(1, 8), min_size=1))
    everything = [(sender, number) for sender, count in sent.items() for number in range(count)]
    return sent, draw(st.lists(st.sampled_from(everything), max_size=40))


@given(histories())
def test_agrees_with_the_slow_judge(history):
    sent, arrivals = history
    assert judged(arrivals, sent) == slow_judge(arrivals, sent)
