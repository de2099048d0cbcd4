"""Run NumPy's products on all threads or on one, whichever is currently faster.

NumPy's linear algebra splits each product among all cores and busy-waits for the slowest. On an idle machine this is
nearly twice as fast as one thread. If another program occupies a core, it can be twenty times slower.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext

from threadpoolctl import ThreadpoolController

FIRST_WAIT, MAX_WAIT = 4, 256  # calls between two trials of the other setting
CLEARLY = 0.9  # the other setting must take less than this fraction of the time


class Threads:
    """Runs calls of equal work on all threads or on one, and occasionally tries which is faster.

    Args:
        clock: the time in seconds, whenever it started.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._controller = ThreadpoolController()
        self._alone = False  # whether to use one thread
        self._seconds = 0.0  # duration of the last call with the current setting
        self._calls, self._wait = 1, FIRST_WAIT  # calls until the next trial, and the wait after it

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
            self._wait = min(2 * self._wait, MAX_WAIT)
        self._calls = self._wait

    def _timed(self, call: Callable[[], None], alone: bool) -> float:
        began = self._clock()
        with self._controller.limit(limits=1) if alone else nullcontext():
            call()
        return self._clock() - began
