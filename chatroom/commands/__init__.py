"""What a person may do: one table, filled by the modules imported here in the order of /help."""

from chatroom.commands import talk, rooms, registered, people, metadata, history  # noqa: F401, I001
from chatroom.commands import moderation, bans, locks, tokens, audit, accounts, server  # noqa: F401
from chatroom.commands import offices, operators, bars  # noqa: F401
