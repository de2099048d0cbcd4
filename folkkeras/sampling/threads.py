"""How many threads NumPy's products take: all, or one, whichever is faster now.

Its linear algebra shares each product among all cores and waits, busily, for the last of them. On a quiet machine
that is nearly twice as fast as one thread; where another program has a core, it can be twenty times slower.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext

from threadpoolctl import ThreadpoolController

FIRST_WAIT, LONGEST_WAIT = 4, 256  # calls between two looks at how fast the other number is
CLEARLY = 0.9  # a change must be faster than this share of the time


class Threads:
    """Runs calls of equal work, with all threads or with one, and looks now and then which is faster."""

    def __init__(self) -> None:
        self._controller = ThreadpoolController()
        self._alone = False  # one thread
        self._seconds = 0.0  # that the last call took with the number at hand
        self._calls, self._wait = 1, FIRST_WAIT  # calls until the next look, and the wait after it

    def run(self, call: Callable[[], None]) -> None:
        """Run one call."""
        if self._calls:
            self._calls -= 1
            self._seconds = self._timed(call, self._alone)
            return
        seconds = self._timed(call, not self._alone)
        if seconds < CLEARLY * self._seconds:
            self._alone, self._seconds, self._wait = not self._alone, seconds, FIRST_WAIT
        else:
            self._wait = min(2 * self._wait, LONGEST_WAIT)
        self._calls = self._wait

    def _timed(self, call: Callable[[], None], alone: bool) -> float:
        began = time.perf_counter()
        with self._controller.limit(limits=1) if alone else nullcontext():
            call()
        return time.perf_counter() - began
