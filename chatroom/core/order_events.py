"""What can happen to the order of the whole server: who is kept out of it, and who keeps it. See `events`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chatroom.core.event import Event


@dataclass(frozen=True, slots=True)
class Barred(Event):
    """Whom `mask` fits may not come in: an address, a network, an account (a:bob) or nick!username@host.

    `seconds` is for how long (0: until it is taken back), `about` who was meant.
    """

    kind: ClassVar[str] = "barred"
    lasting: ClassVar[bool] = True
    mask: str
    reason: str = ""
    seconds: int = 0
    about: str = ""

    @property
    def slot(self) -> str:  # type: ignore[override]
        """Each mask has its own."""
        return f"bar {self.mask}"


@dataclass(frozen=True, slots=True)
class Unbarred(Event):
    """Whom `mask` fits may come in again."""

    kind: ClassVar[str] = "unbarred"
    lasting: ClassVar[bool] = True
    mask: str
    reason: str = ""
    about: str = ""

    @property
    def slot(self) -> str:  # type: ignore[override]
        """That of what it takes back."""
        return f"bar {self.mask}"


@dataclass(frozen=True, slots=True)
class OfficeChanged(Event):
    """Who owns `account` is an operator of the server whenever they are logged in to it, or no longer."""

    kind: ClassVar[str] = "office"
    lasting: ClassVar[bool] = True
    account: str
    is_operator: bool

    @property
    def slot(self) -> str:  # type: ignore[override]
        """Each account has its own."""
        return f"office {self.account}"
