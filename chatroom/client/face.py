"""What shows the chat to its user, as far as commands can ask something of it."""

from __future__ import annotations

from collections.abc import Callable


class Face:
    """A face that shows lines, and can do nothing else with them; the full screen can."""

    @property
    def is_reading(self) -> bool:
        """Whether what arrives now is seen, where the user is."""
        return True

    def ask_secret(self, question: str, take: Callable[[str], None]) -> bool:
        """Ask for something that must not be seen, and give it to `take`; False where this face can't."""
        return False

    def perform(self, action: str, word: str) -> bool:
        """Carry out a command about what is shown; False where this face can't."""
        return False
