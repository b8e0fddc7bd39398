"""Refusals as numerics, or as the standard replies that have taken their place.

Strategy: a refusal is a numeric, the facts that are its parameters, and IRC's customary text; or a FAIL with its code.

Sources: Modern IRC "Numerics"; RFC 2812 section 5 where that is silent; IRCv3 standard-replies.
"""

from __future__ import annotations

from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.hints import as_typed

Numeric = tuple[str, ...]  # the number, then its parameters after the nick

REFUSALS: dict[Why, tuple[str, tuple[str, ...], str]] = {
    Why.UNKNOWN_COMMAND: ("421", ("verb",), "Unknown command"),
    Why.USAGE: ("461", ("verb",), "Not enough parameters"),
    Why.TOO_MUCH: ("461", ("verb",), "Too many parameters"),
    Why.NOT_A_NUMBER: ("461", ("verb",), "That is not a number above zero"),
    Why.NOT_A_SPAN: ("461", ("verb",), "That is no length of time: try 30s, 10m, 2h or 1d"),
    Why.NOT_A_TIME: ("461", ("verb",), "That is no time: try 14:00, 2026-11-22 or 90m"),
    Why.LINE_TOO_LONG: ("417", (), "Input line was too long"),
    Why.TEXT_MISSING: ("412", (), "No text to send"),
    Why.TEXT_TOO_LONG: ("417", (), "Input line was too long"),
    Why.NOT_ENTERED: ("451", (), "You have not registered"),
    Why.ALREADY_ENTERED: ("462", (), "You may not reregister"),
    Why.PASSWORD_WRONG: ("464", (), "Password incorrect"),
    Why.NICK_MISSING: ("431", (), "No nickname given"),
    Why.NICK_TOO_LONG: ("432", ("nick",), "Erroneous nickname: too long"),
    Why.NICK_BAD: ("432", ("nick",), "Erroneous nickname"),
    Why.NICK_RESERVED: ("432", ("nick",), "Erroneous nickname: kept for the server"),
    Why.NICK_LOOKS_ALIKE: ("433", ("nick",), "Nickname looks like somebody else's"),
    Why.NICK_TAKEN: ("433", ("nick",), "Nickname is already in use"),
    Why.USERNAME_BAD: ("468", (), "Your username is not valid"),
    Why.NICK_OWN: ("433", ("nick",), "Nickname is in use by another connection of yours"),
    Why.NICK_REGISTERED: ("433", ("nick",), "Nickname is registered: log in to its account, or take another"),
    Why.ROOM_BAD: ("476", ("room",), "Bad channel mask: that can't be a channel's name"),
    Why.ROOM_TOO_LONG: ("403", ("room",), "No such channel: the name is too long"),
    Why.NO_SUCH_ROOM: ("403", ("room",), "No such channel"),
    Why.NO_SUCH_PERSON: ("401", ("nick",), "No such nick/channel"),
    Why.NO_ROOM: ("442", ("verb",), "You're in no channel"),
    Why.NOT_MEMBER: ("442", ("room",), "You're not on that channel"),
    Why.ALREADY_MEMBER: ("443", ("nick", "room"), "is already on channel"),
    Why.PERSON_NOT_MEMBER: ("441", ("nick", "room"), "They aren't on that channel"),
    Why.NOBODY_TO_ANSWER: ("411", (), "No recipient given (nobody has written to you yet)"),
    Why.GONE: ("401", ("nick",), "They have left"),
    Why.NOT_YOURSELF: ("401", ("verb",), "That would be yourself"),
    Why.NOT_IGNORED: ("401", ("nick",), "You are not ignoring them"),
    Why.TOO_MANY_TARGETS: ("407", ("target",), "Too many targets"),
    Why.TOO_OFTEN: ("263", ("verb",), "You did that too often; wait {seconds} s and try again"),
    Why.REPEATED: ("404", ("room",), "Cannot send to channel: said again and again; wait {seconds} s"),
    Why.NAMES_TOO_MANY: ("404", ("room",), "Cannot send to channel: too many names, too often; wait {seconds} s"),
    Why.ROOM_CROWDED: ("437", ("room",), "Too many come into that channel just now; wait {seconds} s and try again"),
    Why.TOO_MANY_ROOMS: ("405", ("room",), "You have joined too many channels"),
    Why.NOBODY_WAS: ("406", ("nick",), "There was no such nickname"),
    Why.GUESTS_UNHEARD: ("477", ("nick",), "You must be logged in to an account to message this user (+R)"),
    Why.ACCEPT_FULL: ("456", (), "Accept list is full"),
    Why.ACCEPTED_ALREADY: ("457", ("nick",), "is already on your accept list"),
    Why.NOT_ACCEPTED: ("458", ("nick",), "is not on your accept list"),
    Why.OPERATORS_ONLY: ("482", ("room",), "You're not channel operator"),
    Why.FOUNDERS_ONLY: ("482", ("room",), "You're not channel founder"),
    Why.OUTRANKED: ("482", ("room",), "Their privileges on the channel are not below yours"),
    Why.MODERATED: ("404", ("room",), "Cannot send to channel (+m){terms}"),
    Why.BANNED: ("474", ("room",), "Cannot join channel (+b){terms}"),
    Why.BANNED_FROM_SPEAKING: ("404", ("room",), "Cannot send to channel (+b){terms}"),
    Why.MUTED: ("404", ("room",), "Cannot send to channel (+b m:){terms}"),
    Why.TOO_SOON: ("404", ("room",), "Cannot send to channel (+W): wait {wait}"),
    Why.NICK_HELD: ("435", ("nick", "room"), "Cannot change nickname while muted or banned on channel"),
    Why.BANS_YOU: ("400", ("verb",), "That fits yourself"),
    Why.NOT_BANNED: ("400", ("verb", "room"), "They are not banned"),
    Why.NOT_MUTED: ("400", ("verb", "room"), "They are not muted"),
    Why.NOT_LOCKED: ("400", ("verb", "room"), "That channel is not locked"),
    Why.LOCKED_ALREADY: ("400", ("verb", "room"), "That would change nothing"),
    Why.NOT_SLOWED: ("400", ("verb", "room"), "That channel is not slowed"),
    Why.NOT_ALLOWED: ("400", ("verb", "room"), "They are not on that list"),
    Why.WHOM_TO_BAN: ("401", ("who",), "No such nick/channel"),
    Why.GUESTS_SILENT: ("404", ("room",), "Cannot send to channel (+M)"),
    Why.NO_CTCP: ("404", ("room",), "Cannot send to channel (+C)"),
    Why.CTCP_UNHEARD: ("531", ("nick",), "You can't send CTCP to this person (+T)"),
    Why.OUTSIDERS_SILENT: ("404", ("room",), "Cannot send to channel (+n)"),
    Why.INVITE_ONLY: ("473", ("room",), "Cannot join channel (+i){terms}"),
    Why.KEY_WRONG: ("475", ("room",), "Cannot join channel (+k)"),
    Why.ROOM_FULL: ("471", ("room",), "Cannot join channel (+l)"),
    Why.ROOM_FOR_ACCOUNTS: ("477", ("room",), "Cannot join channel (+R): you need to be logged in to an account"),
    Why.ROOM_FOR_OPERATORS: ("520", ("room",), "Cannot join channel (+O)"),
    Why.KEY_BAD: ("525", ("room",), "Key is not well-formed"),
    Why.MODE_UNKNOWN: ("472", ("letter",), "is unknown mode char to me"),
    Why.MODE_VALUE_BAD: ("696", ("room", "letter", "value"), "Invalid mode parameter"),
    Why.MODE_OF_SERVER: ("468", ("room",), "Only the server sets that mode"),
    Why.USER_MODE_UNKNOWN: ("501", (), "Unknown MODE flag"),
    Why.NOT_YOUR_MODES: ("502", (), "Cant change mode for other users"),
    Why.CHANGES_NOTHING: ("400", ("verb",), "That would change nothing"),
    Why.MASK_TOO_LONG: ("696", ("room", "letter", "mask"), "The mask is too long"),
    Why.LIST_FULL: ("478", ("room", "letter"), "Channel list is full"),
    Why.REGISTERED_ALREADY: ("400", ("verb", "room"), "That channel is registered already"),
    Why.NOT_REGISTERED: ("400", ("verb", "room"), "That channel is not registered"),
    Why.NOT_YOURS: ("482", ("room",), "You're not channel founder"),
    Why.TOO_MANY_OWNED: ("400", ("verb", "room"), "You have registered too many channels"),
    Why.NO_SUCH_ACCOUNT: ("401", ("account",), "No such account"),
    Why.TOO_MANY_GRANTS: ("400", ("verb", "room"), "Too many accounts have privileges on that channel"),
    Why.PRIVILEGES_BAD: ("696", ("room", "word", "word"), "Not a privilege"),
    Why.SERVER_OPERATORS_ONLY: ("481", (), "Permission Denied- You're not an IRC operator"),
    Why.CODE_WRONG: ("491", (), "That code makes nobody an operator: it counts once"),
    Why.OFFICE_SO: ("400", ("verb",), "That would change nothing"),
    Why.LAST_OFFICE: ("400", ("verb",), "The server needs an operator: name another first"),
    Why.BARRED: ("465", (), "You are banned from this server{terms}.{appeal}"),
    Why.NOT_BARRED: ("400", ("verb",), "They are not banned from the server"),
    Why.BAR_BAD: ("415", ("mask",), "Bad server/host mask"),
    Why.BARS_FULL: ("400", ("verb",), "Too many are banned from the server"),
    Why.OPER_REFUSED: ("491", (), "No appropriate operator blocks were found for your host"),
    Why.NO_SUCH_SERVER: ("402", ("server",), "No such server"),
    Why.NO_HELP: ("524", ("subject",), "No help available on this topic"),
    Why.NO_ADMIN: ("423", ("server",), "No administrative info available"),
    Why.TOKEN_ACTION: ("461", ("verb",), "Not enough parameters: add, remove or list"),
    Why.TOKEN_TAKEN: ("433", ("name",), "Nickname is already in use"),
    Why.NO_SUCH_TOKEN: ("401", ("name",), "No such token"),
    Why.TOO_MANY_TOKENS: ("400", ("verb", "room"), "Too many tokens on that channel"),
    Why.NOT_RELOADED: ("400", ("verb",), "The configuration was not read again; the log says why"),
    Why.DISK: ("437", ("verb",), "The server can't write to its disk; nothing can be said just now"),
}
# Told as a standard reply instead (IRCv3 standard-replies): the code, and the facts that are its context.
FAILS: dict[Why, tuple[str, tuple[str, ...]]] = {
    Why.RELAYED_BAD: ("INVALID_NICK", ()),
    Why.RELAY_OPERATORS_ONLY: ("PRIVS_NEEDED", ()),
    Why.NOT_UTF8: ("INVALID_UTF8", ()),
    Why.ACCOUNTS_CLOSED: ("DISALLOWED", ("account",)),
    Why.ACCOUNT_BAD: ("BAD_ACCOUNT_NAME", ("account",)),
    Why.ACCOUNT_EXISTS: ("ACCOUNT_EXISTS", ("account",)),
    Why.ACCOUNT_HELD: ("USERNAME_EXISTS", ("account",)),
    Why.ACCOUNT_NAMELESS: ("NEED_NICK", ("account",)),
    Why.ENTER_FIRST: ("COMPLETE_CONNECTION_REQUIRED", ("account",)),
    Why.EMAIL_BAD: ("INVALID_EMAIL", ("account",)),
    Why.CODE_BAD: ("INVALID_CODE", ("account",)),
    Why.PASSWORD_WEAK: ("WEAK_PASSWORD", ("account",)),
    Why.PASSWORD_BAD: ("UNACCEPTABLE_PASSWORD", ("account",)),
    Why.LOGGED_IN_ALREADY: ("ALREADY_AUTHENTICATED", ("account",)),
    Why.TOO_MANY_TRIES: ("TEMPORARILY_UNAVAILABLE", ("account",)),
    Why.LOGIN_WRONG: ("INVALID_CREDENTIALS", ("account",)),
    Why.NOT_LOGGED_IN: ("ACCOUNT_REQUIRED", ()),
    Why.NOT_YOUR_NAME: ("NOT_YOUR_NAME", ("nick",)),
    Why.SETTING_UNKNOWN: ("SETTING_UNKNOWN", ("setting",)),
    Why.SETTING_VALUE: ("SETTING_VALUE", ("setting", "value")),
    Why.SETTING_DECIDED: ("SETTING_DECIDED", ("setting",)),
    Why.CERTIFICATE_MISSING: ("CERTIFICATE_MISSING", ()),
    Why.CERTIFICATE_BAD: ("CERTIFICATE_BAD", ()),
    Why.CERTIFICATE_TAKEN: ("CERTIFICATE_TAKEN", ()),
    Why.CERTIFICATES_FULL: ("CERTIFICATES_FULL", ()),
    Why.CERTIFICATE_UNKNOWN: ("CERTIFICATE_UNKNOWN", ()),
    Why.ROOM_NAME_TAKEN: ("CHANNEL_NAME_IN_USE", ("room", "name")),
    Why.ROOM_NOT_RENAMED: ("CANNOT_RENAME", ("room", "name")),
    Why.MULTILINE_INVALID: ("MULTILINE_INVALID", ()),
    Why.MULTILINE_TARGET: ("MULTILINE_INVALID_TARGET", ("target", "provided")),
    Why.MULTILINE_BYTES: ("MULTILINE_MAX_BYTES", ("limit",)),
    Why.MULTILINE_LINES: ("MULTILINE_MAX_LINES", ("limit",)),
    Why.PRIVATE_UNKEPT: ("ACCOUNT_REQUIRED", ()),
    Why.REDACT_TARGET: ("INVALID_TARGET", ("target",)),
    Why.REDACT_UNKNOWN: ("UNKNOWN_MSGID", ("target", "msgid")),
    Why.REDACT_FORBIDDEN: ("REDACT_FORBIDDEN", ("target", "msgid")),
    Why.MARKER_MISSING: ("NEED_MORE_PARAMS", ()),
    Why.MARKER_PARAMS: ("INVALID_PARAMS", ("word",)),
    Why.MARKERS_FULL: ("INTERNAL_ERROR", ("target",)),
    Why.HISTORY_INCOMPLETE: ("NEED_MORE_PARAMS", ("subcommand",)),
    Why.HISTORY_SUBCOMMAND: ("UNKNOWN_COMMAND", ("subcommand",)),
    Why.HISTORY_PARAMS: ("INVALID_PARAMS", ("subcommand",)),
    Why.HISTORY_TARGET: ("INVALID_TARGET", ("subcommand", "target")),
    Why.HISTORY_POSITION: ("MESSAGE_ERROR", ("subcommand", "target")),
    Why.REALNAME_BAD: ("INVALID_REALNAME", ()),
    Why.HOST_BAD: ("INVALID_HOST", ("host",)),
    Why.METADATA_TARGET: ("INVALID_TARGET", ("target",)),
    Why.METADATA_OWN: ("INVALID_TARGET", ("target",)),
    Why.METADATA_KEY: ("INVALID_KEY", ("key",)),
    Why.METADATA_VALUE: ("INVALID_VALUE", ("key",)),
    Why.METADATA_DENIED: ("KEY_NO_PERMISSION", ("target", "key")),
    Why.METADATA_FULL: ("LIMIT_REACHED", ("target", "limit")),
    Why.METADATA_SUBSCRIPTIONS: ("LIMIT_REACHED", ("key", "limit")),
    Why.METADATA_PARAMS: ("INVALID_PARAMS", ("subcommand",)),
}

