"""One of each: every kind of event, every class of reply. A test holds that none is missing."""

from __future__ import annotations

from chatroom.core import events as ev
from chatroom.core import replies as re_
from chatroom.core.events import Change, Event, Manner, Record, Who
from chatroom.core.replies import Reply
from chatroom.core.room import Listed, Room, Topic
from chatroom.core.user import User

ALICE, BOB = Who("alice", "al", "a.guest"), Who("bob", "bo", "b.guest", "bobby")
ESCAPE = "\x1b[31m"  # what a terminal must never get, in every place where people's own words stand
NOON = 1_795_348_800_000

EVENTS: list[Event] = [
    ev.Entered(ALICE, "Alice Liddell"),
    ev.Quit(ALICE, f"tea{ESCAPE}"),
    ev.Renamed(ALICE, "alicia"),
    ev.AwayChanged(ALICE, "tea"),
    ev.AwayChanged(ALICE, ""),
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
    ev.Tagged(ALICE, "#tea", (("+draft/react", "🍵"),)),
    ev.TaggedTo(ALICE, BOB, (("+draft/react", "🍵"),)),
    ev.Redacted(ALICE, "#tea", 5, "1-5", f"oops{ESCAPE}"),
    ev.AccountChanged(ALICE, "alice"),
    ev.AccountChanged(ALICE, ""),
    ev.Opened(ALICE, "#tea"),
    ev.Closed(ALICE, "#tea"),
    ev.Joined(ALICE, "#tea", "Alice Liddell"),
    ev.Left(ALICE, "#tea", f"tea{ESCAPE}"),
    ev.Left(ALICE, "#tea"),
    ev.Kicked(ALICE, "#tea", "bob", f"no coffee{ESCAPE}"),
    ev.Kicked(ALICE, "#tea", "bob"),
    ev.Invited(ALICE, "#tea", "bob"),
    ev.TopicChanged(ALICE, "#tea", f"Leaves{ESCAPE}"),
    ev.TopicChanged(ALICE, "#tea", ""),
    ev.ModesChanged(
        ALICE, "#tea", (Change(True, "o", "bob"), Change(True, "b", f"leaf{ESCAPE}!*@*"), Change(False, "t"))
    ),
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
    tea = room(alice, bob)
    page = re_.Page("#tea", [Record(7, NOON, ev.Said(ALICE, "#tea", f"hello{ESCAPE}"), ("#tea",))], "tail", True)
    entry = re_.HelpEntry("topic [room] [text...]", "Show what a room is about, or say it.", "Rooms", ("t",))
    return [
        re_.Welcomed(alice),
        page,
        re_.Page("#tea", [], "last"),
        re_.Page(f"tea{ESCAPE}", [], "search"),
        re_.Page(f"tea{ESCAPE}", page.records, "search", True),
        re_.RoomShown(tea, page),
        re_.HasLeft("#tea", None),
        re_.HasLeft("#den", tea),
        re_.NamesShown(tea),
        re_.TopicShown(tea),
        re_.RoomsShown([tea]),
        re_.PeopleShown("", [alice, bob]),
        re_.PeopleShown(f"al*{ESCAPE}", [alice, bob]),
        re_.PeopleShown("#tea", [alice, bob], tea),
        re_.PeopleShown(f"#tea{ESCAPE}", []),
        re_.PersonShown(bob, [tea], 7, True),
        re_.IgnoredShown(["bob"]),
        re_.IgnoreChanged("bob", True),
        re_.IgnoreChanged("bob", False),
        re_.AwayMarked("tea"),
        re_.AwayMarked(""),
        re_.AwayMarked("", False),
        re_.IsAway(bob),
        re_.InviteSent(tea, "bob"),
        re_.ModesShown(tea, True),
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
        re_.Goodbye("enough"),
    ]
