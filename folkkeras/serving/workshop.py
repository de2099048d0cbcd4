"""All that the server works with: the model, the thread that draws, the processes that engrave."""

import asyncio
import math
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property, partial
from typing import Any

from folkkeras.composing.candidates import Candidate
from folkkeras.composing.rewriting import rewrite
from folkkeras.composing.varying import vary
from folkkeras.errors import FolkError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.page import Entry, page_text
from folkkeras.music.tune import Tune
from folkkeras.notation.tunes import music_begins
from folkkeras.processors import cpu_count
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.scheduler import SampledTune
from folkkeras.serving.drawing import DrawingThread, Order
from folkkeras.serving.engravers import Engravers, Urgency
from folkkeras.serving.limits import (
    BOOKS,
    CANDIDATES,
    COMPOSING,
    COMPOSING_SECONDS,
    DRAFT_SECONDS,
    RETRY_SECONDS,
    REVISING,
)
from folkkeras.serving.memory import trim
from folkkeras.serving.offers import offers_of
from folkkeras.serving.questions import RewriteQuestion, VaryQuestion
from folkkeras.serving.scorer import Scorer
from folkkeras.serving.views import view_of_candidate, view_of_text

_MOST = 2  # processes that engrave, and threads for other work
_FEW = 4  # orders; with more of them, only the first bars of a draft are engraved
_SWITCH_SECONDS = 0.0005
_FIRST = asyncio.FIRST_COMPLETED
Event = dict[str, Any]  # a line of a stream


class BusyError(FolkError):
    """Too many requests are at work."""

    def __init__(self) -> None:
        super().__init__(f"busy, try in {RETRY_SECONDS} seconds")


