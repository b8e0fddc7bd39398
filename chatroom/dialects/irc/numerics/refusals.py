"""Refusals as numerics, or as the standard replies that have taken their place.

Strategy: a refusal is a numeric, the facts that are its parameters, and IRC's customary text; or a FAIL with its code.

Sources: Modern IRC "Numerics"; RFC 2812 section 5 where that is silent; IRCv3 standard-replies.
"""

from __future__ import annotations

from chatroom.core.refusals import Refused, Why

Numeric = tuple[str, ...]  # the number, then its parameters after the nick

REFUSALS: dict[Why, tuple[str, tuple[str, ...], str]] = {
    Why.UNKNOWN_COMMAND: ("421", ("verb",), "Unknown command"),
    Why.USAGE: ("461", ("verb",), "Not enough parameters"),
    Why.TOO_MUCH: ("461", ("verb",), "Too many parameters"),
    Why.NOT_A_NUMBER: ("461", ("verb",), "That is not a number above zero"),
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
    Why.NICK_TAKEN: ("433", ("nick",), "Nickname is already in use"),
    Why.ROOM_BAD: ("403", ("room",), "No such channel: that can't be a channel's name"),
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
    Why.TOO_MANY_ROOMS: ("405", ("room",), "You have joined too many channels"),
    Why.OPERATORS_ONLY: ("482", ("room",), "You're not channel operator"),
    Why.MODERATED: ("404", ("room",), "Cannot send to channel (+m)"),
    Why.BANNED: ("474", ("room",), "Cannot join channel (+b)"),
    Why.BANNED_FROM_SPEAKING: ("404", ("room",), "Cannot send to channel (+b)"),
    Why.OUTSIDERS_SILENT: ("404", ("room",), "Cannot send to channel (+n)"),
    Why.INVITE_ONLY: ("473", ("room",), "Cannot join channel (+i)"),
    Why.KEY_WRONG: ("475", ("room",), "Cannot join channel (+k)"),
    Why.ROOM_FULL: ("471", ("room",), "Cannot join channel (+l)"),
    Why.KEY_BAD: ("525", ("room",), "Key is not well-formed"),
    Why.MODE_UNKNOWN: ("472", ("letter",), "is unknown mode char to me"),
    Why.USER_MODE_UNKNOWN: ("501", (), "Unknown MODE flag"),
    Why.NOT_YOUR_MODES: ("502", (), "Cant change mode for other users"),
    Why.CHANGES_NOTHING: ("400", ("verb",), "That would change nothing"),
    Why.MASK_TOO_LONG: ("696", ("room", "letter", "mask"), "The mask is too long"),
    Why.LIST_FULL: ("478", ("room", "letter"), "Channel list is full"),
    Why.DISK: ("437", ("verb",), "The server can't write to its disk; nothing can be said just now"),
}
# Told as a standard reply instead (IRCv3 standard-replies): the code, and the facts that are its context.
FAILS: dict[Why, tuple[str, tuple[str, ...]]] = {
    Why.NOT_UTF8: ("INVALID_UTF8", ()),
}


def failure(refused: Refused) -> tuple[str, ...]:
    """The parameters of FAIL after the verb, for a refusal that is in FAILS."""
    code, keys = FAILS[refused.why]
    return (code, *(str(refused.facts.get(key, "*")) for key in keys), refused.sentence)


def refusal(refused: Refused, verb: str) -> Numeric:
    """The numeric for a refusal of what `verb` asked."""
    number, keys, text = REFUSALS[refused.why]
    facts = refused.facts | {"verb": verb}
    return (number, *(str(facts.get(key, "*")) for key in keys), text)
