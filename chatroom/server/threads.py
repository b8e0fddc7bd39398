"""Slow work in threads, while the loop serves others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gevent.threadpool import ThreadPool


def apply(pool: ThreadPool, function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
    """What a function gives, or raises, in a thread of `pool`; only the calling greenlet waits."""
    result, error = pool.apply(_tried, (function, arguments))
    if error is not None:
        raise error
    return result


def _tried(function: Callable[..., Any], arguments: tuple[object, ...]) -> tuple[Any, Exception | None]:
    """What a function gives, or why it gives nothing: gevent's pool prints a traceback for what is raised in it."""
    try:
        return function(*arguments), None
    except Exception as error:
        return None, error
