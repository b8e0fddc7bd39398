"""The client's commands as one table: usage line, help, handler.

Strategy: the usage line is the grammar. `<word>` must be given, `[word]` may be, a word ending in `...` takes the
rest of the line, and one called `room` is taken for an optional one only when it looks like a room. Help, completion
and the complaint about a wrong use are made from the same line. What is not in the table goes to the server as it is:
servers have commands of their own, and say so when they have not.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from chatroom.client.session import Session
from chatroom.client.words import t
from chatroom.wire.irc import MAX_PARAMS

_WORD = re.compile(r"([<\[])(\w+)(\.\.\.)?[>\]]")


@dataclass(frozen=True)
class Argument:
    """One word of a usage line."""

    name: str
    is_required: bool
    takes_rest: bool


class WrongUse(Exception):
    """A command was typed without what it needs; the text is the sentence to show."""


@dataclass(frozen=True)
class Row:
    """One command. `works_offline`: it makes sense while there is no connection."""

    usage: str
    help: str
    handler: Callable[..., None]
    works_offline: bool
    aliases: tuple[str, ...]
    arguments: tuple[Argument, ...]

    @property
    def name(self) -> str:
        """What is typed after the slash."""
        return self.usage.partition(" ")[0]

    def bind(self, session: Session, text: str) -> list[str]:
        """What was typed after the name, as one string for each argument, empty where none was given.

        Raises WrongUse when something required is missing, or more was typed than there are arguments.
        """
        words = []
        rest = text.strip()
        for argument in self.arguments:
            word, rest = _next_word(session, argument, rest)
            if argument.is_required and not word:
                raise WrongUse(t("/{name} needs more than that. Type: /{usage}", name=self.name, usage=self.usage))
            words.append(word)
        if rest:
            raise WrongUse(
                t("/{name} has no use for '{rest}'. Type: /{usage}", name=self.name, rest=rest, usage=self.usage)
            )
        return words


def _next_word(session: Session, argument: Argument, rest: str) -> tuple[str, str]:
    if argument.takes_rest:
        return rest, ""
    word, _, after = rest.partition(" ")
    if argument.name != "room" or not word:
        return word, after.lstrip()
    if session.features.is_room(word):
        return word, after.lstrip()
    return (f"#{word}", after.lstrip()) if argument.is_required else ("", rest)


@dataclass
class Table:
    """The commands by name."""

    rows: dict[str, Row] = field(default_factory=dict)
    _names: dict[str, Row] = field(default_factory=dict)  # aliases too

    def command(
        self, usage: str, *, help: str, aliases: tuple[str, ...] = (), works_offline: bool = False
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Enter the decorated handler into the table. It is called with the session and one string per argument."""

        def enter(handler: Callable[..., None]) -> Callable[..., None]:
            arguments = tuple(Argument(name, mark == "<", bool(dots)) for mark, name, dots in _WORD.findall(usage))
            row = Row(usage, help, handler, works_offline, aliases, arguments)
            self.rows[row.name] = row
            self._names |= dict.fromkeys((row.name, *aliases), row)
            return handler

        return enter

    def find(self, name: str) -> Row | None:
        """The row of `name` or of its alias, in any case."""
        return self._names.get(name.lower())

    def nearest(self, name: str) -> str:
        """The name most like `name`; empty when none is."""
        return next(iter(difflib.get_close_matches(name.lower(), self._names, 1)), "")

    def names(self) -> list[str]:
        """Every name and alias, in order."""
        return sorted(self._names)

    def unknown(self, name: str) -> str:
        """The sentence about a command that nobody knows."""
        nearest = self.nearest(name)
        hint = t(" Did you mean /{nearest}?", nearest=nearest) if nearest else ""
        return t("There is no /{name}.{hint} /help lists what there is.", name=name, hint=hint)

    def run(self, session: Session, line: str) -> None:
        """Run one line that begins with a slash. What is wrong with it is shown; it is never sent as text."""
        name, _, text = line[1:].partition(" ")
        row = self.find(name)
        if row is None:
            self._pass_on(session, name, text)
        elif not (session.is_registered or row.works_offline):
            session.error(t("/{name} has to wait: there is no connection. Try it again when there is.", name=row.name))
        else:
            try:
                row.handler(session, *row.bind(session, text))
            except WrongUse as problem:
                session.error(str(problem))

    def _pass_on(self, session: Session, name: str, text: str) -> None:
        """Ask the server for what may be a command of its own; only letters can be (Modern IRC "Message Format")."""
        if session.is_registered and name.isascii() and name.isalpha():
            session.send(name.upper(), *_parameters(text))
        else:
            session.error(self.unknown(name))


def _parameters(text: str) -> list[str]:
    """The words of `text`, as one line of IRC can carry them: from one that begins with a colon, all are the last."""
    words = text.split()
    last = next((index for index, word in enumerate(words) if word.startswith(":")), MAX_PARAMS - 1)
    return [*words[:last], *filter(None, [" ".join(words[last:])])]
