"""Replies and refusals as numerics: the one place where they are written, one module for each topic.

Sources: Modern IRC "Numerics"; RFC 2812 section 5 where that is silent.
"""

from chatroom.dialects.irc.numerics import (  # noqa: F401 - they fill the table
    accounts,
    history,
    metadata,
    people,
    rooms,
    server,
)
