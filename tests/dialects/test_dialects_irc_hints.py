"""What to type next, in an IRC program: no sentence names a command that programs lack, or have for something else."""

from __future__ import annotations

import re

from chatroom.core.refusals import Why
from chatroom.dialects.irc.hints import as_typed

PROGRAMS_HAVE = frozenset("join invite list me mode msg names nick oper part quote setname topic who whois".split())


def test_every_refusal_names_what_a_program_can_send():
    for why in Why:
        if why in (Why.UNKNOWN_COMMAND, Why.USAGE, Why.TOO_MUCH, Why.NOT_A_NUMBER):  # the words are the person's own
            continue
        assert set(re.findall(r"(?<!\S)/([a-z]+)", as_typed(why.sentence))) <= PROGRAMS_HAVE, why


def test_only_whole_words_that_begin_with_a_slash_are_commands():
    assert as_typed("either/set and#/login stay; /set, /setter") == (
        "either/set and#/login stay; /msg NickServ SET, /setter"
    )
