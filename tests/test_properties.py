"""Whatever is sent: no exception, no malformed line at anybody else's, and a chat that still makes sense.

Strategy: the house, its connections and its dialects are the real ones. Conversations with a stranger go through
real sockets in this process; everybody else listens without.
"""

from __future__ import annotations

import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import gevent
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inside import StillHouse, Visitor
from loguru import logger

from chatroom.commands.table import TABLE
from chatroom.core.chat import Chat
from chatroom.core.room import Room
from chatroom.dialects.irc.caps import CAPABILITIES
from chatroom.dialects.irc.verbs.table import VERBS
from chatroom.storage.history import connect
from chatroom.wire.irc import MAX_LINE, parse
from chatroom.wire.telnet import Telnet

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
NO_FLOOD_CONTROL = {"limits": {"rate": 0, "connections_per_address": 0}}
WAYS_IN = {
    "undecided": b"",
    "plain": b"mallory\n",
    "irc": b"NICK mallory\r\nUSER m 0 * :M\r\nJOIN #lobby,#tea\r\n",
    "irc with capabilities": b"%s\r\nNICK mallory\r\nUSER m 0 * :M\r\nCAP END\r\nJOIN #lobby,#tea\r\n"
    % "\r\n".join(f"CAP REQ {name}" for name in CAPABILITIES).encode(),
}

words = st.one_of(
    st.sampled_from(["@#tea", "+qaohvbeIkflCMORUimnrstu"]),
    st.sampled_from(["#lobby", "#tea", "#TEA", "alice", "bob", "mallory", "*", "a,b", "#tea,#lobby", "+o", "-k", "+b"]),
    st.sampled_from(["-l+i", "0", "12:00", "90m", "99999999999", "", "//", "\x01ACTION", "\x01", ":"]),
    st.sampled_from(["²", "٣", "302", "+l"]),
    st.sampled_from(["\x1b[31m", "\x9b1m", "\xa0", "\u3000", "\u2028", "\u202e", "\x1f", "\x85", "\r", "\0", "İ", "ß"]),
    st.text(max_size=12),
    st.integers(1, 600).map("long ".__mul__),
)
MANY_LINES = ["BATCH +1 draft/multiline #lobby", "@label=1;+a=\\n\\: BATCH +1 draft/multiline bob", "BATCH -1"]
MANY_LINES += ["@batch=1 PRIVMSG #lobby", "@batch=1;draft/multiline-concat PRIVMSG #lobby", "@batch=1 NOTICE bob"]
TAGGED = ["@+a=\\r\\nQUIT;b PRIVMSG #lobby", "@+draft/react=\\s\x1b[31m TAGMSG alice,#lobby", "@label=1 NAMES"]
openers = st.sampled_from(
    [*VERBS, *(f"/{name}" for name in TABLE.names), *TABLE.names, *MANY_LINES, *TAGGED, "", "@a=b", ":x", "\xff\xfd"]
)
lines = st.builds(
    lambda opener, rest, end: " ".join([opener, *rest]) + end,
    openers,
    st.lists(words, max_size=5),
    st.sampled_from(["\n", "\r\n"]),
)
some_bytes = st.one_of(lines.map(lambda line: line.encode(errors="replace")), st.binary(max_size=60))


@contextmanager
def a_house() -> Iterator[StillHouse]:
    with tempfile.TemporaryDirectory() as folder:
        house = StillHouse(Path(folder), NO_FLOOD_CONTROL)
        yield house
        house.turn()
        house.history.close()


@contextmanager
def nothing_goes_wrong() -> Iterator[None]:
    """Our own bugs are caught at the connection and go to the log; here they count."""
    bugs: list[str] = []
    sink = logger.add(bugs.append, level="ERROR", format="{message}")
    try:
        yield
    finally:
        logger.remove(sink)
    assert bugs == []


def converse(house: StillHouse, packets: list[bytes]) -> bytes:
    """Send `packets` over a real connection, then hang up; what came back."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    ours.send(packets[0])
    connection = gevent.spawn(house.handle, theirs, ("127.0.0.1", 1))
    received = bytearray()
    with ours:
        for packet in packets[1:]:
            _breathe(house, ours, received)
            with suppress(BrokenPipeError):
                ours.send(packet)
        _breathe(house, ours, received)
        ours.shutdown(socket.SHUT_WR)
        while house.connections or not connection.dead:
            _breathe(house, ours, received)
        _breathe(house, ours, received)
    connection.get()
    return bytes(received)


def _breathe(house: StillHouse, ours: socket.socket, received: bytearray) -> None:
    """Let the connection's greenlet run, end the turn, take what came."""
    gevent.sleep(0)
    house.turn()
    with suppress(BlockingIOError, ConnectionResetError):
        received += ours.recv(1_000_000)


