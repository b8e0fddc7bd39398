"""One row, two syntaxes: how words become the arguments of a handler."""

from __future__ import annotations

from pathlib import Path

import pytest
from inside import StillHouse

from chatroom.commands.call import Call
from chatroom.commands.table import MOST_COMPARED, TABLE, Nearest, bind
from chatroom.core.refusals import Refused, Why


@pytest.fixture
def house(tmp_path: Path):
    house = StillHouse(tmp_path)
    yield house
    house.history.close()


@pytest.fixture
def bound(house: StillHouse):
    """Binds words to a row, called by Alice, who faces #tea; Bob is in #lobby."""
    house.plain("bob")
    alice = house.plain("alice").says("/join #tea")

    def bind_(verb: str, words):
        return bind(TABLE.find(verb), Call(alice.dialect, house.server, verb, words))

    return bind_


def test_text_and_words_are_bound_alike(house: StillHouse, bound) -> None:
    tea, lobby, bob = house.chat.room("#tea"), house.chat.room("#lobby"), house.chat.user("bob")
    for text, words, expected in [
        ("now tea", ("now tea",), {"room": tea, "text": "now tea"}),
        ("#lobby now tea", ("#lobby", "now tea"), {"room": lobby, "text": "now tea"}),
        ("  #LOBBY   now  tea", ("#LOBBY", "now  tea"), {"room": lobby, "text": "now  tea"}),
        ("", (), {"room": tea}),
        ("#lobby", ("#lobby",), {"room": lobby}),
    ]:
        assert bound("topic", text) == bound("topic", words) == expected
    assert (
        bound("kick", "BOB get out")
        == bound("kick", ("bob", "get", "out"))
        == {
            "nick": bob,
            "room": tea,
            "reason": "get out",
        }
    )
    assert bound("last", "5") == {"room": tea, "count": 5}
    assert bound("last", "#lobby 5") == {"room": lobby, "count": 5}


@pytest.mark.parametrize(
    ("verb", "words", "why"),
    [
        ("msg", "", Why.USAGE),
        ("msg", "bob", Why.USAGE),
        ("msg", ("bob",), Why.USAGE),
        ("kick", "", Why.USAGE),
        ("kick", "nobody", Why.NO_SUCH_PERSON),
        ("names", "#nowhere", Why.NO_SUCH_ROOM),
        ("last", "many", Why.NOT_A_NUMBER),
        ("last", "-1", Why.NOT_A_NUMBER),
        ("last", "0", Why.NOT_A_NUMBER),
        ("last", "1234567890", Why.NOT_A_NUMBER),
        ("last", "٣", Why.NOT_A_NUMBER),
        ("last", "²", Why.NOT_A_NUMBER),
    ],
)
def test_what_does_not_fit_is_refused(bound, verb: str, words, why: Why) -> None:
    with pytest.raises(Refused) as caught:
        bound(verb, words)
    assert caught.value.why is why


def test_a_secret_room_is_no_room_for_those_outside(house: StillHouse, bound) -> None:
    house.plain("carol").says("/join #den", "/mode +s")
    with pytest.raises(Refused) as caught:
        bound("names", "#den")
    assert caught.value.why is Why.NO_SUCH_ROOM


def test_what_people_may_not_type_is_no_command_for_them() -> None:
    assert TABLE.find("enter").section == ""
    assert "enter" not in TABLE.names
    with pytest.raises(Refused):
        TABLE.find("enter", is_typed=True)


def test_a_mistyped_word_is_answered_with_the_nearest() -> None:
    assert str(Nearest("tpoic", lambda: ["topic", "nick"], "/")) == " Did you mean /topic?"
    assert str(Nearest("ALICE", lambda: ["Alicia"])) == " Did you mean Alicia?"
    assert str(Nearest("zzz", lambda: ["topic", "nick"])) == ""


def test_a_hint_is_looked_for_when_it_is_shown_and_not_for_ever(house: StillHouse) -> None:
    asked = []
    refused = Refused(Why.NO_SUCH_PERSON, nick="x", hint=Nearest("x", lambda: map(str, _counted(asked))))
    assert asked == []
    assert refused.sentence.startswith("There is nobody called x here.")
    assert len(asked) == MOST_COMPARED


def _counted(asked: list[int]):
    for number in range(10**6):
        asked.append(number)
        yield number


def test_a_hint_names_only_people_in_the_same_rooms(house: StillHouse) -> None:
    alice, bob = house.plain("alice"), house.plain("robert").says("/join #tea", "/part #lobby").forgets()
    alice.forgets().says("/msg robrt hello")
    assert alice.hears() == ["-- There is nobody called robrt here. /who lists the people who are."]
    bob.says("/join #lobby")
    alice.forgets().says("/msg robrt hello")
    assert alice.hears() == [
        "-- There is nobody called robrt here. Did you mean robert? /who lists the people who are."
    ]


def test_two_rows_never_share_a_name() -> None:
    names = [name for row in TABLE.rows.values() for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
