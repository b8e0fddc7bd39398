"""What a person may do: one table, filled by the modules imported here in the order of /help."""

from chatroom.commands import talk, rooms, people, history, moderation, server  # noqa: F401, I001
