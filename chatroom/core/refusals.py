"""Every reason for a refusal, each with the sentence a person reads.

Strategy: a handler raises `Refused(Why.X, ...)` and thinks no further. The sentence says what happened and what to
type next; IRC's numeric for the same reason stands in `dialects.irc.numerics`. A test holds that none lacks either.
"""

from __future__ import annotations

from enum import Enum


class Why(Enum):
    """A reason, its value the sentence; the words in braces are given when it is raised."""

    # the words themselves
    UNKNOWN_COMMAND = "There is no /{command}.{hint} /help lists what there is."
    USAGE = "That is not enough for /{command}. Type: /{usage}"
    TOO_MUCH = "That is too much for /{command}, which has no use for {word}. Type: /{usage}"
    NOT_A_NUMBER = "{word} is not a number above zero. Type: /{usage}"
    NOT_A_TIME = "{word} is no time I know. Try 14:00, yesterday, 2026-11-22, 2026-11-22T14:00 or 90m (so long ago)."
    NOT_UTF8 = "That was not UTF-8 text, so it was not sent. Set your terminal to UTF-8 and try again."
    LINE_TOO_LONG = "That line was longer than {limit} bytes, so it was not sent. Send it in pieces."
    TEXT_MISSING = "There was nothing to send."
    TEXT_TOO_LONG = "That was longer than {limit} bytes, so it was not sent. Send it in pieces."
    NOT_ENTERED = "First type the name you want to be known by."
    ALREADY_ENTERED = "You are here already. /nick gives you another name."
    PASSWORD_WRONG = "This server asks for a password, and that was not it. Type it and press Enter."

    # nicks
    NICK_MISSING = "Type the name you want to be known by."
    NICK_TOO_LONG = "{nick} is too long for a name; {limit} characters at most. Try a shorter one."
    NICK_BAD = "{nick} can't be a name here: letters first, then also digits and - _ [ ] {{ }} \\ | ^ `. Try another."
    NICK_RESERVED = "{nick} is kept for the server. Try another name."
    NICK_TAKEN = "Somebody is called {nick} already. Try {suggestion}, or another name."

    # rooms and people
    ROOM_BAD = "{room} can't be a room's name: it begins with # and has no spaces or commas. Try #tea."
    ROOM_TOO_LONG = "{room} is too long for a room's name; {limit} characters at most."
    NO_SUCH_ROOM = "There is no room {room}. /rooms lists those there are; /join {room} makes it."
    NO_SUCH_PERSON = "There is nobody called {nick} here.{hint} /who lists the people who are."
    NO_ROOM = "You are in no room. /rooms lists them, /join #name goes there."
    NOT_MEMBER = "You are not in {room}. /join {room} goes there."
    ALREADY_MEMBER = "{nick} is in {room} already."
    PERSON_NOT_MEMBER = "{nick} is not in {room}. /names lists who is."
    NOBODY_TO_ANSWER = "Nobody has written to you in private yet. /msg <nick> <text> begins."
    GONE = "{nick}, who wrote to you last, has left."
    NOT_YOURSELF = "That would be talking to yourself."
    NOT_IGNORED = "You are not ignoring {nick}. /ignore lists whom you are."
    TOO_MANY_TARGETS = "That is more than {limit} at once. Take fewer."
    TOO_MANY_ROOMS = "You are in {limit} rooms, which is the most. /part leaves one."

    # what a room permits
    OPERATORS_ONLY = "Only an operator of {room} may do that. /names shows them with @."
    MODERATED = "{room} is moderated: only operators and those with a voice speak there now."
    BANNED = "You are banned from {room}."
    BANNED_FROM_SPEAKING = "You are banned in {room} and can't speak there."
    OUTSIDERS_SILENT = "Only people in {room} may speak there. /join {room} goes there."
    INVITE_ONLY = "{room} is for invited people. Ask one of its operators: /msg <nick> let me in"
    KEY_WRONG = "{room} has a key, and that was not it. Type: /join {room} <key>"
    ROOM_FULL = "{room} is full. Try again when somebody has left."
    KEY_BAD = "{key} can't be a key: no spaces, commas or control characters, 1 to {limit} characters."
    CHANGES_NOTHING = "That would change nothing: {nick} has it so in {room} already. /names shows who has what."
    MODE_UNKNOWN = "{letter} is no mode of a room."
    USER_MODE_UNKNOWN = "There is no such user mode."
    NOT_YOUR_MODES = "You can change your own modes only."
    MASK_TOO_LONG = "That mask is too long for a list of {room}; {limit} bytes at most. Try * for a part of it."
    LIST_FULL = "That list of {room} is full ({limit}). Take something off it first."

    # the server
    DISK = "The server can't write to its disk, so nothing can be said just now. It tries again every second."

    @property
    def sentence(self) -> str:
        """The sentence, words in braces not yet filled."""
        return str(self.value)


class Refused(Exception):
    """A person asked for what they may not have; nothing has changed. `facts` fill the sentence and the numeric.

    What takes long to find out is a fact whose `__str__` does so: then it is found out only where it is told.
    """

    def __init__(self, why: Why, **facts: object) -> None:
        super().__init__(why.name)
        self.why = why
        self.facts = facts

    @property
    def sentence(self) -> str:
        """The reason in words, for a person."""
        return self.why.sentence.format_map(_Blank(self.facts))


class _Blank(dict[str, object]):
    """Facts that were not given read as nothing."""

    def __missing__(self, key: str) -> str:
        return ""
