"""One of each: every kind of event, every class of reply. A test holds that none is missing."""

from __future__ import annotations

from chatroom.core import account_replies as acc
from chatroom.core import events as ev
from chatroom.core import order_replies as order
from chatroom.core import replies as re_
from chatroom.core import token_replies as tr
from chatroom.core.account import Account
from chatroom.core.events import Change, Event, Manner, Record, Who
from chatroom.core.gone import Gone
from chatroom.core.listed import Listed
from chatroom.core.replies import Reply
from chatroom.core.room import Grant, Room, Topic
from chatroom.core.tokens import Token
from chatroom.core.user import User

ALICE, BOB = Who("alice", "al", "a.guest"), Who("bob", "bo", "b.guest", "bobby")
ESCAPE = "\x1b[31m"  # what a terminal must never get, in every place where people's own words stand
DEEDS = (ev.Kicked, ev.ModesChanged, ev.RoomRenamed, ev.Registered, ev.Granted, ev.Killed, ev.Announced, ev.Barred)
HUSHED = ((False, False), (True, False), (False, True))  # whether by a ban, and whether it is over
NOON = 1_795_348_800_000

EVENTS: list[Event] = [
    ev.Entered(ALICE, "Alice Liddell"),
    ev.Quit(ALICE, f"tea{ESCAPE}"),
    ev.Renamed(ALICE, "alicia"),
    ev.AwayChanged(ALICE, "tea"),
    ev.AwayChanged(ALICE, ""),
    ev.RealnameChanged(ALICE, f"Alice{ESCAPE}"),
    ev.HostChanged(ALICE, "alice", "alice.example.net"),
    ev.MetadataChanged(ALICE, "alice", "url", f"https://example.net{ESCAPE}"),
    ev.RoomMetadataChanged(ALICE, "#tea", "url", f"https://example.net{ESCAPE}"),
    ev.Accepted(ALICE, "bob"),
    ev.Unaccepted(ALICE, "bob"),
    ev.UserModesChanged(ALICE, (Change(True, "i"), Change(False, "w"))),
    ev.Faced(ALICE, "#tea"),
    ev.Faced(ALICE, ""),
    ev.Ignored(ALICE, "bob"),
    ev.Unignored(ALICE, "bob"),
    ev.Told(ALICE, BOB, f"hello 🍵{ESCAPE}"),
    ev.Told(ALICE, BOB, "waves", Manner.ACTION),
    ev.Said(ALICE, "#tea", 'hello "you" \\ ö'),
    ev.Said(ALICE, "#tea", "beep", Manner.NOTICE),
    ev.Said(ALICE, "#tea", "one\ntwo", tags=(("+draft/reply", "1-3"),), cuts=(1,)),
    ev.Told(ALICE, BOB, "one\ntwo"),
    ev.Said(ALICE, "#tea", "yes", tags=(("+draft/reply", "1-3"),), answers="bob"),
    ev.Tagged(ALICE, "#tea", (("+draft/react", f"🍵{ESCAPE}"),), "bob"),
    ev.TaggedTo(ALICE, BOB, (("+draft/react", "🍵"),)),
    ev.Redacted(ALICE, "#tea", 5, "1-5", f"oops{ESCAPE}"),
    ev.Redacted(ALICE, "#tea", 5, "1-5", to="@"),
    ev.Redacted(ALICE, "bob", 5, "1-5", kept=("=alice =bobby", "=bobby =alice")),
    ev.ReadMarked(ALICE, "#tea", NOON),
    ev.Announced(ALICE, f"tea at five{ESCAPE}"),
    ev.Announced(ALICE, "tea at five", True),
    ev.Killed(ALICE, "bob", f"spam{ESCAPE}"),
    ev.Ghosted(ALICE, "bob"),
    ev.AccountChanged(ALICE, "alice"),
    ev.AccountChanged(ALICE, ""),
    ev.TokenChanged(ALICE, "#tea", "deploy", "1f"),
    ev.Opened(ALICE, "#tea"),
    ev.Closed(ALICE, "#tea"),
    ev.Joined(ALICE, "#tea", "Alice Liddell"),
    ev.Left(ALICE, "#tea", f"tea{ESCAPE}"),
    ev.Left(ALICE, "#tea"),
    ev.Kicked(ALICE, "#tea", "bob", f"no coffee{ESCAPE}"),
    ev.Kicked(ALICE, "#tea", "bob"),
    ev.Invited(ALICE, "#tea", "bob"),
    ev.InviteSeen(ALICE, "#tea", "bob"),
    ev.RoomRenamed(ALICE, "#tea", "#chai", f"spices{ESCAPE}"),
    ev.RoomRenamed(ALICE, "#tea", "#chai"),
    ev.Registered(ALICE, "#tea", "alice"),
    ev.Granted(ALICE, "#tea", "bobby", "ov"),
    ev.Said(ALICE, "#tea", "between us", to="@"),
    ev.Barred(ALICE, "192.0.2.0/24", f"spam{ESCAPE}", 600, f"bob{ESCAPE}"),
    ev.Unbarred(ALICE, "192.0.2.0/24", f"sorry{ESCAPE}", "bob"),
    ev.OfficeChanged(ALICE, "bobby", True),
    ev.TopicChanged(ALICE, "#tea", f"Leaves{ESCAPE}"),
    ev.TopicChanged(ALICE, "#tea", ""),
    ev.ModesChanged(
        ALICE, "#tea", (Change(True, "o", "bob"), Change(True, "b", f"leaf{ESCAPE}!*@*"), Change(False, "t"))
    ),
    ev.ModesChanged(ALICE, "#tea", (Change(True, "b", "m:*!*@b.guest"),), f"spam{ESCAPE}", 600, f"bob{ESCAPE}"),
]


