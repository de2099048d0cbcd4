"""Bits per character of tunes of all requests, side by side: what waits while others are scored is scored together."""

import threading
from concurrent.futures import Future
from queue import SimpleQueue

from folkkeras.sampling.sampling_model import SamplingModel
from folkkeras.sampling.scoring import bits_per_character, readable_by

_MOST = 16  # tunes at a time


class Scorer:
    """A thread that scores tunes.

    Args:
        model: the model.
    """

    def __init__(self, model: SamplingModel) -> None:
        self._model = model
        self._waiting: SimpleQueue[tuple[str, Future[float]] | None] = SimpleQueue()  # None ends the thread
        self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)
        self._thread.start()

    def bits(self, tune: str) -> "Future[float]":
        """What a tune costs per character under the model."""
        future: Future[float] = Future()
        self._waiting.put((tune, future))
        return future

    def close(self) -> None:
        """End the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while first := self._waiting.get():
            together = [first]
            while len(together) < _MOST and not self._waiting.empty():
                if not (another := self._waiting.get()):
                    return
                together.append(another)
            futures = [future for _, future in together if future.set_running_or_notify_cancel()]
            try:
                found = bits_per_character(self._model, [readable_by(self._model, tune) for tune, _ in together])
            except Exception as error:  # whatever it is, the thread goes on, and who asked gets to know it
                for future in futures:
                    future.set_exception(error)
                continue
            for (_, future), bits in zip(together, found, strict=True):
                if future in futures:
                    future.set_result(bits)
