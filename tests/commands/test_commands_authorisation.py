"""Who may do what: each row of the table, as each role, in each dialect.

Strategy: a row is asked for as people type it and as programs send it; the first event or reply that its handler yields
says that it may be done, and nothing is changed, so that one house serves for all rows. A refusal for another reason
than who asks says that they may, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from inside import StillHouse, Visitor

from chatroom.commands.table import TABLE
from chatroom.core.refusals import Refused, Why

ROLES = ("stranger", "member", "voice", "half", "operator", "founder", "server")
LETTERS = {"member": "", "voice": "v", "half": "h", "operator": "o", "founder": "q"}
EVERYBODY = frozenset(ROLES)
INSIDE = EVERYBODY - {"stranger", "server"}
HALVES = frozenset(("half", "operator", "founder", "server"))
OPERATORS, FOUNDERS, SERVER = HALVES - {"half"}, frozenset(("founder", "server")), frozenset(("server",))
NOT_FOR_THEM = {
    *(Why.OPERATORS_ONLY, Why.FOUNDERS_ONLY, Why.NOT_MEMBER, Why.SERVER_OPERATORS_ONLY, Why.OUTRANKED),
    *(Why.NOT_YOURS, Why.OUTSIDERS_SILENT, Why.NOT_ENTERED, Why.METADATA_DENIED, Why.REDACT_TARGET),
}
# Each row with the words after it, where they are not the same in IRC those as well, and who may do it.
EXPECTED = {
    "say": (("hello",), EVERYBODY),
    "me": (("waves",), EVERYBODY),
    "shrug": ((), EVERYBODY),
    "msg": (("#tea hello",), INSIDE),
    "reply": (("hello",), EVERYBODY),
    "act": (("#tea waves",), INSIDE),
    "notice": (("#tea hello", "#tea :hello"), INSIDE),
    "join": (("#tea",), EVERYBODY),
    "part": (("#tea",), INSIDE),
    "rooms": ((), EVERYBODY),
    "names": (("#tea",), EVERYBODY),
    "topic": (("#tea leaves", "#tea :leaves"), HALVES),
    "invite": (("guest #tea",), INSIDE),
    "invitations": ((), EVERYBODY),
    "rename": (("#tea #chai",), OPERATORS),
    "claim": (("#tea",), OPERATORS),
    "release": (("#owned",), SERVER),
    "transfer": (("guest #owned",), SERVER),
    "access": (("#owned boss o",), SERVER),
    "nick": (("other",), EVERYBODY),
    "kick": (("victim #tea", "#tea victim"), HALVES),
    "op": (("victim #tea",), OPERATORS),
    "deop": (("victim #tea",), OPERATORS),
    "voice": (("victim #tea",), HALVES),
    "devoice": (("victim #tea",), HALVES),
    "mode": (("#tea +m",), OPERATORS),
    "mute": (("victim #tea 10m spam",), HALVES),
    "unmute": (("victim #tea",), HALVES),
    "ban": (("victim #tea 10m spam",), HALVES),
    "unban": (("victim #tea",), HALVES),
    "bans": (("#tea",), EVERYBODY),
    "allow": (("#tea victim 1d",), HALVES),
    "lock": (("#tea 10m spam",), OPERATORS),
    "lockdown": (("#tea 10m spam",), OPERATORS),
    "unlock": (("#tea",), OPERATORS),
    "slow": (("#tea 30s",), OPERATORS),
    "audit": (("#tea",), OPERATORS),
    "token": (("list #tea",), OPERATORS),
    "last": (("#tea",), INSIDE),
    "since": (("#tea 1h",), INSIDE),
    "saregister": (("nobody secret",), SERVER),
    "sapassword": (("nobody secret",), SERVER),
    "admin": (("add guest", "ADD guest"), SERVER),
    "kill": (("victim",), SERVER),
    "chghost": (("victim a.example",), SERVER),
    "wallops": (("hello",), SERVER),
    "announce": (("hello",), SERVER),
    "recloak": ((), SERVER),
    "rehash": ((), SERVER),
    "serverban": (("192.0.2.7 1d spam",), SERVER),
    "serverunban": (("192.0.2.7",), SERVER),
    "serverbans": ((), SERVER),
}
# Rows about oneself, or the server as everybody sees it: not for anybody to be kept from.
FOR_ALL = frozenset(
    (
        *("who", "whois", "whowas", "setname", "away", "back", "ignore", "unignore", "accept", "usermode", "about"),
        *(
            "describe",
            "undescribe",
            "search",
            "private",
            "redact",
            "register",
            "unregister",
            "login",
            "logout",
            "password",
        ),
        *("cert", "account", "set", "ghost", "help", "motd", "counts", "status", "uptime", "version", "time"),
        *("privacy", "quit", "oper"),
    )
)


class Allowed(Exception):
    """The handler has yielded something."""


@pytest.fixture(scope="module", params=["plain", "irc"])
def dialect(request) -> str:
    return request.param


@pytest.fixture(scope="module", params=ROLES)
def asking(request, dialect, tmp_path_factory) -> Iterator[tuple[str, str, Visitor, list[Why]]]:
    """Somebody of that role; what they are refused with is collected."""
    house = StillHouse(tmp_path_factory.mktemp("house"))
    house.irc("boss").says("REGISTER * * tea-pot-7", "JOIN #tea", "JOIN #owned", "CLAIM #owned")
    for name in ("victim", "guest"):
        house.plain(name)
    role, visitor = request.param, house.plain("asker") if dialect == "plain" else house.irc("asker")
    tea = house.chat.room("#tea")
    _join(house, "victim", tea)
    if role in LETTERS:
        visitor.says("/join #tea" if dialect == "plain" else "JOIN #tea")
        tea.members[visitor.user] = LETTERS[role]
    elif role == "server":
        visitor.user.modes["o"] = None
    refusals: list[Why] = []
    _stop_at_the_gate(house, visitor, refusals)
    yield role, dialect, visitor, refusals
    house.history.close()


def _join(house: StillHouse, nick: str, room) -> None:
    user = house.chat.user(nick)
    room.members[user] = ""
    user.rooms[room.place] = room


def _stop_at_the_gate(house: StillHouse, visitor: Visitor, refusals: list[Why]) -> None:
    def allowed(*_: object) -> None:
        raise Allowed

    def refused(why: Refused, *_: object) -> None:
        refusals.append(why.why)

    house.chat.happen = allowed
    house.server.rotate_cloak = house.server.reload = allowed
    visitor.dialect.tell = visitor.dialect.end = allowed
    visitor.dialect.refuse = refused


def line_of(name: str, dialect: str) -> str:
    words, _ = EXPECTED[name]
    if dialect == "plain":
        return f"/{name} {words[0] if words else ''}".rstrip()
    verb = {"rooms": "LIST", "msg": "PRIVMSG"}.get(name, name.upper())
    return f"{verb} {words[-1] if words else ''}".rstrip()


@pytest.mark.parametrize("name", EXPECTED)
def test_who_may(asking, name: str) -> None:
    role, dialect, visitor, refusals = asking
    refusals.clear()
    try:
        visitor.dialect.receive(line_of(name, dialect).encode())
        is_allowed = not set(refusals) & NOT_FOR_THEM
    except Allowed:
        is_allowed = True
    assert is_allowed == (role in EXPECTED[name][1]), f"{role}, {dialect}: {line_of(name, dialect)}: {refusals}"


def test_every_row_is_looked_at() -> None:
    rows = {name for name, row in TABLE.rows.items() if row.section}
    assert rows == set(EXPECTED) | FOR_ALL
    assert set(EXPECTED).isdisjoint(FOR_ALL)


def test_what_is_for_operators_of_the_server_is_expected_so() -> None:
    privileged = {name for name, row in TABLE.rows.items() if row.is_privileged}
    assert {name for name in privileged if EXPECTED[name][1] != SERVER} == set()
