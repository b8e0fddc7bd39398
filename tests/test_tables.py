"""What keeps the tables honest: nothing that can happen, be asked or be refused is forgotten by anybody."""

from __future__ import annotations

import ast
import inspect
import string
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType

import pytest
from inside import StillHouse
from samples import EVENTS, NOON, replies
from sources import imported, modules, path_of

from chatroom.commands.table import TABLE, Needs, Row
from chatroom.core import account_replies, events, order_replies, token_replies
from chatroom.core import replies as core_replies
from chatroom.core.apply.table import APPLY
from chatroom.core.events import KINDS, Event, Record
from chatroom.core.modes import ROOM_MODES, USER_MODES, ModeKind
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.dialects.irc import events as irc_events
from chatroom.dialects.irc.caps import IN_FLAVOUR
from chatroom.dialects.irc.numerics import refusals as numerics
from chatroom.dialects.irc.numerics.rooms import _LISTS
from chatroom.dialects.irc.numerics.table import numerics_of
from chatroom.dialects.irc.props import ROOM_NAMES, USER_NAMES
from chatroom.dialects.plain import events as plain_events
from chatroom.dialects.plain import replies as plain_replies
from chatroom.storage.history import History
from chatroom.wire.irc import parse

LONGEST_FUNCTION, LONGEST_MODULE = 40, 400  # lines
OPTIONAL_FACTS = {"hint"}  # read as nothing when not given

ROWS = list(TABLE.rows.values())


def row_id(row: Row) -> str:
    return row.name


# ---- events


def test_every_event_has_a_kind_and_can_be_applied() -> None:
    concrete = {event for event in _classes(events, Event) if "kind" in vars(event)}
    assert set(KINDS.values()) == concrete == set(APPLY)


def test_there_is_a_sample_of_every_event() -> None:
    assert {type(event) for event in EVENTS} == set(KINDS.values())


@pytest.mark.parametrize("dialect", [plain_events, irc_events], ids=["plain", "irc"])
def test_every_event_is_told_or_left_untold_on_purpose(dialect) -> None:
    told = set(dialect._TELL) | ({events.Said, events.Told} if dialect is irc_events else set())
    assert told | dialect.UNTOLD == set(KINDS.values())
    assert told.isdisjoint(dialect.UNTOLD)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_every_event_is_rendered_in_plain(event: Event) -> None:
    data = plain_events.flavour("#tea", "\n").render(Record(7, NOON, event, ()))
    assert bool(data) == (type(event) not in plain_events.UNTOLD)
    assert data.count(b"\n") == (1 + getattr(event, "text", "").count("\n") if data else 0)
    assert all(line.isprintable() for line in data.decode().split("\n"))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_every_event_is_rendered_in_irc(event: Event) -> None:
    every = IN_FLAVOUR
    data = irc_events.flavour(every, "1").render(Record(7, NOON, event, ()))
    assert bool(data) == (type(event) not in irc_events.UNTOLD)
    if data:
        message = parse(data.decode().removesuffix("\r\n"))
        assert message.source == event.who.mask
        assert message.tags["time"] == "2026-11-22T12:00:00.000Z"
        assert message.tags.get("msgid") == ("1-7" if event.stored else None)


@pytest.mark.parametrize("event", [e for e in EVENTS if e.stored], ids=lambda event: event.kind)
def test_every_stored_event_comes_back_from_storage(event: Event, tmp_path: Path) -> None:
    history = History(tmp_path / "log.db", "os")
    record = Record(1, NOON, event, ("#tea",))
    history.append(record)
    history.commit()
    assert history.page(["#tea"], limit=1, kinds=(event.kind,)) == [record]
    assert event.lasting or not list(history.lasting())
    history.close()


# ---- replies


REPLIES = {
    one
    for module in (core_replies, account_replies, order_replies, token_replies)
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, Reply) and one is not Reply
}


def test_every_reply_has_a_sentence() -> None:
    assert set(plain_replies._TELL) == REPLIES


def test_there_is_a_sample_of_every_reply() -> None:
    assert {type(reply) for reply in replies()} == REPLIES


