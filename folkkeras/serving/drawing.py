"""Draw the tunes of all requests in one thread, in slots that they share."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from folkkeras.sampling.sampling_model import SamplingModel
from folkkeras.sampling.scheduler import TuneSampler
from folkkeras.sampling.shared_slots import EndedTune, SharedSlots, SharedTunes


class Order:
    """The tunes of one request while they are drawn.

    Args:
        sampler: the request's sampler.
        notify: called in the drawing thread whenever there is something new.
    """

    def __init__(self, sampler: TuneSampler, notify: Callable[[], None]) -> None:
        self.tunes, self.notify = SharedTunes(sampler), notify
        self.drafts: dict[int, str] = {}  # by number, replaced as a whole
        self.ended: list[EndedTune] = []  # only grows

    def withdraw(self) -> None:
        """Have no more of it drawn."""
        self.tunes.withdrawn = True


class DrawingThread:
    """A thread that draws the tunes of all orders.

    Args:
        model: the model to draw from.
    """

    def __init__(self, model: SamplingModel) -> None:
        self._slots = SharedSlots(model)
        self._coming: SimpleQueue[Order | None] = SimpleQueue()  # None ends the thread
        self._orders: dict[SharedTunes, Order] = {}
        self._thread = threading.Thread(target=self._run, name="drawing", daemon=True)
        self._thread.start()

    @property
    def orders(self) -> int:
        """How many orders are not finished."""
        return len(self._orders) + self._coming.qsize()

    def add(self, order: Order) -> None:
        """Draw an order's tunes from the next chunk on."""
        self._coming.put(order)

    def close(self) -> None:
        """End the thread after its chunk."""
        self._coming.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            while self._slots.idle or not self._coming.empty():
                order = self._coming.get()
                if order is None:
                    return
                self._orders[order.tunes] = order
                self._slots.add(order.tunes)
            for each in self._slots.step():
                self._orders[each.tunes].ended.append(each)
            for tunes, order in list(self._orders.items()):
                order.drafts = tunes.drafts()
                if tunes.ended:
                    del self._orders[tunes]
                order.notify()
