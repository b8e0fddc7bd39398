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
    NOT_A_SPAN = "{word} is no length of time. Try 30s, 10m, 2h or 1d; a reason comes after it. Type: /{usage}"
    NOT_A_TIME = "{word} is no time I know. Try 14:00, yesterday, 2026-11-22, 2026-11-22T14:00 or 90m (so long ago)."
    NOT_UTF8 = "That was not UTF-8 text, so it was not sent. Set your terminal to UTF-8 and try again."
    LINE_TOO_LONG = "That line was longer than {limit} bytes, so it was not sent. Send it in pieces."
    TEXT_MISSING = "There was nothing to send."
    TEXT_TOO_LONG = "That was longer than {limit} bytes, so it was not sent. Send it in pieces."
    MULTILINE_INVALID = "That was no message of several lines, so it was not sent. Send it again, whole."
    MULTILINE_TARGET = "A message of several lines goes to one place, not to {target} and {provided}. It was not sent."
    MULTILINE_BYTES = "That message was longer than {limit} bytes, so it was not sent. Send it in pieces."
    MULTILINE_LINES = "That message had more than {limit} lines, so it was not sent. Send it in pieces."
    NOT_ENTERED = "First type the name you want to be known by."
    ALREADY_ENTERED = "You are here already. /nick gives you another name."
    PASSWORD_WRONG = "This server asks for a password, and that was not it. Type it and press Enter."

    # nicks
    NICK_MISSING = "Type the name you want to be known by."
    NICK_TOO_LONG = "{nick} is too long for a name; {limit} characters at most. Try a shorter one."
    NICK_BAD = "{nick} can't be a name here: letters first, then also digits and - _ [ ] {{ }} \\ | ^ `. Try another."
    NICK_RESERVED = "{nick} is kept for the server and who runs it. Try another name."
    NICK_LOOKS_ALIKE = "{nick} looks like {other}, who is somebody else. Try another name."
    NICK_TAKEN = "Somebody is called {nick} already. Try {suggestion}, or another name."

    NICK_OWN = "{nick} is you, by another connection. /ghost {nick} ends that one; then the name is free."
    NICK_REGISTERED = (
        "{nick} is registered. If that is you: /login {nick} <password>, then /nick {nick}. If not, take another name."
    )

    USERNAME_BAD = "Nothing in that can be a username: letters, digits and . _ - are."

    # accounts
    ACCOUNTS_CLOSED = "New accounts are made by whoever runs this server. Ask there for {account}."
    ACCOUNT_BAD = "There can't be an account {account}: {problem}"
    ACCOUNT_EXISTS = "{account} is registered already. If that was you: /login {account} <password>"
    ACCOUNT_HELD = "Somebody else is called {account} just now, so you can't register that name. Try another."
    ACCOUNT_NAMELESS = "First take the name you want to register."
    ENTER_FIRST = "First come in, then register {account}."
    EMAIL_BAD = "{email} can't be an e-mail address. None is needed: put * in its place."
    CODE_BAD = "There is nothing to verify: an account of this server is complete as soon as it is made."
    PASSWORD_WEAK = "That password is too easy to guess: {limit} characters at least, and not the name itself."
    PASSWORD_BAD = "That can't be a password: {limit} bytes at most, and no control characters."
    LOGGED_IN_ALREADY = "You are logged in as {account} already. /logout ends that."
    LOGIN_WRONG = "That is not the password of {account}, or there is no such account."
    NOT_LOGGED_IN = "You are not logged in. /login <name> <password>; /register <password> makes an account."
    NO_SUCH_ACCOUNT = "There is no account {account}."
    TOO_MANY_TRIES = "That was tried too often. Wait {seconds} s, then try again."
    NOT_YOUR_NAME = "{nick} is neither the name of your account {account} nor somebody logged in to it."
    SETTING_UNKNOWN = "There is no setting {setting}. These are: {settings}."
    SETTING_VALUE = "{value} can't be the value of {setting}: it is on or off."
    SETTING_DECIDED = "{setting} is {value} for everybody here: whoever runs this server decided that."
    CERTIFICATE_MISSING = "This connection shows no TLS certificate. Connect with one, or give its SHA-256 fingerprint."
    CERTIFICATE_BAD = "That is no SHA-256 fingerprint: it has 64 hexadecimal digits."
    CERTIFICATE_TAKEN = "That certificate opens an account already."
    CERTIFICATES_FULL = "Your account has {limit} certificates, which is the most. Remove one first."
    CERTIFICATE_UNKNOWN = "That certificate does not open your account. /cert lists those that do."

    # rooms and people
    ROOM_BAD = "{room} can't be a room's name: it begins with # and has no spaces or commas. Try #tea."
    ROOM_LOOKS_ALIKE = "{room} looks like {other}, which is another room: /join {other}. Try another name."
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
    TOO_OFTEN = "You did that too often just now. Wait {seconds} s, then try again."
    REPEATED = "That was said in {room} again and again. Say something else, or wait {seconds} s."
    NAMES_TOO_MANY = "That names too many people, once too often. Wait {seconds} s, or name fewer."
    ROOM_CROWDED = "Too many come into {room} just now. Wait {seconds} s, then try again."
    TOO_MANY_ROOMS = "You are in {limit} rooms, which is the most. /part leaves one."

    NOBODY_WAS = "Nobody has been called {nick} lately."
    REALNAME_BAD = "A real name has 1 to {limit} bytes, so yours is what it was. Type: /setname Alice Liddell"
    HOST_BAD = "{host} can't be shown as a host: letters, digits and . - : / only, at most {limit}."
    GUESTS_UNHEARD = "{nick} hears only people with an account in private. /register makes you one, /login takes yours."
    ACCEPTED_ALREADY = "You hear {nick} already. /accept lists whom."
    NOT_ACCEPTED = "{nick} is not on your list. /accept shows it."
    ACCEPT_FULL = "Your list is full ({limit}). /accept -<nick> takes somebody off it."

    # what is said of people and rooms
    METADATA_TARGET = "There is neither somebody nor a room called {target}."
    METADATA_KEY = "{key} can't be a key: small letters, digits and _ . / - only, at most {limit}."
    METADATA_VALUE = "That is too long for {key}; {limit} bytes at most."
    METADATA_OWN = "Only you yourself can be meant here: write * in place of {target}."
    METADATA_DENIED = "What is said of {target} is for {who} to change."
    METADATA_FULL = "More than {limit} things can't be said of {target}. /undescribe takes one back."
    METADATA_SUBSCRIPTIONS = "You can follow {limit} keys, so {key} and those after it are not among them."
    METADATA_PARAMS = "That is no use of METADATA: a target, then GET LIST SET CLEAR SUB UNSUB SUBS or SYNC."

    # history
    PRIVATE_UNKEPT = "Private talk is kept for those with an account. /register makes you one, /login takes yours."
    REDACT_TARGET = "{target} is no room you are in. /join {target} goes there."
    REDACT_UNKNOWN = "There is nothing like that to be taken back in {target}, or no longer."
    REDACT_FORBIDDEN = "Only who said that may take it back, and operators of a room."
    MARKER_MISSING = "That is not enough: a room or a person, and timestamp= up to when it was read."
    MARKER_PARAMS = "{word} is no time. Such a one is: timestamp=2026-11-22T12:00:00.000Z"
    MARKERS_FULL = "You have marked what you read in {limit} places, which is the most, so {target} is not among them."
    HISTORY_INCOMPLETE = "{subcommand} takes more than that."
    HISTORY_SUBCOMMAND = "There is no {subcommand}; there are LATEST, BEFORE, AFTER, AROUND, BETWEEN and TARGETS."
    HISTORY_PARAMS = "{word} can't stand there."
    HISTORY_TARGET = "There is no history of {target} that you may read."
    SEARCH_PARAMS = "Nothing can be found by {word}."
    HISTORY_POSITION = "There is no message {word}, or none any more."

    # what a room permits
    OPERATORS_ONLY = "Only an operator of {room} may do that. /names shows them with @; /who * o: who runs the server."
    FOUNDERS_ONLY = "Only a founder of {room} may do that. /names shows them with ~."
    OUTRANKED = "{nick} may do as much in {room} as you, or more. /names shows who may do more than that."
    MODERATED = "{room} is moderated: only operators and those with a voice speak there now{terms}."
    BANNED = "You are banned from {room}{terms}. Its operators can take that back: /names {room} shows them with @."
    BANNED_FROM_SPEAKING = "You are banned in {room} and can't speak there{terms}. /names shows its operators with @."
    MUTED = "You are muted in {room}{terms}. You can read on; /names shows with @ who can take that back."
    TOO_SOON = "{room} is slowed: each says something once in {every}. Wait {wait}."
    NICK_HELD = "You can't change your name while you are muted or banned in {room}. /part {room} first."
    BANS_YOU = "That fits you, too. Name somebody else, or more of the mask: nick!*@host"
    NOT_BANNED = "{who} is not banned from {room}. /bans lists who is."
    NOT_MUTED = "{who} is not muted in {room}. /bans lists who is."
    NOT_LOCKED = "{room} is not locked. /lock has only voices speak, /lockdown lets nobody new in."
    LOCKED_ALREADY = "{room} is so already, until somebody takes it back: /unlock"
    NOT_SLOWED = "{room} is not slowed. /slow 30s lets everybody say something once in 30 s."
    NOT_ALLOWED = "{who} is not on the list of {room}. /allow shows it."
    WHOM_TO_BAN = "Nobody called {who} is here, or was lately.{hint} A mask is written *!*@host, an account a:name."
    GUESTS_SILENT = "In {room} only people with an account speak. /register makes you one, /login takes yours."
    NO_CTCP = "{room} takes no questions from program to program, so that was not sent."
    CTCP_UNHEARD = "{nick} takes no questions from program to program, so that was not sent."
    OUTSIDERS_SILENT = "Only people in {room} may speak there. /join {room} goes there."
    INVITE_ONLY = "{room} is for invited people{terms}. Ask one of its operators: /msg <nick> let me in"
    KEY_WRONG = "{room} has a key, and that was not it. Type: /join {room} <key>"
    ROOM_FULL = "{room} is full. Try again when somebody has left."
    ROOM_FOR_ACCOUNTS = "{room} is for people with an account. /register makes you one, /login takes yours."
    ROOM_FOR_OPERATORS = "{room} is for operators of the server."
    KEY_BAD = "{key} can't be a key: no spaces, commas or control characters, 1 to {limit} characters."
    RELAYED_BAD = "{nick} can't be the name of somebody in another place: it needs a {mark}, as in alice{mark}matrix."
    RELAY_OPERATORS_ONLY = "Only an operator of {room} may pass on what others say elsewhere."
    CHANGES_NOTHING = "That would change nothing: {nick} has it so in {room} already. /names shows who has what."
    MODE_UNKNOWN = "{letter} is no mode of a room."
    MODE_VALUE_BAD = "Mode {letter} of {room} takes {expected}, and that was something else."
    MODE_OF_SERVER = "Mode {letter} of {room} is the server's to set: /claim and /release do it."
    USER_MODE_UNKNOWN = "There is no such user mode."
    NOT_YOUR_MODES = "You can change your own modes only."
    MASK_TOO_LONG = "That mask is too long for a list of {room}; {limit} bytes at most. Try * for a part of it."
    LIST_FULL = "That list of {room} is full ({limit}). Take something off it first."
    ROOM_NAME_TAKEN = "There is a room called {name} already."
    ROOM_NOT_RENAMED = "{room} can't be called {name}: {problem}"

    # rooms that belong to somebody
    REGISTERED_ALREADY = "{room} belongs to somebody already. /access {room} says to whom."
    NOT_REGISTERED = "{room} belongs to nobody. /claim {room} makes it yours."
    NOT_YOURS = "{room} is not yours. /access {room} says whose it is."
    TOO_MANY_OWNED = "You own {limit} rooms, which is the most. /release gives one up."
    TOO_MANY_GRANTS = "{limit} accounts have something in {room}, which is the most. /access {room} shows them."
    PRIVILEGES_BAD = "{word} is not something to have in a room. The letters are: {letters}; - is nothing."

    # the server
    SERVER_OPERATORS_ONLY = (
        "Only an operator of the server may do that. /oper <name> <password> or /admin <code> makes you one."
    )
    CODE_WRONG = (
        "That code makes nobody an operator: it counts once, and is printed when the server starts while it has none. "
        "An operator makes others with /admin add <account>; or log in to such an account: /login <name> <password>."
    )
    OFFICE_SO = "{account} has it so already. /admin lists who runs the server."
    LAST_OFFICE = "{account} is the last who runs the server. First name another: /admin add <account>"
    BARRED = "You are banned from {network}{terms}.{appeal}"
    NOT_BARRED = "{who} is not banned from the server. /serverbans lists who is."
    BAR_BAD = "{mask} can't be a mask here. Try 192.0.2.7, 192.0.2.0/24, a:bob or bob!*@*"
    BARS_FULL = "{limit} are banned from the server, which is the most. /serverunban takes one back."
    OPER_REFUSED = "That is no operator's name and password."
    NO_SUCH_SERVER = "There is no server {server} here; this one stands alone."
    NO_HELP = "There is no help on {subject}.{hint} /help lists what there is."
    NO_ADMIN = "Nobody has said who runs this server."
    TOKEN_ACTION = 'That can\'t be done with tokens. Try "/token add <name> {room}", "remove <name>" or "list".'
    TOKEN_TAKEN = "{name} is the name of somebody, or of another token. Choose another."
    NO_SUCH_TOKEN = "There is no token {name} in {room}. /token list {room} shows those there are."
    TOO_MANY_TOKENS = "{room} has {limit} tokens, which is the most. /token remove takes one back."
    NOT_RELOADED = "The configuration was not read again: {problem}"
    CLOAK_KEPT = "The key could not be written, so the old one holds: {problem}"
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
        return self.filled(self.why.sentence)

    def filled(self, sentence: str) -> str:
        """`sentence` with the facts in their places."""
        return sentence.format_map(_Blank(self.facts))


class _Blank(dict[str, object]):
    """Facts that were not given read as nothing."""

    def __missing__(self, key: str) -> str:
        return ""
