"""Waiting until something is to be seen, in a file or on a screen, for as long as it takes and no longer than PATIENCE.

Programs say nothing when they have drawn a line, so this looks again and again; nothing is taken to have happened
because time has passed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

PATIENCE = 20.0  # seconds to wait for what must come
GLANCE = 0.05  # seconds between two looks


def wait_for(pattern: str, look: Callable[[], str]) -> re.Match[str]:
    """The first match of `pattern` (a regular expression, ^ and $ at lines) in what `look` gives."""
    until = time.monotonic() + PATIENCE
    while not (found := re.search(pattern, seen := look(), re.MULTILINE)):
        if time.monotonic() > until:
            raise AssertionError(f"{pattern!r} was not to be seen in:\n{seen}")
        time.sleep(GLANCE)
    return found
