"""Where `chat-client` begins: the command line, the way to use the terminal, the exit code.

Strategy: each way of using the client is a module that is imported only when it is wanted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from chatroom.client import words
from chatroom.client.options import Options, parse

DONE, FAILED, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the client; returns 0 done, 1 failed, 2 wrong use."""
    options = parse(arguments)
    if "language" in options.settings or not (options.says or options.listens):
        words.choose(options.settings.get("language", ""))
    interactive = not (options.says or options.listens)
    if interactive and not options.plain and not sys.stdin.isatty():
        print(
            "chat-client: standard input is no terminal. To send what it holds: --pipe; to chat: --plain",
            file=sys.stderr,
        )
        return WRONG_USE
    from chatroom.client import first
    from chatroom.client.link import Untrusted

    try:
        return run(first.ask_who(options))
    except Untrusted as problem:
        trusting = first.ask_trust(options, str(problem))
        if trusting is None:
            print(f"chat-client: {problem}", file=sys.stderr)
            return FAILED
        return run(trusting)
    except KeyboardInterrupt:
        return FAILED


def run(options: Options) -> int:
    """Chat as `options` say; what stops it is said in a sentence on standard error."""
    import asyncio

    from chatroom.client.clean import clean
    from chatroom.client.link import Failed, Untrusted
    from chatroom.client.streams import put_away_output, set_up_output

    set_up_output()
    try:
        return asyncio.run(_way(options))
    except Untrusted:
        raise  # a person may be asked
    except Failed as problem:
        print(f"chat-client: {clean(str(problem))}", file=sys.stderr)  # it may quote the server
        return FAILED
    except KeyboardInterrupt:  # before the client could listen for it
        return FAILED
    finally:
        put_away_output()


def has_screen(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a terminal that can be drawn on, and nobody has asked for plain lines (NO_COLOR)."""
    can_draw = sys.stdout.isatty() and environment.get("TERM", "") not in ("", "dumb")
    return can_draw and not environment.get("NO_COLOR")


def _way(options: Options) -> Coroutine[Any, Any, int]:
    """The way to use the terminal that `options` and the terminal itself leave."""
    if options.says:
        from chatroom.client import pipe

        return pipe.run(options)
    if options.listens:
        from chatroom.client import follow

        return follow.run(options)
    if options.plain or not has_screen():
        from chatroom.client import plain

        return plain.run(options)
    from chatroom.client.screen import app

    return app.run(options)


if __name__ == "__main__":
    sys.exit(main())
