"""Engrave and render tunes in a few processes, which are restarted if a native library crashes or hangs.

What people wait for comes first: the first bars of a new tune and edits by hand, then whole tunes and files, then
further drafts, then books.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from itertools import count
from queue import PriorityQueue
from typing import Any

from folkkeras.music.reading import read_tune
from folkkeras.music.render.client import RenderClient
from folkkeras.music.render.instruments import Instrument
from folkkeras.music.render.page.scores import Scores
from folkkeras.music.tune import Tune
from folkkeras.serving.views import view_of_scores

_PATIENCE = 20.0  # seconds for a file
Work = Callable[[RenderClient], Any]


class Urgency(IntEnum):
    """What comes first."""

    FIRST = 0
    WHOLE = 1
    DRAFT = 2
    BOOK = 3
    END = 4  # ends a process


class Engravers:
    """A few processes that render tunes.

    Args:
        number: of processes.
    """

    def __init__(self, number: int) -> None:
        self._waiting: PriorityQueue[tuple[Urgency, int, Work | None, Future[Any]]] = PriorityQueue()
        self._numbers = count()  # of what waits, so that what is as urgent comes in order
        self._threads = [threading.Thread(target=self._run, name="engraver", daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """Whether something waits, so that what is not needed should be left."""
        return not self._waiting.empty()

    def score(self, text: str, urgency: Urgency = Urgency.WHOLE) -> "Future[dict[str, Any]]":
        """The score of a tune's text, for JSON; FolkError if it cannot be engraved."""
        return self._submit(lambda client: view_of_scores(_scores(client, read_tune(text))), urgency)

    def file(self, tune: Tune, format: str, played_on: Instrument) -> "Future[bytes]":
        """A tune in a file format of `rendering.render`; FolkError if it cannot be rendered."""
        return self._submit(lambda client: client.render(tune, format, played_on), Urgency.WHOLE)

    def scores(self, tune: Tune) -> "Future[Scores]":
        """The score of a tune, for a book; FolkError if it cannot be engraved."""
        return self._submit(lambda client: _scores(client, tune), Urgency.BOOK)

    def close(self) -> None:
        """End the processes after what waits."""
        for _ in self._threads:
            self._waiting.put((Urgency.END, next(self._numbers), None, Future()))
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _submit(self, work: Work, urgency: Urgency) -> "Future[Any]":
        future: Future[Any] = Future()
        self._waiting.put((urgency, next(self._numbers), work, future))
        return future

    def _run(self) -> None:
        with RenderClient(_PATIENCE) as client:
            while True:
                _, _, work, future = self._waiting.get()
                if work is None:
                    return
                if not future.set_running_or_notify_cancel():  # nobody waits for it any more
                    continue
                try:
                    future.set_result(work(client))
                except Exception as error:
                    future.set_exception(error)


def _scores(client: RenderClient, tune: Tune) -> Scores:
    return Scores.unpacked(client.render(tune, "score"))
