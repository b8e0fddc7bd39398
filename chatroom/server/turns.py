"""Whose line is dealt with next, when more has come than fits into a turn of the loop.

Strategy: in the first milliseconds of a turn everybody's line is dealt with at once, which is all there ever is on a
quiet day. What comes after them waits in a line, and a greenlet lets on a few at a time, no more than take some
milliseconds together, and rests for as long as they took: so what is urgent never waits long. Those who have written
little lately may use more of a turn before they have to wait. Of those who wait, the one who has been connected longest
and the one who has waited longest are let on in turn: a crowd that comes all at once does not push out whoever was
there before, and nobody waits for ever.
"""

from __future__ import annotations

import time
from collections import deque
from heapq import heappop, heappush

import gevent
from gevent.hub import Waiter, get_hub

HURRIED_SECONDS = 0.003  # of a turn, for everybody
QUIET_SECONDS = 0.012  # of a turn, for those who have written little lately
BATCH_SECONDS = 0.005  # that those let on at once may take together
MOST_AT_ONCE = 64
REST_SECONDS = 0.001  # at least, between two batches


class Turns:
    """Who goes on, and who waits. `waiting` is how many do."""

    def __init__(self) -> None:
        self.waiting = 0
        self._loop = get_hub().loop
        self._turn = self._began = 0.0
        self._batch = 8
        self._oldest: list[tuple[int, int, Waiter[None]]] = []  # a heap, by the number of the connection
        self._longest: deque[tuple[int, Waiter[None]]] = deque()  # the same, in the order of their coming
        self._gone: set[int] = set()  # who was let on from one of the two, and stands in the other still
        self._tickets = 0
        self._is_letting_on = False

    def wait(self, number: int, is_quiet: bool) -> None:
        """Block the calling greenlet, that of connection `number`, until its line may be dealt with."""
        now, turn = time.monotonic(), self._loop.now()
        if turn != self._turn:
            self._turn, self._began = turn, now
        if is_quiet:
            if now - self._began < QUIET_SECONDS:
                return
        elif not self.waiting and now - self._began < HURRIED_SECONDS:
            return
        self._stand_in_line(number)

    def _stand_in_line(self, number: int) -> None:
        waiter: Waiter[None] = Waiter()
        self._tickets += 1
        heappush(self._oldest, (number, self._tickets, waiter))
        self._longest.append((self._tickets, waiter))
        self.waiting += 1
        if not self._is_letting_on:
            self._is_letting_on = True
            gevent.spawn(self._let_on)
        waiter.get()

    def _let_on(self) -> None:
        """Let on those who wait, a few at a time; ends when nobody does."""
        gevent.sleep(0)
        while self.waiting:
            began = time.thread_time()  # what others do on the machine does not count
            for count in range(min(self._batch, self.waiting)):
                self._loop.run_callback(self._next(count % 2 == 0).switch, None)
            gevent.sleep(0)  # they go on
            gevent.sleep(0)  # and what they caused is sent
            took = time.thread_time() - began
            self._batch = max(1, self._batch // 2) if took > BATCH_SECONDS else min(MOST_AT_ONCE, self._batch + 1)
            gevent.sleep(max(REST_SECONDS, took))
        self._oldest.clear()
        self._longest.clear()
        self._gone.clear()
        self._is_letting_on = False

    def _next(self, is_oldest: bool) -> Waiter[None]:
        """Who is let on next; from either end of the line."""
        self.waiting -= 1
        while True:
            if is_oldest:
                _, ticket, waiter = heappop(self._oldest)
            else:
                ticket, waiter = self._longest.popleft()
            if ticket not in self._gone:
                self._gone.add(ticket)
                return waiter
            self._gone.remove(ticket)