class Workshop:
    """The model and all that works on it. It keeps nothing of a request.

    Args:
        model: the model.
    """

    def __init__(self, model: Generator) -> None:
        self.model = model
        number = min(_MOST, cpu_count())
        self.engravers = Engravers(number)
        self._drawing, self._scorer = DrawingThread(model), Scorer(model)
        self._pool = ThreadPoolExecutor(number, "work")  # reading tunes
        self._revising_pool = ThreadPoolExecutor(number, "revising")
        self._revising = self._books = 0

    @cached_property
    def offers(self) -> dict[str, Any]:
        """What can be asked of the model."""
        return offers_of(self.model)

    def prepare(self) -> None:
        """Load what the first request would have to wait for."""
        # The thread that answers must not wait long for those that draw.
        sys.setswitchinterval(_SWITCH_SECONDS)
        for work in (lambda: self.model.training_tunes.melody_index, lambda: self.offers, self.model.load_compiled):
            self._pool.submit(work)
        self.engravers.score("X:1\nM:C\nL:1/8\nK:C\nc8|]\n")

    def close(self) -> None:
        """End the threads and processes."""
        self._drawing.close()
        self._scorer.close()
        self.engravers.close()
        for pool in (self._pool, self._revising_pool):
            pool.shutdown(wait=False, cancel_futures=True)

    async def work(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of a function in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    def _trim(self) -> None:
        with suppress(RuntimeError):  # the server has ended
            self._pool.submit(trim)

    async def read(self, text: str) -> dict[str, Any]:
        """A tune as the page shows it."""
        score = asyncio.wrap_future(self.engravers.score(text, Urgency.FIRST))
        view: dict[str, Any] = await self.work(view_of_text, text, self.model)
        return await self._with_score(view, score)

    async def book(self, tunes: Sequence[Tune]) -> str:
        """A page of tunes."""
        if self._books >= BOOKS:
            raise BusyError
        self._books += 1
        try:
            waiting = (asyncio.wrap_future(self.engravers.scores(tune)) for tune in tunes)
            scores = await asyncio.gather(*waiting, return_exceptions=True)
            entries = [
                Entry(tune, None if isinstance(score, BaseException) else score)
                for tune, score in zip(tunes, scores, strict=True)
            ]
            text: str = await self.work(page_text, entries, "Tunes", {})
            return text
        finally:
            self._books -= 1

    async def compose(self, request: TuneRequest) -> AsyncIterator[Event]:
        """Tunes for a request, as they are drawn."""
        if self._drawing.orders >= COMPOSING:
            raise BusyError
        sampler = await self.work(self.model.tunes, request)
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        order = Order(sampler, partial(_notify, loop, news))
        self._drawing.add(order)
        try:
            async for event in self._events(order, news, request):
                yield event
        finally:
            order.withdraw()
            self._trim()

    async def _events(self, order: Order, news: asyncio.Event, request: TuneRequest) -> AsyncIterator[Event]:
        loop = asyncio.get_running_loop()
        deadline, taken, found = loop.time() + COMPOSING_SECONDS, 0, 0
        latest: dict[int, tuple[float, str]] = {}  # of each tune, when its last draft was sent, and that draft
        views: dict[asyncio.Task[dict[str, Any]], int] = {}  # of tunes that have ended, by number
        waiter = asyncio.ensure_future(news.wait())
        try:
            while (taken < request.count and loop.time() < deadline) or views:
                done, _ = await asyncio.wait({waiter, *views}, timeout=DRAFT_SECONDS, return_when=_FIRST)
                if waiter in done:
                    news.clear()
                    waiter = asyncio.ensure_future(news.wait())
                for ended in order.ended[taken:]:
                    taken += 1
                    if ended.tune:
                        views[asyncio.create_task(self._sampled(ended.tune, ended.bits))] = ended.number
                for view in [each for each in views if each.done()]:
                    found += 1
                    yield {"candidate": views.pop(view) - request.first, "tune": view.result()}
                for number, text in order.drafts.items():
                    when, before = latest.get(number, (-math.inf, ""))
                    draft = _whole_bars(text) if loop.time() - when >= DRAFT_SECONDS else ""
                    if draft not in ("", before):
                        latest[number] = loop.time(), draft
                        shown = await self._draft(draft, first=_first_bar(draft) != _first_bar(before))
                        yield {"candidate": number - request.first, "draft": shown}
        finally:
            for task in (waiter, *views):
                task.cancel()
        yield {"done": True, "seed": request.seed, "found": found}

    async def _draft(self, text: str, *, first: bool) -> dict[str, Any]:
        score = None
        if first or not (self.engravers.busy or self._drawing.orders > _FEW):
            with suppress(FolkError):
                urgency = Urgency.FIRST if first else Urgency.DRAFT
                score = await asyncio.wrap_future(self.engravers.score(text, urgency))
        return {"text": text, "score": score}

    async def _sampled(self, tune: SampledTune, bits: float | None) -> dict[str, Any]:
        if bits is None:  # its text is not what was drawn, such as with a title that the model cannot spell
            bits = await asyncio.wrap_future(self._scorer.bits(tune.text))
        return await self._shown(Candidate(tune.text, bits, tune.record, self.model.training_tunes))

    async def _shown(self, candidate: Candidate) -> dict[str, Any]:
        score = asyncio.wrap_future(self.engravers.score(candidate.text))
        view: dict[str, Any] = await self.work(view_of_candidate, candidate, self.model)
        return await self._with_score(view, score)

    async def _with_score(self, view: dict[str, Any], score: "asyncio.Future[dict[str, Any]]") -> dict[str, Any]:
        with suppress(FolkError):  # without notes there is nothing to engrave
            view["score"] = await score
        return view

    async def rewrite(self, question: RewriteQuestion) -> AsyncIterator[Event]:
        """Candidates in which some bars of a tune are rewritten."""
        revise = partial(
            rewrite, self.model, question.tune, question.bars, candidates=CANDIDATES, seed=question.seed,
            sampling=question.sampling,
        )  # fmt: skip
        async for event in self._revise(revise, question.seed):
            yield event

    async def vary(self, question: VaryQuestion) -> AsyncIterator[Event]:
        """Variants of a tune."""
        revise = partial(
            vary, self.model, question.tune, question.amount, locked=question.locked, together=question.together,
            candidates=CANDIDATES, seed=question.seed, sampling=question.sampling,
        )  # fmt: skip
        async for event in self._revise(revise, question.seed):
            yield event

    async def _revise(self, revise: Callable[[], list[Candidate]], seed: int) -> AsyncIterator[Event]:
        if self._revising >= REVISING:
            raise BusyError
        self._revising += 1
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._revising_pool, revise)
        finally:
            self._revising -= 1
            self._trim()
        for number, candidate in enumerate(found):
            yield {"candidate": number, "tune": await self._shown(candidate)}
        yield {"done": True, "seed": seed, "found": len(found)}


def _notify(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    """Say in the loop's thread that there is something new, unless the server has ended."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(news.set)


def _first_bar(draft: str) -> str:
    """The music up to its first bar line."""
    return draft[music_begins(draft) :].partition("|")[0]


def _whole_bars(text: str) -> str:
    """The text up to its last bar line; empty without one."""
    end = text.rfind("|")
    draft = text[: end + 1] + "\n"
    return draft if end >= 0 and read_tune(draft).bars else ""
