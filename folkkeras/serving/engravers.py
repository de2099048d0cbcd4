"""Engrave and render tunes in a few processes, which are restarted if a native library crashes or hangs."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from folkkeras.music.reading import read_tune
from folkkeras.music.render.client import RenderClient
from folkkeras.music.render.page.scores import Scores
from folkkeras.music.tune import Tune
from folkkeras.serving.views import view_of_scores

_PATIENCE = 20.0  # seconds for a file


class Engravers:
    """A few processes that render tunes.

    Args:
        number: of processes.
    """

    def __init__(self, number: int) -> None:
        self._own = threading.local()  # of each thread: its process
        self._clients: list[RenderClient] = []
        self._number = number
        self._pool = ThreadPoolExecutor(number, "engraver")
        self._pending = 0

    @property
    def busy(self) -> bool:
        """Whether more tunes wait than there are processes, so that what is not needed should be left."""
        return self._pending > self._number

    def score(self, text: str) -> "Future[dict[str, Any]]":
        """The score of a tune's text, for JSON; FolkError if it cannot be engraved."""
        return self._submit(lambda: view_of_scores(Scores.unpacked(self._client().render(read_tune(text), "score"))))

    def file(self, tune: Tune, format: str) -> "Future[bytes]":
        """A tune in a file format of `rendering.render`; FolkError if it cannot be rendered."""
        return self._submit(lambda: self._client().render(tune, format))

    def scores(self, tune: Tune) -> "Future[Scores]":
        """The score of a tune, for a page; FolkError if it cannot be engraved."""
        return self._submit(lambda: Scores.unpacked(self._client().render(tune, "score")))

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for client in self._clients:
            client.close()

    def _submit(self, work: Any) -> "Future[Any]":
        self._pending += 1
        future: Future[Any] = self._pool.submit(work)
        future.add_done_callback(lambda _: self._finished())
        return future

    def _finished(self) -> None:
        self._pending -= 1

    def _client(self) -> RenderClient:
        if not hasattr(self._own, "client"):
            self._own.client = RenderClient(_PATIENCE)
            self._clients.append(self._own.client)
        client: RenderClient = self._own.client
        return client
