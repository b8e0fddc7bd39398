"""`bin/chat-client` as it is, for somebody in a hurry: it comes back at once, and sends as fast as one types."""

from __future__ import annotations

import sys
from functools import partial

from chatroom.client import link, main, plain

if __name__ == "__main__":
    link.Backoff = partial(link.Backoff, 0.001, 0.001)  # type: ignore[misc]
    plain.typing_pace = lambda: None  # type: ignore[attr-defined,assignment,return-value]
    sys.exit(main.main())