def check_plain(data: bytes) -> None:
    """What a terminal gets is text in lines, and nothing it would obey."""
    assert data == b"" or data.endswith(b"\n")
    assert not CONTROLS.search(data.decode().replace("\r\n", "\n"))


def check_irc(data: bytes) -> None:
    """What an IRC program gets is well-formed lines, none longer than the protocol has it."""
    *told, rest = data.split(b"\r\n")
    assert rest == b""
    for line in told:
        assert not set(line) & set(b"\r\n\0"), line
        assert parse(line.decode()) is not None, line
        body = line.partition(b" ")[2] if line.startswith(b"@") else line
        assert len(body) <= MAX_LINE, line


@pytest.mark.parametrize("way_in", WAYS_IN)
@settings(max_examples=60)
@given(packets=st.lists(some_bytes, min_size=1, max_size=12))
def test_any_bytes_are_harmless(way_in: str, packets: list[bytes]) -> None:
    with a_house() as house, nothing_goes_wrong():
        plain, irc = house.plain("alice"), house.irc("bob", *CAPABILITIES)
        plain.says("/join #tea", "/join #lobby").forgets()
        irc.says("JOIN #lobby,#tea").forgets()
        received = converse(house, [WAYS_IN[way_in] + packets[0], *packets[1:]])
        check_plain(plain.raw())
        check_irc(irc.raw())
        if way_in == "plain":
            check_plain(Telnet().receive_data(received))
        elif way_in != "undecided":
            check_irc(received)
        assert house.chat.user("mallory") is None, "who has hung up is gone"
        check(house)


# ---- every command with every pair of nasty words

NASTY = [
    *(
        "",
        " ",
        "\xa0",
        "\t",
        ":",
        ",",
        "*",
        "0",
        "-1",
        "99999999999999999999",
        "²",
        "٣",
        "12:00",
        "9999d",
        "\x01ACTION \x01",
        "\x01",
    ),
    *("#", "#lobby", "#tea", "#nowhere", "alice", "mallory", "nobody", "a,b,c", "x" * 450, "ö" * 200, '"', "\x1b[1m"),
    *(
        "+",
        "-",
        "+o",
        "+b",
        "+bbb",
        "+k",
        "-k",
        "+l",
        "+lk",
        "-lk",
        "+qaohvbeIkflCMORUimnrstu",
        "-ovbeIklimnst",
        "+Z",
        "b",
        "LS",
        "REQ",
    ),
]


@pytest.mark.parametrize("name", [*VERBS, *(name for name in TABLE.names if name.upper() not in VERBS)])
def test_every_command_takes_any_words(name: str, tmp_path: Path) -> None:
    house = StillHouse(tmp_path, NO_FLOOD_CONTROL)
    plain, irc = house.plain("alice").says("/join #tea"), house.irc("bob", *CAPABILITIES).says("JOIN #lobby,#tea")
    mallory = {dialect: house.visitor(dialect) for dialect in ("plain", "irc")}
    for first in NASTY:
        for dialect, form in (("plain", "/{} {} {}\n"), ("irc", "{} {} :{}\r\n")):
            if mallory[dialect].is_ended:
                mallory[dialect] = house.visitor(dialect)
            if mallory[dialect].user is None:
                mallory[dialect].sends(WAYS_IN[dialect])
            lines = "".join(form.format(name, first, second) for second in NASTY)
            mallory[dialect].sends(b"PING x\r\n" * (dialect == "irc") + lines.encode())
            check(house)
    check_plain(plain.raw() + mallory["plain"].raw())
    check_irc(irc.raw() + mallory["irc"].raw())
    check_log(house)
    house.history.close()


# ---- everything as long as it may be

