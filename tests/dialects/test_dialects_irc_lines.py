"""Lines that fit, whatever is to be said in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from samples import ALICE, NOON

from chatroom.core.events import Change, ModesChanged, Record, TopicChanged
from chatroom.dialects.irc.events import flavour
from chatroom.dialects.irc.lines import MAX_WORD, cut_at_spaces, fit_line, packed, room_after, size_of
from chatroom.wire.irc import MAX_LINE, format_line, parse

texts = st.text(st.characters(exclude_categories=["Cs"]))
long_texts = st.builds(lambda text, times: text * times, texts, st.integers(1, 200))


def modes_told(*changes: Change) -> list[tuple[str, ...]]:
    data = flavour(frozenset(), "1").render(Record(7, NOON, ModesChanged(ALICE, "#tea", changes), ()))
    lines = data.decode().split("\r\n")[:-1]
    assert all(size_of(line) <= MAX_LINE for line in lines)
    return [parse(line).params for line in lines]


@given(params=st.lists(long_texts, max_size=15), source=st.just("alice!a@host"))
def test_any_line_fits(params: list[str], source: str) -> None:
    line = fit_line("VERB", *params, source=source)
    assert size_of(line) <= MAX_LINE
    assert parse(line).verb == "VERB"
    whole = format_line("VERB", *params, source=source)
    assert line == whole or size_of(whole) > MAX_LINE


def test_a_long_word_told_back_leaves_the_sentence_behind_it() -> None:
    assert fit_line("421", "alice", "x" * 490, "Unknown command") == f"421 alice {'x' * MAX_WORD} :Unknown command"
    assert size_of(fit_line("ö" * 300, "a b")) <= MAX_LINE


@given(words=st.lists(st.text(min_size=1)), room=st.integers(0, 60), most=st.integers(0, 5))
def test_what_is_packed_fits_and_is_all_there(words: list[str], room: int, most: int) -> None:
    groups = list(packed(words, room, size_of, most))
    assert [word for group in groups for word in group] == words
    for group in groups:
        assert size_of(" ".join(group)) <= room or len(group) == 1
        assert not most or len(group) <= most


def test_the_room_after_the_rest_of_a_line_is_known_exactly() -> None:
    prefix = ("353", "älice", "=", "#tea")
    rest = "x" * room_after(*prefix, source="chat.example.net")
    assert size_of(format_line(*prefix, f"{rest[:-2]} x", source="chat.example.net")) == MAX_LINE


def test_many_changes_of_modes_take_several_lines() -> None:
    masks = [f"{letter * 110}!*@*" for letter in "abcdefghijkl"]
    told = modes_told(*(Change(True, "b", mask) for mask in masks), Change(False, "t"))
    assert [mask for _, _, *values in told for mask in values] == masks
    assert [letters for _, letters, *_ in told] == ["+bbbb", "+bbbb", "+bbbb-t"]


def test_a_mask_of_an_old_log_is_cut() -> None:
    [(room, letters, mask)] = modes_told(Change(False, "b", "x" * 2000))
    assert (room, letters) == ("#tea", "-b")
    assert set(mask) == {"x"}


def test_a_topic_of_an_old_log_is_cut() -> None:
    data = flavour(frozenset(), "1").render(Record(7, NOON, TopicChanged(ALICE, "#tea", "ö" * 300), ()))
    assert len(data) in (MAX_LINE + 1, MAX_LINE + 2)
    assert set(parse(data.decode().rstrip()).params[1]) == {"ö"}


@given(st.lists(st.text("abcä", min_size=1, max_size=9), min_size=1), st.integers(18, 60))
def test_words_cut_at_spaces_are_all_there_and_whole(words: list[str], room: int) -> None:
    pieces = list(cut_at_spaces(" ".join(words).encode(), room))
    assert b" ".join(pieces).decode().split(" ") == words
    assert all(0 < len(piece) <= room for piece in pieces)
