"""What a sentence says to type next, in words that can be typed in an IRC program.

Strategy: the sentences of the plain dialect name commands as they are typed on a terminal. Programs have commands of
their own, some of other meaning under the same name (/set); what none of them has goes by /msg to a service, or by
/quote. Sentences about a person's own doing are turned round here, never what people say.
"""

from __future__ import annotations

import re

TYPED = {
    "access": "/msg ChanServ INFO",
    "cert": "/msg NickServ CERT",
    "claim": "/msg ChanServ REGISTER",
    "ghost": "/msg NickServ GHOST",
    "login": "/msg NickServ IDENTIFY",
    "logout": "/msg NickServ LOGOUT",
    "register": "/msg NickServ REGISTER",
    "release": "/msg ChanServ DROP",
    "rooms": "/list",
    "set": "/msg NickServ SET",
    **{name: f"/quote {name}" for name in ("accept", "describe", "private", "since", "undescribe", "usermode")},
    **{
        name: f"/quote {name}"
        for name in (
            "admin",
            "allow",
            "bans",
            "lock",
            "lockdown",
            "serverbans",
            "serverunban",
            "slow",
            "token",
            "unlock",
        )
    },
    **{name: f"/quote {name}" for name in ("back", "help", "ignore", "last", "unignore")},
}
_COMMAND = re.compile(r"(?<!\S)/([a-z]+)")


def as_typed(sentence: str) -> str:
    """`sentence`, the commands in it as they are typed in an IRC program."""
    return _COMMAND.sub(lambda found: TYPED.get(found[1], found[0]), sentence)