WORD = "x" * 460
ECHOING = ["{0}", "PING {0}", "PRIVMSG {0} :x", "PRIVMSG #{0} :x", "WHOIS {0}", "WHOWAS {0}", "WHO {0}", "NAMES #{0}"]
ECHOING += ["NAMES {0}", "JOIN #{0}", "PART {0}", "PART #{0}", "NICK {0}", "CAP {0}", "CAP REQ {0}", "CAP REQ :{0}"]
ECHOING += [
    "MODE #lobby +b {0}",
    "MODE #lobby +{0}",
    "MODE {0}",
    "TOPIC {0}",
    "KICK {0} x",
    "KICK #lobby {0}",
    "QUIT {0}",
]


def test_everything_as_long_as_it_may_be_fits_into_lines(tmp_path: Path) -> None:
    """The listener's nick, room and topic are the longest there can be, and so is all they hear and ask."""
    server = {"casemapping": "precis", "motd": "Welcome. " * 200, "name": f"{'chat.' * 9}example.net"}
    house = StillHouse(tmp_path, NO_FLOOD_CONTROL | {"server": server, "limits": {"rate": 0, "nick_length": 64}})
    nicks = [f"{'𠀀' * 15}{letters}" for letters in ("abcd", "efgh", *(f"m{number:03}" for number in range(20)))]
    rooms = [f"#{'🍵' * 15}{number:03}" for number in range(60)]
    listener = house.irc(nicks[0], *CAPABILITIES).says(*(f"JOIN {room}" for room in rooms))
    talker = house.plain(nicks[1]).says(*(f"/join {room}" for room in rooms))
    others = [house.irc(nick).says(f"JOIN {rooms[0]}") for nick in nicks[2:]]
    talker.says(f"/join {rooms[0]}", f"/away {'ö' * 400}", "ö" * 2000, f"/me {'ö' * 2000}", "tea " * 1000)
    talker.says(*(f"/msg {nicks[0]} {text}" for text in ("ö" * 2000, "tea " * 900)))
    mode = f"MODE {rooms[0]}"
    listener.says(f"TOPIC {rooms[0]} :{'ö' * 200}", f"TOPIC {rooms[0]} :{'tea ' * 70}end", f"AWAY :{'ö' * 200}")
    listener.says(*(f"{mode} +bbb {number}{'ö' * 35} {number}{'a' * 105} {number}{'b' * 110}" for number in range(4)))
    listener.says(f"{mode} -{'b' * 12} " + " ".join(f"{n}{'b' * 33}*" for n in range(12)), f"{mode} b", mode)
    listener.says(f"KICK {rooms[0]} {nicks[4]} :{'tea ' * 60}end")
    talker.says(f"/mode +bbb {'a' * 2000} {'b' * 2000} {'c' * 2000}", f"/kick {nicks[3]}")
    listener.says(
        f"WHOIS {nicks[1]}", f"WHOIS {nicks[0]}", f"WHO {rooms[0]}", "WHO", f"NAMES {rooms[0]}", "LIST", "MOTD"
    )
    listener.says(
        f"ISON :{' '.join(nicks[:6])}", f"USERHOST {' '.join(nicks[:5])}", f"TOPIC {rooms[0]}", "VERSION", "INFO"
    )
    listener.says(f"LAST {rooms[0]}", "SEARCH tea", "HELP", "HELP topic", "STATUS", "ROOMS")
    listener.sends(b"\xff" * 505 + b"\n")
    others[0].says(f"PART {rooms[0]} :{'ö' * 170}")
    others[1].says(f"QUIT :{'ö' * 200}")
    for form in ECHOING:
        listener.says(form.format(WORD), form.format("ö" * 230))
    heard = listener.raw() + b"".join(other.raw() for other in others)
    check_irc(heard)
    for whole in (f"332 {nicks[0]} {rooms[0]} :{'tea ' * 70}end", f"KICK {rooms[0]} {nicks[4]} :{'tea ' * 60}end"):
        assert f"{whole}\r\n".encode() in heard
    check(house)
    house.history.close()


# ---- three people and every command

