"""The attacks, one function for each: what one hostile connection does, again and again.

Strategy: a script reads like the attacker's own. Each is about one thing that is cheap to send and might be dear to
serve: connecting, keeping a half-made thing open, fighting over one name, not reading, asking for much, saying much.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from contextlib import suppress

import gevent

from chatroom.load.attack.ground import Hostile, Script
from chatroom.wire import proxy

ATTACKS: dict[str, Script] = {}
_GLOB = "*a" * 40
_KEYS = "avatar,color,display-name,homepage,status"


def attack(name: str) -> Callable[[Script], Script]:
    """Make the decorated function the attack called `name`; its docstring says what it does."""

    def register(script: Script) -> Script:
        ATTACKS[name] = script
        return script

    return register


# ---- at the door


@attack("storm")
def storm(me: Hostile) -> None:
    """Connects and vanishes, at once or in the middle of coming in, as fast as it can."""
    me.connect()
    kind = me.chance.randrange(4)
    if kind == 1:
        me.send(f"NICK {me.nick}\r\nUSER z 0")
    elif kind == 2:
        me.send(f"NICK {me.nick}\r\nUSER z 0 * :z\r\nJOIN {me.ground.target.room}\r\n")
    if kind == 3:
        me.close()
    else:
        me.reset()


@attack("slowloris")
def slowloris(me: Hostile) -> None:
    """Comes in as slowly as can be: a byte now and then, of a name, a TLS handshake or a proxy's header."""
    me.connect()
    hello, header = b"\x16\x03\x01\x02\x00\x01" + b"\0" * 400, b"PROXY TCP4 " + b"1" * 90
    words = me.chance.choice([b"NICK " + b"a" * 400, hello, header])
    while True:
        me.send(words[:1])
        words = words[1:] or b" "
        me.pause(2)


@attack("giant-line")
def giant_line(me: Hostile) -> None:
    """Sends a line that never ends, before coming in or inside."""
    if me.number % 2:
        me.enter()
    else:
        me.connect()
    while True:
        me.send(b"x" * 65536)
        me.read()


@attack("handshake-flood")
def handshake_flood(me: Hostile) -> None:
    """Begins TLS handshakes, whose costly half is the server's, and leaves each in the middle."""
    me.connect()
    arrived, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    session = context.wrap_bio(arrived, sent)
    with suppress(ssl.SSLWantReadError):
        session.do_handshake()
    me.send(sent.read())
    if me.chance.randrange(3):
        with suppress(OSError):
            me.socket.recv(4096)  # so that the server has answered
        me.reset()
    else:
        me.pause(5)


