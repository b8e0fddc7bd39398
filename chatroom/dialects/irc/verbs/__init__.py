"""IRC's verbs, translated to rows of the command table: one module for each topic, all of them in `table.VERBS`."""

from chatroom.dialects.irc.verbs import (  # noqa: F401 - they fill the table
    accounts,
    bars,
    chanserv,
    history,
    metadata,
    monitor,
    nickserv,
    people,
    props,
    registration,
    rooms,
    sasl,
    search,
    server,
    talk,
)