names = st.sampled_from(["alice", "bob", "carol", "Bob", "nobody", "robert"])
rooms = st.sampled_from(["#tea", "#Tea", "#den", "#lobby", "#nowhere"])
flags = st.sampled_from(["+m", "-m", "+i", "+s", "-s+i", "+k key", "-k x", "+l 2", "-l", "+n-t"])
texts = st.sampled_from(["hello", "tea for two", "-", "ö" * 200])
commands = st.one_of(
    st.builds("join {}".format, rooms),
    st.builds("join {} key".format, rooms),
    st.builds("part {}".format, rooms),
    st.builds("topic {} {}".format, rooms, texts),
    st.builds("kick {} {}".format, names, rooms),
    st.builds("invite {} {}".format, names, rooms),
    st.builds("mode {} {}".format, rooms, flags),
    st.builds("mode {} {} {}".format, rooms, st.sampled_from(["+b", "-b", "+e", "+I", "+o", "-o", "+v"]), names),
    st.builds("{} {}".format, st.sampled_from(["op", "deop", "voice", "nick", "ignore", "unignore", "whois"]), names),
    st.builds("msg {} {}".format, names | rooms, texts),
    st.builds("{} {}".format, st.sampled_from(["say", "away", "search", "me"]), texts),
    st.sampled_from(["back", "rooms", "who", "last", "names", "since 1h", "usermode +i", "quit", "mode", "shrug"]),
)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(["alice", "bob", "carol"]), commands), max_size=40))
def test_the_chat_makes_sense_whatever_people_do(calls: list[tuple[str, str]]) -> None:
    with a_house() as house:
        people = {name: house.plain(name) for name in ("alice", "bob", "carol")}
        for name, command in calls:
            house.time += 1000
            if people[name].is_ended:
                people[name] = house.plain(f"{name}2" if house.chat.user(name) else name)
            people[name].says(f"/{command}")
            check(house)
        check_log(house)
        check_restart(house)


def check(house: StillHouse) -> None:
    """What holds at any moment."""
    chat = house.chat
    for folded, user in chat.users.items():
        assert folded == user.folded == chat.names.fold(user.nick)
        assert all(user in room.members and chat.rooms[name] is room for name, room in user.rooms.items())
        assert (user.facing in user.rooms.values()) if user.rooms else (user.facing is None)
        assert all(user in other.ignored_by for other in user.ignoring)
        assert all(user in other.ignoring for other in user.ignored_by)
        assert all(user in room.invited and user not in room.members for room in user.invitations)
        assert user.outboxes
    for folded, room in chat.rooms.items():
        assert folded == room.folded == chat.names.fold(room.name)
        assert all(room.folded in user.rooms and chat.users[user.folded] is user for user in room.members)
        assert all(room in guest.invitations and chat.users[guest.folded] is guest for guest in room.invited)
        assert room.is_open == (bool(room.members) or room.is_permanent)
        assert room.is_open or not (room.modes or any(room.lists.values()))


def check_log(house: StillHouse) -> None:
    """Numbers without gaps, times that never run backwards, and every place under its folded name."""
    log = connect(house.history.path, read_only=True)
    rows = log.execute("SELECT number, time FROM events ORDER BY number").fetchall()
    places = log.execute("SELECT DISTINCT place FROM places").fetchall()
    log.close()
    assert [number for number, _ in rows] == list(range(1, house.chat.number + 1))
    assert [time for _, time in rows] == sorted(time for _, time in rows)
    assert [place for (place,) in places if place != house.chat.names.fold(place)] == []


def check_restart(house: StillHouse) -> None:
    """A chat made from the log has the same rooms, as far as rooms outlive those in them."""
    again = Chat(house.now, lambda record: None, lambda record, hearers, origin: None)
    again.remember(house.history.lasting())
    permanent = {house.server.default_room}
    then = {name: _lasting(room) for name, room in house.chat.rooms.items() if name not in permanent}
    assert {name: _lasting(room) for name, room in again.rooms.items() if name not in permanent} == then


def _lasting(room: Room) -> tuple[object, ...]:
    return room.name, room.topic, room.modes, room.lists, room.is_open, room.is_hidden, room.history_from


def test_a_stranger_can_be_listened_to_by_everybody(tmp_path: Path) -> None:
    """That the machinery above is not deaf."""
    house = StillHouse(tmp_path, NO_FLOOD_CONTROL)
    listeners: list[Visitor] = [house.plain("alice"), house.irc("bob").says("JOIN #lobby")]
    received = converse(house, [b"mallory\nhello\n", b"/version\n"])
    assert b"This is chatroom" in received
    assert "mallory: hello" in listeners[0].hears()
    assert any(line.endswith("PRIVMSG #lobby :hello") for line in listeners[1].hears())
    house.history.close()