@attack("junk")
def junk(me: Hostile) -> None:
    """Speaks what nobody understands: noise, other protocols, broken headers, telnet without end."""
    me.connect()
    noise = me.chance.randbytes(me.chance.randrange(1, 4000))
    headers = [proxy.V2 + noise[:40], b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + noise, b"PROXY " + noise]
    webs = [b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n" + noise, b"POST / HTTP/1.1\r\n\r\n"]
    others = [b"SSH-2.0-x\r\n", b"\xff\xfa" + b"\xff" * 2000, b"\xff\xfd\x01" * 1000, b"\0" * 3000]
    others += [noise, noise + b"\n"]
    me.send(me.chance.choice(headers + webs + others))
    me.pause(0.1)
    me.send(f"\r\nNICK {me.nick}\r\n\x00\xff\xfe\r\nUSER\r\n@{'a;' * 2000} :::\r\n\r\n")
    me.pause(0.5)


# ---- inside


@attack("nick-fight")
def nick_fight(me: Hostile) -> None:
    """Everybody wants the same few names, again and again, in the room where people chat."""
    me.enter(me.ground.target.room)
    while True:
        me.send("".join(f"NICK fight{me.chance.randrange(5)}\r\nNICK {me.nick}\r\n" for _ in range(5)))
        me.pause(0.2)


@attack("join-part-wave")
def join_part_wave(me: Hostile) -> None:
    """Comes into the room where people chat and leaves it, in waves."""
    me.enter()
    room = me.ground.target.room
    while True:
        me.send(f"JOIN {room}\r\nPART {room}\r\n" * 5)
        me.pause(0.3)


@attack("talk-flood")
def talk_flood(me: Hostile) -> None:
    """Talks as fast as it may where people chat: the same thing, and everybody's names."""
    me.enter(me.ground.target.room)
    target = me.ground.target
    text = me.chance.choice(["buy " * 60, " ".join(target.people) * 8, "x" * 300])
    while True:
        me.send(f"PRIVMSG {target.room} :{text}\r\n" * 10)
        me.pause(0.3)


@attack("volley")
def volley(me: Hostile) -> None:
    """Sits quietly where people chat; every two seconds all say one line at the same moment."""
    me.enter(me.ground.target.room)
    while True:
        me.pause(2 - (gevent.get_hub().loop.now() % 2))
        me.send(f"PRIVMSG {me.ground.target.room} :now\r\n")


@attack("stalled-readers")
def stalled_readers(me: Hostile) -> None:
    """Asks for long answers and reads none."""
    me.enter(me.ground.target.room, receive_buffer=4096)
    asked = f"NAMES {me.ground.target.room}\r\nWHO {me.ground.target.room}\r\nLIST\r\nMOTD\r\nHELP\r\n".encode()
    while True:
        me.send_some(asked)
        gevent.sleep(0.2)


@attack("questions")
def questions(me: Hostile) -> None:
    """Asks what is dear to answer: wide masks, whole lists, the history and a search of it."""
    me.enter(me.ground.target.room, capabilities="batch draft/chathistory draft/metadata-2 message-tags server-time")
    room = me.ground.target.room
    dear = [f"WHO {_GLOB}", "WHO *", "LIST", f"LIST {_GLOB}", f"NAMES {room}", f"CHATHISTORY LATEST {room} * 1000"]
    dear += ["WHOIS " + ",".join([me.ground.target.people[0]] * 60), f"SEARCH {'e ' * 100}"]
    dear += ["CHATHISTORY TARGETS timestamp=1970-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z 1000"]
    dear += ["MONITOR + " + ",".join(f"m{n}" for n in range(80)), f"METADATA * SUB {_KEYS}", f"WHOWAS {_GLOB}"]
    dear += ["ISON " + "z " * 200, f"MODE {room} +bbbb {_GLOB}!*@* {_GLOB} a:{_GLOB} b", "MONITOR S", "LUSERS"]
    while True:
        me.send("".join(f"{me.chance.choice(dear)}\r\n" for _ in range(8)))
        me.pause(0.3)


@attack("rooms")
def rooms(me: Hostile) -> None:
    """Makes rooms, gives them topics and lists, and makes more."""
    me.enter()
    number = 0
    while True:
        names = [f"#{me.nick}{number + one}" for one in range(10)]
        number = (number + 10) % 90
        me.send("".join(f"JOIN {name}\r\nTOPIC {name} :{'t' * 200}\r\nMODE {name} +b {name[1:]}\r\n" for name in names))
        me.pause(0.5)


@attack("invitations")
def invitations(me: Hostile) -> None:
    """Bothers the people who chat: invitations, private lines and notices, away and back, new names."""
    room = f"#{me.nick}"
    me.enter(room)
    while True:
        for person in me.ground.target.people:
            me.send(f"INVITE {person} {room}\r\nPRIVMSG {person} :psst\r\nNOTICE {person} :psst\r\nAWAY :x\r\nAWAY\r\n")
        me.pause(0.5)


@attack("logins")
def logins(me: Hostile) -> None:
    """Guesses passwords, and makes accounts, each of which is dear to check."""
    me.connect()
    guess = base64.b64encode(f"\0admin\0{me.nick}".encode()).decode()
    me.send(f"CAP REQ :sasl\r\nNICK {me.nick}\r\nUSER z 0 * :z\r\nAUTHENTICATE PLAIN\r\nAUTHENTICATE {guess}\r\n")
    me.send(f"AUTHENTICATE PLAIN\r\nAUTHENTICATE {'A' * 400}\r\n" * 20)
    me.send(f"CAP END\r\nOPER root {me.nick}\r\nREGISTER * * {me.nick}-password\r\nNS IDENTIFY admin {me.nick}\r\n")
    me.pause(3)


@attack("batches")
def batches(me: Hostile) -> None:
    """Opens what has to be kept until it is closed: batches, labels, tags, messages of many lines."""
    room, tags = me.ground.target.room, "+a=" + "x" * 4000
    me.enter(room, capabilities="batch labeled-response message-tags draft/multiline echo-message server-time")
    while True:
        me.send(f"BATCH +{me.chance.randrange(99)} draft/multiline {room}\r\n")
        me.send(f"@batch=1;{tags[:900]} PRIVMSG {room} :{'y' * 400}\r\n" * 3 + f"@label=l;{tags} TAGMSG {room}\r\n" * 3)
        me.send(f"@label={'l' * 60} WHO {room}\r\nBATCH -1\r\n" + "PING x\r\n" * 20)
        me.pause(0.3)
