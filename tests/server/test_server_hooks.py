"""Scripts: posting to a room, and reading it, by a token."""

from __future__ import annotations

import http.client
import json
import re
from itertools import islice

import pytest
from running import PATIENCE

from chatroom.core.tokens import digest_of

WEB = {"listen": ["http://127.0.0.1:0"]}


@pytest.fixture
def web(start_server):
    return start_server(web=WEB)


class Script:
    """Asks one server with one token."""

    def __init__(self, server, secret=""):
        self.server, self.secret = server, secret

    def ask(self, method, path, body=None, **headers):
        client = http.client.HTTPConnection("127.0.0.1", self.server.doors["http"], timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            named["Authorization"] = f"Bearer {self.secret}"
        client.request(method, path, body, named)
        return client.getresponse()

    def post(self, body, room="tea", **headers):
        answer = self.ask("POST", f"/hook/{room}", body, **headers)
        return answer.status, json.loads(answer.read())

    def events(self, after="", room="tea", **headers):
        return self.ask("GET", f"/rooms/{room}/events?after={after}", **headers)


def token(operator, name="deploy", room="#tea"):
    operator.send(f"/token add {name} {room}")
    operator.expect("with this token")
    return operator.expect(r"^   (\S{43})$")[1]


@pytest.fixture
def alice(web):
    alice = web.plain("alice")
    alice.send("/join #tea")
    alice.expect("You are in #tea|You are now in|#tea")
    return alice


@pytest.fixture
def script(web, alice):
    return Script(web, token(alice))


def lines(answer):
    """The events of a stream, one after the other."""
    while line := answer.readline():
        if line.strip():
            yield json.loads(line)


def said_in(answer):
    return (event for event in lines(answer) if event["kind"] == "said")


# ---- posting


def test_text_becomes_a_message_by_that_name(web, alice, script):
    bob = web.irc("bob", "message-tags").join("#tea")
    status, answer = script.post("grün\n".encode())
    assert (status, answer["room"], answer["name"]) == (201, "#tea", "deploy")
    alice.expect("deploy: grün$")
    line = bob.expect(r"^(@\S+) :deploy!hook@\S+ PRIVMSG #tea :grün$")[1]
    assert f"msgid={answer['msgid']}" in line
    assert re.search(r"[@;](draft/)?bot[; ]", f"{line} ")


def test_json_says_how(alice, script):
    assert script.post(json.dumps({"text": "waves", "manner": "action"}), Content_Type="application/json")[0] == 201
    alice.expect(r"\* deploy waves")


@pytest.mark.parametrize("room", ["%23tea", "TEA"])
def test_a_room_may_be_written_in_full_and_in_any_case(script, room):
    assert script.post("hello", room)[0] == 201


def test_several_lines_are_one_message(alice, script):
    assert script.post("one\r\ntwo\n")[0] == 201
    alice.expect("deploy: one")
    alice.expect(r"^  \| two")


@pytest.mark.parametrize(
    ("body", "headers", "status", "error"),
    [
        ("", {}, 422, "text_missing"),
        ("x" * 5000, {}, 422, "text_too_long"),
        (b"\xff", {}, 400, "body"),
        ("a\0b", {}, 422, "text"),
        ("{", {"Content_Type": "application/json"}, 400, "body"),
        ("[]", {"Content_Type": "application/json"}, 422, "body"),
        ('{"text": 7}', {"Content_Type": "application/json; charset=utf-8"}, 422, "body"),
        ('{"text": "x", "manner": "shout"}', {"Content_Type": "application/json"}, 422, "body"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(script, body, headers, status, error):
    answered, answer = script.post(body, **headers)
    assert (answered, answer["error"]) == (status, error)
    assert answer["message"]


def test_without_a_token_nothing_is_said(web, alice):
    for secret in ("", "wrong"):
        answer = Script(web, secret).ask("POST", "/hook/tea", "hello")
        assert (answer.status, answer.getheader("WWW-Authenticate")) == (401, 'Bearer realm="chat"')


def test_a_token_is_for_one_room(web, script):
    web.plain("bob")
    assert script.post("hello", "lobby")[1]["message"] == "This token is for #tea."


def test_other_methods_are_refused(script):
    answer = script.ask("GET", "/hook/tea")
    assert (answer.status, answer.getheader("Allow")) == (405, "POST")


def test_a_token_that_was_taken_back_is_none(alice, script):
    alice.send("/token remove deploy")
    alice.expect("Nobody speaks in #tea as deploy any more")
    assert script.post("hello")[0] == 401


def test_the_same_key_says_it_once(web, alice, script):
    first = script.post("hello", Idempotency_Key="a")
    again = script.post("hello", Idempotency_Key="a")
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert script.post("hello", Idempotency_Key="b")[1] != first[1]
    status, answer = script.post("other", Idempotency_Key="a")
    assert (status, answer["error"]) == (422, "key_used")
    assert len([line for line in alice.fence() if "deploy: hello" in line]) == 2


def test_too_much_is_put_off(start_server):
    server = start_server(web=WEB, limits={"rate": 0.01, "burst": 10})
    alice = server.plain("alice")
    alice.send("/join #tea")
    script = Script(server, token(alice))
    assert [script.post("hello")[0] for _ in range(11)] == [201] * 10 + [429]
    answer = script.ask("POST", "/hook/tea", "hello")
    assert int(answer.getheader("Retry-After")) > 50


def test_guessing_is_slowed_down(web, alice):
    wrong = Script(web, "wrong")
    statuses = [wrong.ask("POST", "/hook/tea", "x").status for _ in range(25)]
    assert (statuses[0], statuses[-1]) == (401, 429)


# ---- tokens


def test_only_operators_of_the_room_make_tokens(web, alice):
    bob = web.plain("bob")
    bob.send("/join #tea", "/token add mine #tea", "/token list #tea")
    bob.expect("operator")
    bob.expect("operator")


def test_a_name_is_for_one(web, alice, script):
    alice.send("/token add deploy", "/token add alice")
    alice.expect("^-- deploy is the name of somebody, or of another token")
    alice.expect("^-- alice is the name of somebody")
    alice.send("/token list #tea")
    alice.expect("^   deploy, made by alice")
    carol = web.irc()
    carol.send("NICK Deploy", "USER c 0 * :c")
    carol.expect(" 433 ")


def test_a_token_outlives_a_restart_where_the_room_does(web):
    alice = web.plain("alice")
    web.irc("oper")
    alice.send("/register tea for two", "/join #tea", "/claim")
    alice.expect("#tea belongs to alice now")
    script = Script(web, token(alice))
    first = script.post("hello", Idempotency_Key="a")[1]
    assert digest_of(script.secret).encode() in (web.data / "chatroom.db-wal").read_bytes()
    assert script.secret.encode() not in (web.data / "chatroom.db-wal").read_bytes()
    web.kill9()
    web.start()
    assert script.post("hello", Idempotency_Key="a") == (200, first)
    assert script.post("after")[0] == 201


def test_a_room_that_closes_takes_its_tokens_with_it(web, alice, script):
    alice.send("/part")
    alice.fence()
    assert script.post("hello")[0] == 401


# ---- listening


def test_what_was_said_and_what_is_said(alice, script):
    alice.send("before")
    alice.fence()
    events = lines(script.events(0))
    kinds = [next(events)["kind"]]
    while kinds[-1] != "said":
        said = next(events)
        kinds.append(said["kind"])
    assert (said["text"], said["who"]["nick"], said["room"]) == ("before", "alice", "#tea")
    assert "token" not in kinds
    alice.send("after")
    later = next(events)
    assert (later["text"], later["number"] > said["number"]) == ("after", True)


def test_a_stream_goes_on_where_it_ended(alice, script):
    numbers = [script.post(f"message {n}")[1]["number"] for n in range(5)]
    answer = script.events(Last_Event_ID=str(numbers[2]), Accept="text/event-stream")
    assert answer.getheader("Content-Type") == "text/event-stream"
    text = b""
    while b"message 4" not in text:
        text += answer.readline()
    ids = re.findall(rb"^id: (\d+)$", text, re.MULTILINE)
    assert [int(one) for one in ids] == numbers[3:]
    assert b"event: said\n" in text


def test_without_a_number_only_what_comes(alice, script):
    alice.send("before")
    alice.fence()
    answer = script.events()
    answer.readline()
    alice.send("after")
    assert next(lines(answer))["text"] == "after"


def test_a_stream_ends_with_its_token(alice, script):
    answer = script.events(0)
    assert next(lines(answer))["kind"] == "joined"
    alice.send("/token remove deploy")
    assert list(lines(answer)) == []


def test_a_number_that_is_none(script):
    answer = script.events("x")
    assert (answer.status, json.loads(answer.read())["error"]) == (400, "after")


def test_a_reader_who_takes_nothing_holds_nobody_up(start_server):
    server = start_server(web=WEB)
    alice = server.plain("alice")
    alice.send("/join #tea")
    script = Script(server, token(alice))
    deaf, heard = script.events(0), script.events()
    for _ in range(20):
        alice.send(*["x" * 1000] * 100)
        alice.fence()
    assert len(list(islice(said_in(heard), 2000))) == 2000
    assert len(list(islice(said_in(deaf), 2000))) == 2000
