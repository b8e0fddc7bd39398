"""What the client says, in the language of who uses it.

Strategy: the English sentence stands in the code and is the key of a table for each other language. A sentence that a
table lacks is said in English; a test holds that none does. Facts are put in after translating, so that no fact can be
read as a template.

Source: POSIX (LC_ALL, LC_MESSAGES and LANG, in this order).
"""

from __future__ import annotations

import os
from collections.abc import Mapping

_table: Mapping[str, str] = {}


def language(environment: Mapping[str, str] = os.environ) -> str:
    """The language the environment asks for, two letters; English when it names none."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "en" if value.partition(".")[0] in ("C", "POSIX") else value[:2].lower()
    return "en"


def speak(table: Mapping[str, str]) -> None:
    """Say everything by `table` from here on."""
    global _table
    _table = table


def choose(asked: str = "") -> None:
    """Speak the language that is asked for, or else the environment's, if there is a table of it."""
    if (asked or language())[:2].lower() == "pt":
        from chatroom.client.portuguese import TABLE

        speak(TABLE)


def t(sentence: str, **facts: object) -> str:
    """`sentence` in the user's language, with the facts it names."""
    said = _table.get(sentence, sentence)
    return said.format(**facts) if facts else said
