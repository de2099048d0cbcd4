"""Work beside a training, paced so that it costs a small share of the time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SHARE = 0.03  # of the training time, at most


class Pace:
    """Says when a piece of work is due again, by what it cost the last time: long trainings do it at each interval.

    Args:
        clock: gives the time in seconds, and never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._cost = 0.0  # seconds
        self._then = -float("inf")

    @property
    def due(self) -> bool:
        """Whether doing it now would cost no more than its share of the time since it was last done."""
        return self._cost <= SHARE * (self._clock() - self._then)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """A context in which the work is done."""
        began = self._clock()
        yield
        self._then = self._clock()
        self._cost = self._then - began
