"""One user's session with a server, without I/O: what is known, and what is to be shown and sent.

Strategy: this class holds the state and the few things everything else does with it: send a line, show an event, say
something. What received lines mean stands in `registration`, `talk` and `numerics`, what typed ones mean in
`commands`; both only call what is offered here. A session outlives its links: it is told when one is made and when it
is lost.

Sources: Modern IRC, IRCv3 capability negotiation, echo-message, labeled-response, message-ids.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chatroom.client import multiline
from chatroom.client.events import Event
from chatroom.client.outbox import Outbox, Outgoing
from chatroom.client.pages import Page, given_up
from chatroom.client.roster import Features, Roster
from chatroom.wire.irc import MAX_LINE, Message, format_line, split_text

ONCE = "chatroom/once"  # the capability; as a tag (+chatroom/once) the key by which a message is said once
if TYPE_CHECKING:
    from chatroom.client.face import Face
    from chatroom.client.tagged import Said

_LONGEST_SOURCE = 90  # bytes of nick!user@host, assumed until the server has shown ours
_REMEMBERED = 2000  # message ids, against showing one twice
_MARK_EVERY = 5.0  # seconds between two words to the server on how far the user has read
_LONGEST_HOLD = 30.0  # seconds that talk waits for a server to tell what was missed


@dataclass
class Wish:
    """Who the user wants to be, and where. `must_be_nick`: rather fail than take another nick."""

    nick: str
    rooms: dict[str, str] = field(default_factory=dict)  # name -> key
    username: str = "chat"
    realname: str = ""
    password: str = ""
    must_be_nick: bool = False
    account: str = ""
    account_password: str = ""
    is_private: bool = False  # nobody on the way can read what is sent
    history: int = 0  # messages to be shown of what was said before the first coming
    marks_read: bool = True  # there is somebody who reads what is shown


@dataclass
class Batch:
    """Lines that belong together (IRCv3 batch). `count` and `newest` are of its messages, if it is one of history."""

    type: str
    target: str = ""
    label: str = ""
    count: int = 0
    newest: str = ""
    oldest_time: str = ""


@dataclass
class CatchingUp:
    """One room or person whose history is being read: from where on, and what came live meanwhile and is shown after.

    `after` is a selector (`msgid=...`, `timestamp=...`); empty where only the last few messages are read.
    """

    after: str
    held: list[Message] = field(default_factory=list)


class Session:
    """What this client knows of a server, and what it is about to show and to send."""

    def __init__(self, wish: Wish, outbox: Outbox, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.wish = wish
        self.outbox = outbox
        self.clock = clock
        self.is_registered = False
        self.is_leaving = False
        self.refusal = ""  # why the server will not have this user: a sentence
        self.facing = ""  # where bare words go: a room or a nick
        self.faced_before = ""  # where to turn back to if a room can't be entered
        self.correspondent = ""  # who wrote in private last
        self.wants_motd = True
        self.newest: dict[str, str] = {}  # folded room or nick -> a selector: up to there is no gap
        self.heard_until = ""  # the server's time up to which private talk has no gap
        self.shown_until: dict[str, str] = {}  # folded room or nick -> the time of the newest message shown
        self.read_until: dict[str, str] = {}  # the same -> that of the newest message read (IRCv3 read-marker)
        self.sent_keys: deque[str] = deque(maxlen=_REMEMBERED)  # of messages, see Outgoing
        self.has_read_unread = False  # what people wrote while the user was away, before this client was started
        self._was_in = False  # on an earlier link
        self._marked_at = -_MARK_EVERY
        self._held_since: float | None = None
        self.rooms_listed: list[str] = []
        self._lines: list[str] = []
        self._events: list[Event] = []
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)
        self._seen_set: set[str] = set()
        self.pages: dict[str, Page] = {}  # of history that were asked for, by label
        self.pages_asked = 0
        self.recent: dict[str, Said] = {}  # by message id, the newest last: what can be answered
        self.typing: dict[tuple[str, str], float] = {}  # (folded place, nick) -> until when, in seconds since 1970
        self.tells_typing = False
        self.typing_told_at = 0.0
        self.face: Face | None = None  # what shows the chat, if it can do more than that
        self.server_commands: dict[str, tuple[str, str]] = {}  # name -> usage line and help, as the server has them
        self.link_made()
        self._lines.clear()

    def link_made(self) -> None:
        """A new link: nothing the last server said holds any more. Registration is what `registration.begin` adds."""
        self.nick = self.wish.nick
        self.nicks_tried = 0
        self.source = ""  # our own nick!user@host, once shown
        self.offered: dict[str, str] = {}
        self.capabilities: set[str] = set()
        self.features = Features()
        self.roster = Roster(self.features)
        self.batches: dict[str, Batch] = {}  # by reference
        self.gathering: dict[str, multiline.Gathering] = {}  # messages of several lines, by reference
        self.catching_up: dict[str, CatchingUp] = {}  # by folded room or nick; "": with whom there is private talk
        self.is_logged_in = False
        self.is_back = self._was_in
        self.is_returning = self._was_in  # until all rooms have answered
        self.has_asked_for_private = False
        self._held_since = None
        self.collected: dict[str, list[str]] = {}  # an answer of several lines, until its end
        self.ponged = ""  # the word of the last PONG
        self.closing_words = ""  # what the server said in its ERROR
        self.is_welcomed = False  # all that a server tells a newcomer has been told
        self._lines.clear()

    def link_lost(self, reason: str) -> None:
        """The link is gone. What may have been lost with it is kept, or named where it can't be sent again."""
        was_in, self.is_registered = self.is_registered, False
        self.roster.clear()
        given_up(self)
        self.show("disconnected", text=reason)
        for message in self.outbox.link_lost():
            if self.says_once:
                self.show("waiting", **self._place(message.target), text=message.text, own=True)
        if was_in and not self.says_once:
            self.give_up()

    def give_up(self) -> None:
        """Name what nobody knows the fate of, and forget it: this server might say it twice."""
        for message in self.outbox.give_up():
            self.show("unconfirmed", **self._place(message.target), text=message.text, own=True)

    def let_in(self) -> None:
        """The server has let the user in."""
        self.is_registered = self._was_in = True
        if not self.says_once:
            self.give_up()

    # what goes out

    def send(self, verb: str, *params: str) -> None:
        """Queue one line for the server."""
        self._lines.append(format_line(verb, *params))

    def send_labelled(self, label: str, verb: str, *params: str) -> None:
        """Queue one line whose answer is to carry `label` (IRCv3 labeled-response)."""
        self.send_tagged({"label": label}, verb, *params)

    def send_tagged(self, tags: dict[str, str], verb: str, *params: str) -> None:
        """Queue one line with tags (IRCv3 message-tags)."""
        self._lines.append(format_line(verb, *params, tags=tags))

    def send_raw(self, line: str) -> None:
        """Queue a line as it was typed; only what would make it two lines is taken out."""
        self._lines.append(line.replace("\r", " ").replace("\n", " ").replace("\0", ""))

    def lines_to_send(self, now: float) -> list[str]:
        """The lines that may leave now, without their ends. They are counted as sent."""
        if self.is_registered and not (self.is_leaving or self._is_held(now)):
            for message in self.outbox.take(now):
                self._release(message)
        lines, self._lines = self._lines, []
        return lines

    def _is_held(self, now: float) -> bool:
        """Whether talk waits until all that was missed is read: some of it may be what was said before."""
        if not (self.is_returning or any(state.after for state in self.catching_up.values())):
            return False
        self._held_since = now if self._held_since is None else self._held_since
        return now - self._held_since < _LONGEST_HOLD

    def ask(self, now: float) -> bool:
        """Ask the server for its word on what was sent, if it is time to; whether a PING was queued."""
        word = self.outbox.fence(now, self.echoes) if self.is_registered and not self.is_leaving else None
        if word:
            self.send("PING", word)
        return word is not None

    def say(self, target: str, text: str, verb: str = "PRIVMSG", is_action: bool = False, answers: str = "") -> None:
        """Say `text` to a room or a person, in as many messages as it takes; blank text says nothing.

        `answers`: the id of the message that this is the answer to.
        """
        if not text.strip():
            return
        text = text.encode(errors="replace").decode()  # what the terminal sent may not have been UTF-8
        for piece in self._pieces(target, text, verb, is_action):
            self.outbox.waiting.append(Outgoing(target, piece, verb, is_action, answers=answers))
            if not self.is_registered:
                self.show("waiting", **self._place(target), text=piece, own=True)

    def _pieces(self, target: str, text: str, verb: str, is_action: bool) -> list[str]:
        room = self._room_for_text(target, verb, is_action)
        if verb == "PRIVMSG" and not is_action and multiline.can_send(self):
            return list(multiline.divided(self, text, room))
        lines = [line for line in text.split("\n") if line.strip()]
        return [piece for line in lines for piece in split_text(line, room)]

    def mark_read(self, now: float) -> None:
        """Tell the server how far the user has read: what is shown of the room or person they face."""
        if self.face is not None and not self.face.is_reading:
            return
        folded = self.features.fold(self.facing)
        shown = self.shown_until.get(folded, "")
        if not (self.wish.marks_read and self.is_registered and "draft/read-marker" in self.capabilities):
            return
        is_new = shown > self.read_until.get(folded, "") and folded not in self.catching_up
        if folded and is_new and now - self._marked_at >= _MARK_EVERY:
            self._marked_at = now
            self.read_until[folded] = shown
            self.send("MARKREAD", self.facing, f"timestamp={shown}")

    def quit(self, text: str) -> None:
        """Leave the server for good."""
        if not self.is_leaving:
            self.mark_read(math.inf)
        self.is_leaving = True
        if self.outbox.waiting:
            self.note(f"Lines that were never sent: {len(self.outbox.waiting)}.")
        self.send("QUIT", *([text] if text else []))

    @property
    def says_once(self) -> bool:
        """Whether the server drops a message that it has been sent before."""
        return {ONCE, "message-tags"} <= self.capabilities

    @property
    def echoes(self) -> bool:
        """Whether the server shows a message to who sent it."""
        return "echo-message" in self.capabilities

    def _release(self, message: Outgoing) -> None:
        text = f"\1ACTION {message.text}\1" if message.is_action else message.text
        tags = {"label": message.label} if "labeled-response" in self.capabilities else {}
        if self.says_once:
            tags[f"+{ONCE}"] = message.key
            self.sent_keys.append(message.key)
        if message.answers and "message-tags" in self.capabilities:
            tags["+draft/reply"] = message.answers
        room = self._room_for_text(message.target, message.verb, message.is_action)
        is_long = "\n" in text or len(text.encode()) > room
        if is_long and multiline.can_send(self):
            self._lines += multiline.lines_of(message.target, text, message.label, tags, room)
        else:
            lines = text.split("\n")
            self._lines += [format_line(message.verb, message.target, line, tags=tags) for line in lines]
        if not self.echoes:
            self.show_own(message)

    def show_own(self, message: Outgoing) -> None:
        """Show what the user said, where the server does not."""
        self.show(_type_of(message), **self._place(message.target), nick=self.nick, text=message.text, own=True)

    def _room_for_text(self, target: str, verb: str, is_action: bool) -> int:
        """Bytes left for text in a line, as the server will pass it on with our source before it (RFC 1459: 512)."""
        source = self.source or "s" * _LONGEST_SOURCE
        return MAX_LINE - len(f":{source} {verb} {target} :".encode()) - (9 if is_action else 0)

    def _place(self, target: str) -> dict[str, Any]:
        """The `room` or `target` of an event about something said to `target`."""
        bare = self.features.split_prefixes(target)[1]  # "@#tea": the operators of #tea
        return {"room": bare} if self.features.is_room(bare) else {"target": target}

    # what is shown

    def show(self, type: str, message: Message | None = None, **facts: Any) -> None:
        """Queue one event; its time, its msgid and whether it is old come from the `message` it tells of."""
        if message:
            facts.setdefault("msgid", message.tags.get("msgid", ""))
            facts.setdefault("replayed", self.is_replayed(message))
        event = Event(type=type, time=self._time(message), **facts)
        page = self.page_of(message) if message else None
        (self._events if page is None else page.events).append(event)

    def note(self, text: str, **facts: Any) -> None:
        """Show something the client itself has to say."""
        self.show("note", text=text, **facts)

    def error(self, text: str, **facts: Any) -> None:
        """Show that something did not work: what happened, and what to type next."""
        self.show("error", text=text, **facts)

    def events_to_show(self) -> list[Event]:
        """The events since the last call."""
        events, self._events = self._events, []
        return events

    def _time(self, message: Message | None) -> datetime:
        stamp = message.tags.get("time", "") if message else ""
        try:
            time = datetime.fromisoformat(stamp) if stamp else self.clock()
        except ValueError:
            time = self.clock()
        return time if time.tzinfo else time.replace(tzinfo=UTC)

    # what is known

    def is_me(self, nick: str) -> bool:
        """Whether `nick` is this user."""
        return self.is_same(nick, self.nick)

    def is_same(self, one: str, other: str) -> bool:
        """Whether two names are the same to this server."""
        return self.features.fold(one) == self.features.fold(other)

    def is_replayed(self, message: Message) -> bool:
        """Whether `message` is from history (IRCv3 batch, type chathistory)."""
        return self._batch(message).type == "chathistory"

    def batch_of(self, message: Message) -> Batch:
        """The batch that `message` is part of; an empty one for none."""
        return self._batch(message)

    def label_of(self, message: Message) -> str:
        """The label of the line that `message` answers, its own or its batch's; empty if there is none."""
        return message.tags.get("label", "") or self._batch(message).label

    def page_of(self, message: Message) -> Page | None:
        """The page of history that `message` is of, if it was asked for as one."""
        return self.pages.get(self._batch(message).label) if self.pages else None

    def _batch(self, message: Message) -> Batch:
        return self.batches.get(message.tags.get("batch", "")) or Batch("")

    def is_repeated(self, message: Message) -> bool:
        """Whether a message of this id was seen before; it counts as seen from here on."""
        msgid = message.tags.get("msgid", "")
        if not msgid or msgid in self._seen_set:
            return bool(msgid)
        if len(self._seen) == _REMEMBERED:
            self._seen_set.discard(self._seen[0])
        self._seen.append(msgid)
        self._seen_set.add(msgid)
        return False

    @property
    def was_in(self) -> bool:
        """Whether the server has let the user in, on this link or an earlier one."""
        return self._was_in

    @property
    def is_settled(self) -> bool:
        """Whether the server has let the user in, and answered for every room the user wants to be in."""
        return self.is_registered and all(self.roster.room(name) for name in self.wish.rooms)

    def faced_room(self) -> str:
        """The room the user faces; empty if that is nobody's, or a person."""
        return self.facing if self.features.is_room(self.facing) else ""


def _type_of(message: Outgoing) -> str:
    if message.verb == "NOTICE":
        return "notice"
    return "action" if message.is_action else "message"


def nick_of(source: str) -> str:
    """The nick in `nick!user@host`, or the server's name."""
    return source.partition("!")[0].partition("@")[0] if "!" in source else source