def user(who: Who = ALICE) -> User:
    made = User(who, who.nick, who.nick.title() + ESCAPE, NOON)
    made.away = f"gone{ESCAPE}"
    return made


def room(*members: User) -> Room:
    """#tea with a topic, a ban, and `members`, the first of them its operator."""
    made = Room("#tea", "#tea", NOON)
    made.open(NOON)
    made.topic = Topic(f"Leaves{ESCAPE}", ALICE.mask, NOON)
    made.lists["b"]["coffee!*@*"] = Listed(f"coffee{ESCAPE}!*@*", ALICE.mask, NOON)
    for member in members:
        made.members[member] = "" if made.members else "ov"
        member.rooms[made.folded] = made
    return made


def replies() -> list[Reply]:
    alice, bob = user(), user(BOB)
    tea, owned = room(alice, bob), room(alice)
    owned.founder, owned.founder_name, owned.grants["bobby"] = "alice", "alice", Grant("bobby", "ov")
    muted = room(alice)
    muted.lists["b"] = {"m:b!*@*": Listed("m:b!*@*", ALICE.mask, NOON, f"spam{ESCAPE}", NOON + 60_000, f"bob{ESCAPE}")}
    muted.lists["I"] = {"a:bob": Listed("a:bob", ALICE.mask, NOON)}
    page = re_.Page("#tea", [Record(7, NOON, ev.Said(ALICE, "#tea", f"hello{ESCAPE}"), ("#tea",))], "tail", True)
    entry = re_.HelpEntry("topic [room] [text...]", "Show what a room is about, or say it.", "Rooms", ("t",))
    return [
        re_.Welcomed(alice),
        page,
        re_.Page("#tea", [], "last"),
        re_.Page(f"tea{ESCAPE}", [], "search"),
        re_.Page(f"tea{ESCAPE}", page.records, "search", True),
        re_.Page("bob", [Record(7, NOON, ev.Told(ALICE, BOB, f"hello{ESCAPE}"), ("@bob",))], "private", True),
        re_.Page(f"bob{ESCAPE}", [], "private"),
        re_.MarkerShown(f"#tea{ESCAPE}", NOON),
        re_.MarkerShown("#tea", 0),
        re_.RoomShown(tea, page),
        re_.HasLeft("#tea", None),
        re_.HasLeft("#den", tea),
        re_.BecameOperator(),
        re_.Reloaded(),
        re_.AdminShown(f"Alice <alice@example.net>{ESCAPE}"),
        re_.NamesShown(tea),
        re_.TopicShown(tea),
        re_.TopicKept(tea),
        re_.Forwarded("#tea", "#den"),
        re_.InvitationsShown([tea]),
        re_.InvitationsShown([]),
        re_.OwnerChanged(tea, "alice"),
        re_.OwnerChanged(tea, ""),
        tr.TokenMade(tea, "deploy", "secret"),
        tr.TokenRemoved(tea, "deploy"),
        tr.TokensShown(tea, [Token("deploy", tea, "1f", ALICE.mask, NOON)]),
        tr.TokensShown(tea, []),
        re_.AccessShown(tea),
        re_.AccessShown(owned),
        re_.AccessChanged(owned, "bobby", "ov"),
        re_.AccessChanged(owned, "bobby", ""),
        re_.RoomsShown([tea]),
        re_.PeopleShown("", [alice, bob]),
        re_.PeopleShown(f"al*{ESCAPE}", [alice, bob]),
        re_.PeopleShown("#tea", [alice, bob], tea),
        re_.PeopleShown(f"#tea{ESCAPE}", []),
        re_.PersonShown(bob, [tea], 7, True),
        re_.PeopleShown("bob", [bob], None, alice, "%tcuihsnfdlaor,7", NOON),
        re_.PastShown("bob", [Gone("bob", BOB, f"Bob{ESCAPE}", "127.0.0.1", False, NOON)], True),
        re_.RealnameMarked(f"Alice{ESCAPE}"),
        re_.HostMarked("bob", "bob.example.net"),
        re_.AcceptedShown(["bob"]),
        re_.AcceptedShown([]),
        re_.AcceptChanged("bob", True),
        re_.AcceptChanged("bob", False),
        re_.MetadataShown("bob", {"url": f"https://example.net{ESCAPE}"}),
        re_.MetadataShown("bob", {}),
        re_.MetadataMarked("bob", "url", f"https://example.net{ESCAPE}"),
        re_.MetadataMarked("bob", "url", ""),
        re_.MetadataCleared("bob", ["url"]),
        re_.IgnoredShown(["bob"]),
        re_.IgnoreChanged("bob", True),
        re_.IgnoreChanged("bob", False),
        re_.AwayMarked("tea"),
        re_.AwayMarked("tea", is_seen=False),
        re_.AwayMarked(""),
        re_.AwayMarked("", False),
        re_.IsAbsent("bob"),
        re_.Skipped(NOON, NOON + 1000),
        re_.SaidBefore(None),
        re_.IsAway(bob),
        re_.InviteSent(tea, "bob"),
        re_.ModesShown(tea, True),
        order.BansShown(tea, NOON),
        order.AuditShown("#tea", []),
        order.AuditShown("#tea", [Record(7, NOON, event, ("!",)) for event in EVENTS if type(event) in DEEDS], True),
        order.BarsShown([], NOON),
        order.BarsShown([Listed("a:bob", ALICE.mask, NOON, f"spam{ESCAPE}", NOON + 60_000, "bob")], NOON),
        *(order.OrderTold(event) for event in EVENTS if isinstance(event, ev.Barred | ev.Unbarred | ev.OfficeChanged)),
        order.OrderTold(ev.Unbarred(Who("chat.example.net", "", ""), "192.0.2.7")),
        order.OrderTold(ev.OfficeChanged(ALICE, "bobby", False)),
        order.OfficesShown([], ["root"]),
        order.CloakRotated(),
        order.PrivacyShown({"rooms": "What is said is kept, for good, and whoever is there may read all of it."}),
        order.OfficesShown(["alice", "bobby"], []),
        order.OfficeGiven("bob", ""),
        order.OfficeGiven("bob", "bobby"),
        order.BansShown(room(), NOON),
        order.BansShown(muted, NOON),
        order.AllowedShown(muted, NOON),
        *(order.Hushed(ev.ModesChanged(ALICE, "#tea", (), f"spam{ESCAPE}", 600), *how) for how in HUSHED),
        order.Hushed(ev.ModesChanged(ALICE, "#tea", ()), False, False),
        *(re_.ListShown(tea, letter) for letter in tea.lists),
        re_.UserModesShown(alice),
        re_.HelpShown([entry]),
        re_.HelpShown([entry], "topic"),
        re_.HelpShown([entry], re_.EVERYTHING),
        re_.MotdShown(["Be kind."]),
        re_.MotdShown([]),
        re_.CountsShown(2, 1, 0, 1, 3),
        re_.StatusShown({"people": "2"}),
        re_.VersionShown("chatroom 1"),
        re_.UptimeShown(7, NOON),
        re_.TimeShown(NOON),
        acc.RoomResumed(tea, page),
        acc.RoomResumed(tea, re_.Page("#tea", [], "tail"), [alice]),
        acc.HeldBack(),
        acc.MissedTalk("bob", [Record(8, NOON, ev.Told(BOB, ALICE, f"psst{ESCAPE}"), ("=a =b",))]),
        acc.UnreadTalk([acc.Unread(f"bob{ESCAPE}", 1, 3), acc.Unread("carol", 2, 30)]),
        acc.AccountMade("alice"),
        acc.AccountGone("alice"),
        acc.LoggedIn("alice"),
        acc.LoggedIn("bob"),
        acc.LoggedOut("bob"),
        acc.PasswordChanged("bob"),
        acc.CertificatesShown(["ab" * 32]),
        acc.AccountShown(Account("bobby", certificates=("ab" * 32,), created=NOON), [bob], True),
        acc.AccountShown(Account("bobby", created=NOON), [bob], False),
        acc.SettingsShown({"multiclient": "on", "always-on": "off"}),
        acc.SettingsShown({"multiclient": "on"}, True),
        acc.GhostGone("alice"),
        acc.GhostGone("bob"),
        re_.Goodbye("enough"),
    ]
