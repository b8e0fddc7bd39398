"""The table of what events do, and what doing it says: whose history it belongs to, and who hears."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from chatroom.core.events import Event
from chatroom.core.user import User

if TYPE_CHECKING:
    from chatroom.core.chat import Chat


class Heard(NamedTuple):
    """Whose history an event belongs to (folded), and who hears of it now.

    `watchers` are single connections that are told in their own way, whether or not their person hears it as well.
    """

    places: tuple[str, ...]
    hearers: Collection[User]
    watchers: Iterable[Any] = ()


AUDIT = "!"  # where all is kept that was done to keep order, beside where it happened


Apply = Callable[["Chat", Any], Heard]
APPLY: dict[type[Event], Apply] = {}
Function = TypeVar("Function", bound=Apply)


def applies(kind: type[Event]) -> Callable[[Function], Function]:
    """Make the decorated function what `kind` does."""

    def register(function: Function) -> Function:
        assert kind not in APPLY, f"two functions apply {kind.__name__}"
        APPLY[kind] = function
        return function

    return register


def audits(function: Function) -> Function:
    """Have what the decorated function applies be found by who looks after order; not what the server does itself."""

    @wraps(function)
    def audited(chat: Chat, event: Event) -> Heard:
        heard = function(chat, event)
        return heard._replace(places=(*heard.places, AUDIT)) if event.who.host else heard

    return cast(Function, audited)


def personal_place(folded_nick: str) -> str:
    """Under which name that is kept which concerns one person, whatever rooms they are in."""
    return f"@{folded_nick}"


def private_place(owner: User, other: User) -> str:
    """Under which name `owner`'s account keeps its talk with `other`; each of two accounts has its own."""
    return f"{owner.key} {other.key}"
