"""Limit extra work during training to a small fraction of the time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MAX_FRACTION = 0.03  # maximum fraction of the training time


class Throttle:
    """Decides when work is due again from how long it last took; slow runs do it at each evaluation interval.

    Args:
        clock: returns the time in seconds; monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._cost = 0.0  # seconds
        self._then = -float("inf")

    @property
    def due(self) -> bool:
        """Whether doing the work now would take no more than its fraction of the time since it was last done."""
        return self._cost <= MAX_FRACTION * (self._clock() - self._then)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """A context in which to do the work, which measures its time."""
        began = self._clock()
        yield
        self._then = self._clock()
        self._cost = self._then - began
