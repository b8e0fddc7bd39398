"""IRC's verbs, translated to rows of the command table: one module for each topic, all of them in `table.VERBS`."""

from chatroom.dialects.irc.verbs import people, registration, rooms, talk  # noqa: F401 - they fill the table