# Those for which IRC has only numerics that mean something else: a program that knows any FAIL is told their own name.
UNNUMBERED = frozenset(
    (
        *(Why.TOO_MUCH, Why.NOT_A_NUMBER, Why.NOT_A_TIME, Why.NO_ROOM, Why.NOBODY_TO_ANSWER, Why.GONE),
        *(Why.NOT_YOURSELF, Why.NOT_IGNORED, Why.CHANGES_NOTHING, Why.NOT_RELOADED, Why.DISK),
    )
)
ABOUT_THE_LINE = frozenset((Why.LINE_TOO_LONG, Why.NOT_UTF8))  # itself, whatever it says


def failure(refused: Refused) -> tuple[str, ...]:
    """The parameters of FAIL after the verb, for a refusal that is in FAILS or UNNUMBERED."""
    code, keys = FAILS.get(refused.why, (refused.why.name, ()))
    return (code, *(str(refused.facts.get(key, "*")) for key in keys), as_typed(refused.sentence))


def refusal(refused: Refused, verb: str) -> Numeric:
    """The numeric for a refusal of what `verb` asked."""
    number, keys, text = REFUSALS[refused.why]
    facts = refused.facts | {"verb": verb}
    return (number, *(str(facts.get(key, "*")) for key in keys), refused.filled(text))