@pytest.mark.parametrize("reply", replies(), ids=lambda reply: type(reply).__name__)
def test_every_reply_is_rendered(reply: Reply, tmp_path: Path) -> None:
    house = StillHouse(tmp_path)
    session = house.irc("bob").dialect
    sentences = list(plain_replies.lines(reply, plain_replies.Context(house.server.zone, "bob")))
    assert all(line.startswith(("-- ", "   ")) and line.isprintable() for line in sentences)
    for number, *params in numerics_of(reply, session):
        assert number == "NOTICE" or (len(number) == 3 and number.isdigit())
        assert all(isinstance(param, str) for param in params)
    house.history.close()


# ---- refusals


def test_every_refusal_has_a_numeric_or_a_code() -> None:
    assert set(numerics.REFUSALS) | set(numerics.FAILS) == set(Why)
    assert set(numerics.REFUSALS).isdisjoint(numerics.FAILS)
    assert all(len(number) == 3 and number.isdigit() for number, _, _ in numerics.REFUSALS.values())


@pytest.mark.parametrize("why", Why, ids=lambda why: why.name)
def test_every_refusal_has_a_sentence(why: Why) -> None:
    assert why.sentence[0] in string.ascii_uppercase + "{"
    assert Refused(why, **dict.fromkeys(_facts(why), "x")).sentence.count("{}") == 0


def test_every_refusal_is_raised_with_its_facts() -> None:
    lacking = [
        f"{module}:{line}: {why.name} lacks {sorted(needed)}"
        for module, line, why, facts in _raised()
        if (needed := _needed(module, why) - facts)
    ]
    assert lacking == []


def test_every_refusal_is_raised_somewhere() -> None:
    assert set(Why) - {why for _, _, why, _ in _raised()} == set()


def _facts(why: Why) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(why.sentence) if name}


def _needed(module: str, why: Why) -> set[str]:
    """What the numeric needs; and the sentence, unless only IRC programs can be told this one."""
    numeric = set(numerics.REFUSALS[why][1]) - {"verb"} if why in numerics.REFUSALS else set()
    is_irc = module.startswith("chatroom.dialects.irc") and why not in numerics.FAILS
    return (numeric | (set() if is_irc else _facts(why))) - OPTIONAL_FACTS


def _raised() -> list[tuple[str, int, Why, set[str]]]:
    """Every `Refused(Why.X, fact=...)` in the package."""
    return [
        (module, node.lineno, why, {keyword.arg for keyword in node.keywords if keyword.arg})
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused"
        for why in _whys(node.args[0])
    ]


def _whys(argument: ast.expr) -> list[Why]:
    return [Why[node.attr] for node in ast.walk(argument) if isinstance(node, ast.Attribute)]


# ---- commands


@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_every_command_has_help(row: Row) -> None:
    assert row.help.sentence.endswith((".", '".'))
    assert "\n" not in row.help.sentence


@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_every_usage_line_is_what_the_handler_takes(row: Row) -> None:
    _, *taken = inspect.signature(row.handler).parameters.values()
    assert [param.name for param in row.params] == [param.name for param in taken]
    for param, its in zip(row.params, taken, strict=True):
        has_default = its.default is not inspect.Parameter.empty
        assert param.is_optional == (has_default or (param.kind is Room and row.usage.count(f"[{param.name}]") == 1))
        assert not param.takes_rest or param is row.params[-1]


@pytest.mark.parametrize("row", [r for r in ROWS if r.needs >= Needs.MEMBER], ids=row_id)
def test_a_row_for_members_has_a_room(row: Row) -> None:
    assert [param.name for param in row.params if param.kind is Room] == ["room"]


def test_every_mode_has_its_words() -> None:
    assert set(plain_events._CHANGES) == set(ROOM_NAMES) == set(ROOM_MODES)
    assert set(USER_NAMES) == set(USER_MODES)
    assert set(_LISTS) == {letter for letter, kind in ROOM_MODES.items() if kind is ModeKind.LIST}


# ---- the code itself


def test_no_function_is_long() -> None:
    found = [
        f"{module}.{node.name}: {node.end_lineno - node.lineno + 1}"
        for module, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert found == []


def test_no_module_is_long() -> None:
    lengths = {module: len(path_of(module).read_text().splitlines()) for module in modules()}
    assert {module: length for module, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_import_goes_in_a_circle() -> None:
    TopologicalSorter({module: imported(tree) - {module} for module, tree in modules().items()}).prepare()


def _classes(module: ModuleType, kind: type) -> set[type]:
    """The classes in a module that are a `kind`, but not that itself."""
    found = {one for one in vars(module).values() if isinstance(one, type) and issubclass(one, kind)}
    return found - {kind}
