"""Accounts: what proves one, how often that may be tried, and what is left of them after a restart."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from inside import StillHouse, Visitor
from scramp import ScramClient

from chatroom.core.refusals import Refused, Why
from chatroom.server import accounts as module
from chatroom.server import passwords
from chatroom.server.accounts import TRIES_OF_ACCOUNT, TRIES_OF_ADDRESS

ALWAYS_ON = {"accounts": {"always_on": "opt-in"}}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[StillHouse]:
    made = StillHouse(tmp_path)
    yield made
    made.history.close()


def owner(house: StillHouse, name: str = "alice", password: str = "teapot", *capabilities: str) -> Visitor:
    """Somebody who has just made an account."""
    return house.irc(name, *capabilities).says(f"REGISTER * * {password}").forgets()


def plain(name: str, password: str) -> str:
    return "AUTHENTICATE " + base64.b64encode(f"\0{name}\0{password}".encode()).decode()


def login(house: StillHouse, nick: str, password: str = "teapot", capabilities: str = "sasl") -> Visitor:
    """A program that logs in to the account of its nick and comes in."""
    visitor = house.visitor("irc").says(f"CAP REQ :{capabilities}", f"NICK {nick}", f"USER {nick} 0 * :{nick.title()}")
    return visitor.says("AUTHENTICATE PLAIN", plain(nick, password), "CAP END")


def try_password(visitor: Visitor, name: str, password: str) -> str:
    """What a try by SASL PLAIN ends in: the numeric and its text."""
    visitor.says("AUTHENTICATE PLAIN").forgets()
    *_, last = visitor.says(plain(name, password)).hears()
    return last.split(" ", 1)[1].replace(" * ", " ").replace(f" {visitor.dialect.nick} ", " ")


FAILED, DONE = "904 :SASL authentication failed", "903 :SASL authentication successful"


# ---- SCRAM-SHA-256


class Scram:
    """The client's side, over a visitor's connection."""

    def __init__(self, visitor: Visitor, name: str, password: str) -> None:
        self.visitor = visitor
        self.client = ScramClient(["SCRAM-SHA-256"], name, password)

    def say(self, text: str) -> list[str]:
        return self.visitor.says("AUTHENTICATE " + (base64.b64encode(text.encode()).decode() if text else "+")).hears()

    def challenge(self) -> str:
        """What the server says to the first message."""
        self.visitor.says("AUTHENTICATE SCRAM-SHA-256").forgets()
        [line] = self.say(self.client.get_client_first())
        return base64.b64decode(line.removeprefix("AUTHENTICATE ")).decode()

    def proof(self) -> list[str]:
        """What it says to the proof."""
        self.client.set_server_first(self.challenge())
        return self.say(self.client.get_client_final())


def salt_of(challenge: str) -> str:
    return dict(part.split("=", 1) for part in challenge.split(","))["s"]


def test_scram_proves_a_password_and_the_server_proves_that_it_knows_it(house: StillHouse) -> None:
    owner(house)
    scram = Scram(house.visitor("irc"), "ALICE", "teapot")
    [line] = scram.proof()
    scram.client.set_server_final(base64.b64decode(line.removeprefix("AUTHENTICATE ")).decode())
    assert [line.split()[1] for line in scram.say("")] == ["900", "903"]
    assert scram.visitor.dialect.account == "alice"


@pytest.mark.parametrize(("name", "password"), [("alice", "coffee"), ("nobody", "teapot")])
def test_who_does_not_know_it_learns_only_that(house: StillHouse, name: str, password: str) -> None:
    owner(house)
    scram = Scram(house.visitor("irc"), name, password)
    [line] = scram.proof()
    assert line.endswith(" 904 * :SASL authentication failed")


def test_a_name_that_is_no_account_has_a_salt_of_its_own_that_stays(tmp_path: Path) -> None:
    salts = []
    for _ in range(2):
        house = StillHouse(tmp_path)
        salts += [salt_of(Scram(house.visitor("irc"), name, "x").challenge()) for name in ("nobody", "NoBody", "else")]
        house.history.close()
    assert salts[0] == salts[1] == salts[3] == salts[4]
    assert salts[2] != salts[0]
    assert len(base64.b64decode(salts[0])) == 16


def test_a_password_that_scram_has_no_form_of_still_logs_in_by_plain(house: StillHouse) -> None:
    """SASLprep knows no character younger than Unicode 3.2."""
    owner(house, password="tea🫖pot")
    assert house.accounts.find("alice").scram == ""
    assert try_password(house.visitor("irc"), "alice", "tea🫖pot") == DONE
    assert try_password(house.visitor("irc"), "alice", "tea pot") == FAILED


@pytest.mark.parametrize("first", ["n,,n=alice", "p=tls-unique,,n=alice,r=x", "n,a=bob,n=alice,r=x", "", "é", "n,,m=x"])
def test_what_is_no_first_message_ends_the_exchange(house: StillHouse, first: str) -> None:
    owner(house)
    visitor = house.visitor("irc").says("AUTHENTICATE SCRAM-SHA-256").forgets()
    assert [line.split()[1] for line in Scram(visitor, "alice", "x").say(first)] == ["904"]
    assert try_password(visitor, "alice", "teapot") == DONE


def test_a_proof_made_before_the_password_was_changed_is_none(house: StillHouse) -> None:
    alice = owner(house)
    scram = Scram(house.visitor("irc"), "alice", "teapot")
    scram.client.set_server_first(scram.challenge())
    alice.says("PASSWORD teapot samovar")
    [line] = scram.say(scram.client.get_client_final())
    assert line.endswith(" 904 * :SASL authentication failed")


# ---- certificates


def test_a_certificate_logs_in_to_the_account_that_knows_it(house: StillHouse) -> None:
    alice = owner(house)
    alice.says(f"CERT add {'ab' * 32}")
    visitor = house.visitor("irc")
    visitor.dialect.is_secure, visitor.dialect.certificate = True, "ab" * 32
    assert "sasl=PLAIN,SCRAM-SHA-256,EXTERNAL" in " ".join(visitor.says("CAP LS 302").hears())
    for response, numeric in [("Ym9i", "904"), ("+", "903"), (base64.b64encode(b"Alice").decode(), "903")]:
        visitor.says("AUTHENTICATE EXTERNAL").forgets()
        assert visitor.says(f"AUTHENTICATE {response}").hears()[-1].split()[1] == numeric


def test_no_certificate_and_a_strange_one_log_in_to_nothing(house: StillHouse) -> None:
    owner(house).says(f"CERT add {'ab' * 32}")
    for shown in ("", "cd" * 32):
        visitor = house.visitor("irc")
        visitor.dialect.is_secure, visitor.dialect.certificate = True, shown
        assert visitor.says("AUTHENTICATE EXTERNAL", "AUTHENTICATE +").hears()[-1].split()[1] == "904"


def test_the_certificate_shown_is_the_one_that_is_added(house: StillHouse) -> None:
    alice = owner(house)
    alice.dialect.certificate = "ab" * 32
    alice.says("CERT add")
    assert house.accounts.of_certificate("ab" * 32).name == "alice"
    alice.says("CERT del")
    assert house.accounts.of_certificate("ab" * 32) is None


def test_an_account_has_room_for_some_certificates(house: StillHouse) -> None:
    alice = owner(house).says(*(f"CERT add {number:064x}" for number in range(20))).forgets()
    assert " FAIL CERT CERTIFICATES_FULL :" in alice.says(f"CERT add {20:064x}").hears()[0]


# ---- tries


def test_too_many_wrong_passwords_have_to_wait(house: StillHouse) -> None:
    owner(house)
    most, pause = TRIES_OF_ADDRESS
    visitor = house.visitor("irc")
    assert [try_password(visitor, f"guess{n}", "x") for n in range(most)] == [FAILED] * most
    waits = f"904 :That was tried too often. Wait {int(pause)} s, then try again."
    assert try_password(visitor, "guess", "x") == waits
    assert try_password(house.visitor("irc"), "alice", "teapot") == waits
    assert " FAIL LOGIN TEMPORARILY_UNAVAILABLE alice :" in house.irc("bob").says("LOGIN alice teapot").hears()[0]
    house.time += int(pause) * 1000
    assert try_password(visitor, "alice", "teapot") == DONE


def test_right_passwords_are_never_too_many(house: StillHouse) -> None:
    owner(house)
    visitor = house.visitor("irc")
    assert {try_password(visitor, "alice", "teapot") for _ in range(50)} == {DONE}


def from_address(house: StillHouse, number: int) -> Visitor:
    visitor = house.visitor("irc")
    visitor.dialect.address = f"192.0.2.{number}"
    return visitor


def test_one_account_is_not_tried_from_everywhere_and_its_owner_is_not_kept_out(house: StillHouse) -> None:
    owner(house)
    assert try_password(from_address(house, 200), "alice", "teapot") == DONE
    most, _ = TRIES_OF_ACCOUNT
    found = [try_password(from_address(house, number), "alice", "x") for number in range(most + 1)]
    assert found[:-1] == [FAILED] * most
    assert found[-1].startswith("904 :That was tried too often")
    assert try_password(from_address(house, 201), "alice", "teapot").startswith("904 :That was tried too often")
    assert try_password(from_address(house, 200), "alice", "teapot") == DONE


def test_scram_counts_as_a_try(house: StillHouse) -> None:
    owner(house)
    visitor = house.visitor("irc")
    for _ in range(TRIES_OF_ADDRESS[0]):
        Scram(visitor, "alice", "coffee").proof()
    [line] = Scram(visitor, "alice", "teapot").proof()
    assert "That was tried too often" in line


def test_accounts_are_not_made_without_end(house: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    house.accounts._new = module.Tries(2, 60.0)
    owner(house), owner(house, "bob")
    [line] = house.irc("carol").says("REGISTER * * teapot").hears()
    assert " FAIL REGISTER TEMPORARILY_UNAVAILABLE carol :" in line
    house.time += 60_000
    assert house.irc("dave").says("REGISTER * * teapot").hears()[-1].split()[1:3] == ["REGISTER", "SUCCESS"]


def test_no_account_costs_what_an_account_does(house: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    owner(house)
    compared: list[str] = []
    verified = passwords.verified
    monkeypatch.setattr(passwords, "verified", lambda known, given: compared.append(known) or verified(known, given))
    for name in ("alice", "nobody", "4", "alice!*@*"):
        assert try_password(house.visitor("irc"), name, "coffee") == FAILED
    costs = {known.rpartition("$")[0].rpartition("$")[0] for known in compared}
    assert (len(compared), costs) == (4, {"$argon2id$v=19$m=8,t=1,p=1"})


def test_a_hash_that_is_nobodys_is_compared_with_and_fits_nothing() -> None:
    from chatroom.server.config import AccountSettings

    settings = AccountSettings(password_memory_kib=8, password_rounds=1)
    assert not passwords.verified(passwords.nobodys(settings), "")
    assert len(passwords.nobodys(settings)) == len(passwords.hashed("teapot", settings))


def test_a_letter_is_the_same_however_it_is_composed(house: StillHouse) -> None:
    owner(house, password="caf\u00e9")
    assert try_password(house.visitor("irc"), "alice", "cafe\u0301") == DONE


# ---- what happens while a password is hashed


def meanwhile(house: StillHouse, deed: Callable[[], Any]) -> None:
    """Have something happen during the next slow work."""

    def offload(function: Callable[..., Any], *arguments: object) -> Any:
        house.server.offload = house.accounts._offload = house.offload
        deed()
        return function(*arguments)

    house.server.offload = house.accounts._offload = offload


def test_who_registers_a_name_first_has_it(house: StillHouse) -> None:
    alice, bob = house.irc("alice"), house.irc("bob")
    meanwhile(house, lambda: bob.says("REGISTER tea * samovar"))
    [line] = alice.says("REGISTER tea * teapot").hears()
    assert " FAIL REGISTER ACCOUNT_EXISTS tea :" in line
    assert try_password(house.visitor("irc"), "tea", "samovar") == DONE


def test_somebody_who_takes_the_name_meanwhile_keeps_it(house: StillHouse) -> None:
    alice = house.irc("alice")
    meanwhile(house, lambda: house.irc("tea"))
    [line] = alice.says("REGISTER tea * teapot").hears()
    assert " FAIL REGISTER USERNAME_EXISTS tea :" in line


@pytest.mark.parametrize(
    "line", ["REGISTER * * teapot", "LOGIN bob samovar", "PASSWORD x teapot", "UNREGISTER samovar"]
)
def test_who_is_gone_meanwhile_gets_nothing(house: StillHouse, line: str) -> None:
    owner(house, "bob", "samovar")
    alice = house.irc("alice")
    if not line.startswith("REG"):
        alice.says("LOGIN bob samovar")
    meanwhile(house, lambda: alice.dialect.close("Ping timeout"))
    alice.says(line)
    assert house.accounts.find("alice") is None
    assert house.chat.user("alice") is None
    assert try_password(house.visitor("irc"), "bob", "samovar") == DONE


def test_who_is_gone_in_the_middle_of_sasl_is_gone(house: StillHouse) -> None:
    owner(house)
    visitor = house.visitor("irc").says("AUTHENTICATE PLAIN").forgets()
    meanwhile(house, lambda: visitor.dialect.close("Ping timeout"))
    assert [line.split()[0] for line in visitor.says(plain("alice", "teapot")).hears()] == ["ERROR"]


def test_an_account_given_up_meanwhile_is_not_logged_in_to(house: StillHouse) -> None:
    alice = owner(house)
    meanwhile(house, lambda: alice.says("UNREGISTER teapot"))
    assert try_password(house.visitor("irc"), "alice", "teapot") == FAILED


def test_a_disk_that_refuses_makes_no_account(house: StillHouse) -> None:
    alice, bob = owner(house), house.irc("bob")
    house.chat.sealed = Refused(Why.DISK)
    for visitor, line in [(bob, "REGISTER * * teapot"), (alice, "PASSWORD teapot samovar"), (alice, "LOGOUT")]:
        assert " 437 " in visitor.says(line).hears()[0]
    assert alice.says("SET multiclient off", f"CERT add {'ab' * 32}", "UNREGISTER teapot").raw().count(b" 437 ") == 3
    house.chat.sealed = None
    assert house.accounts.find("bob") is None
    assert try_password(house.visitor("irc"), "alice", "teapot") == DONE


# ---- after a restart


@pytest.fixture
def again(tmp_path: Path) -> Iterator[Callable[..., StillHouse]]:
    """Starts a server over the same folder, after what another left there; without goodbyes."""
    houses: list[StillHouse] = []

    def start(**settings: str) -> StillHouse:
        if houses:
            houses[-1].turn()
            houses[-1].history.close()
        houses.append(StillHouse(tmp_path, {"accounts": {"always_on": "opt-in"} | settings}))
        return houses[-1]

    yield start
    houses[-1].history.close()


def test_accounts_last(again: Callable[..., StillHouse]) -> None:
    alice = owner(again())
    alice.says("SET multiclient off", f"CERT add {'ab' * 32}")
    house = again()
    account = house.accounts.find("ALICE")
    assert (account.name, account.settings) == ("alice", {"multiclient": "off"})
    assert house.accounts.of_certificate("ab" * 32) is account
    assert try_password(house.visitor("irc"), "alice", "teapot") == DONE
    alice = login(house, "alice")
    alice.says("UNREGISTER teapot")
    assert again().accounts.all() == []


def test_who_stays_is_where_they_were(again: Callable[..., StillHouse]) -> None:
    house = again()
    alice, bob = owner(house), house.irc("bob")
    bob.says("JOIN #den")
    alice.says("SET always-on on", "JOIN #tea", "TOPIC #tea :Leaves", "JOIN #den", "MODE alice +i", "AWAY :asleep")
    bob.says("MODE #den +v alice", "PRIVMSG #den :good night")
    house.time += 60_000
    bob.says("NICK bobby")  # the last that is known of the time before the restart
    house = again()
    user = house.chat.user("alice")
    assert {name: room.members[user] for name, room in user.rooms.items()} == {"#tea": "o", "#den": "v"}
    assert (user.away, list(user.modes), user.who.account, user.outboxes) == ("asleep", ["i"], "alice", [])
    assert house.chat.room("#tea").topic.text == "Leaves"
    assert house.chat.invisible == 1
    lines = login(house, "alice", capabilities="sasl batch server-time").hears()
    assert [line.split()[-1] for line in lines if " JOIN " in line] == ["#tea", "#den"]
    assert "good night" not in " ".join(lines)  # it was said while they were connected
    assert house.chat.user("alice") is user
    assert user.away == ""


def test_what_happens_to_them_meanwhile_lasts_too(again: Callable[..., StillHouse]) -> None:
    house = again()
    alice, bob = owner(house), house.irc("bob")
    bob.says("JOIN #tea", "JOIN #den")
    alice.says("SET always-on on", "JOIN #tea", "JOIN #den", "QUIT :bed")
    house.time += 60_000
    bob.says("KICK #den alice", "MODE #tea +o alice", "PRIVMSG #tea :later")
    house.time += 60_000
    house = again()
    user = house.chat.user("alice")
    assert {name: room.members[user] for name, room in user.rooms.items()} == {"#tea": "o"}
    assert user.away == "*"
    lines = login(house, "alice", capabilities="sasl batch server-time").hears()
    assert "later" in " ".join(lines)


def test_who_stays_no_longer_is_not_there(again: Callable[..., StillHouse]) -> None:
    house = again()
    owner(house).says("SET always-on on", "JOIN #tea", "QUIT")
    assert house.chat.user("alice") is not None
    house = again(always_on="no")
    assert house.chat.user("alice") is None
    assert house.accounts.find("alice").presence is None
    assert again().chat.user("alice") is None


def test_one_person_of_an_account_stays(again: Callable[..., StillHouse]) -> None:
    house = again()
    alice = owner(house)
    tea = login(house, "alice").hears() and house.irc("tea").says("LOGIN alice teapot")
    alice.says("SET always-on on")
    for visitor in (tea, *[alice]):
        visitor.says("QUIT")
    assert house.chat.user("tea") is None
    assert house.chat.user("alice") is not None


def test_the_last_one_who_stays_can_be_one_of_another_name(again: Callable[..., StillHouse]) -> None:
    house = again()
    tea = house.irc("tea").says("REGISTER alice * teapot", "SET always-on on", "JOIN #tea", "QUIT")
    assert tea.is_ended
    user = again().chat.user("tea")
    assert (user.who.account, list(user.rooms)) == ("alice", ["#tea"])


def test_who_stays_already_goes_on_staying_alone(again: Callable[..., StillHouse]) -> None:
    house = again()
    house.irc("tea").says("REGISTER alice * teapot", "SET always-on on", "JOIN #tea", "QUIT")
    login(house, "alice").says("QUIT")
    assert list(house.chat.users) == ["tea"]
    assert list(again().chat.users) == ["tea"]


@pytest.mark.parametrize("line", ["SET always-on off", "UNREGISTER teapot"])
def test_nobody_stays_whose_account_wants_it_no_longer(again: Callable[..., StillHouse], line: str) -> None:
    house = again()
    owner(house).says("SET always-on on", "JOIN #tea", "QUIT")
    bob = house.irc("bob").says("JOIN #tea", "LOGIN alice teapot").forgets().says(line)
    assert " QUIT :Stayed without a connection" in " ".join(bob.hears())
    assert list(house.chat.users) == ["bob"]


@pytest.mark.parametrize("policy", ["yes", "opt-out"])
def test_a_server_may_have_everybody_stay(again: Callable[..., StillHouse], policy: str) -> None:
    house = again(always_on=policy)
    alice = owner(house)
    [line] = [line for line in alice.says("SET always-on off").hears() if "always-on" in line]
    assert ("decided" in line) == (policy == "yes")
    alice.says("JOIN #tea", "QUIT")
    assert (house.chat.user("alice") is not None) == (policy == "yes")


def test_who_is_put_out_by_an_operator_does_not_stay(again: Callable[..., StillHouse]) -> None:
    house = again()
    owner(house).says("SET always-on on", "JOIN #tea", "QUIT")
    house.irc("bob").says("LOGIN alice teapot", "GHOST alice")
    assert house.chat.user("alice") is None
    assert "#tea" not in house.chat.rooms
