"""Slots that several requests share: each tune takes a slot when one is free, and frees it when it has ended.

A request joins at the next chunk: if all slots are taken, the one that has most gives one up, and the tune in it goes
on later. While many are drawn, the first tune of a request has a slot in an express lane until it has a bar: chunks of
few slots take far less time. A tune is the same as if it had been drawn alone.
"""

from collections import deque
from dataclasses import dataclass
from itertools import chain

from folkkeras.notation.tunes import music_begins
from folkkeras.sampling.engine import SlotState
from folkkeras.sampling.lane import Lane
from folkkeras.sampling.record import GenerationRecord
from folkkeras.sampling.sampling_model import MAX_SLOTS, SamplingModel
from folkkeras.sampling.scheduler import Attempts, SampledTune, TuneSampler
from folkkeras.sampling.tune_text import TuneText

_SIZES = (4, 16, MAX_SLOTS)  # numbers of slots: a chunk of few takes less time
_EXPRESS_SLOTS = 4
_EXPRESS_CHUNKS = 6  # in a row, after which the other tunes have their turn


class SharedTunes:
    """The tunes of one request, drawn in shared slots.

    Args:
        sampler: the request's sampler.
    """

    def __init__(self, sampler: TuneSampler) -> None:
        self.sampler = sampler
        self.withdrawn = False  # whether nobody waits for it any more
        first = sampler.request.first
        self.waiting = deque(range(first, first + sampler.request.count))
        self.drawn: list[Attempts] = []  # those that have a slot
        self.suspended: list[tuple[Attempts, SlotState | None]] = []  # those that had one, with its state

    @property
    def ended(self) -> bool:
        """Whether all its tunes have ended."""
        return self.withdrawn or not (self.wants or self.drawn)

    @property
    def begun(self) -> bool:
        """Whether a tune has been begun."""
        return len(self.waiting) < self.sampler.request.count

    @property
    def wants(self) -> int:
        """For how many tunes it wants a slot."""
        return len(self.waiting) + len(self.suspended)

    def drafts(self) -> dict[int, str]:
        """The tunes that are begun as far as they are drawn, by number; any part of them may still be withdrawn."""
        attempts = chain(self.drawn, (attempt for attempt, _ in self.suspended))
        return {attempt.number: attempt.tune.text for attempt in attempts}


@dataclass(frozen=True)
class EndedTune:
    """A tune of a request that has ended."""

    tunes: SharedTunes
    number: int
    tune: SampledTune | None  # None if all attempts failed


class SharedSlots:
    """Draws the tunes of several requests side by side.

    Args:
        model: the model to draw from.
    """

    def __init__(self, model: SamplingModel) -> None:
        self._model = model
        self._main, self._express = Lane(model, _SIZES[0]), Lane(model, _EXPRESS_SLOTS)
        self._in_a_row = 0  # chunks of the express lane since the last one of the main lane
        self._owners: dict[Attempts, SharedTunes] = {}
        self._requests: list[SharedTunes] = []

    def add(self, tunes: SharedTunes) -> None:
        """Draw the tunes of a request from the next chunk on."""
        self._requests.append(tunes)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to draw."""
        return all(tunes.ended for tunes in self._requests)

    def step(self) -> list[EndedTune]:
        """Draw a chunk in some of the slots; return the tunes that have ended."""
        self._free_withdrawn()
        self._place_waiting()
        express = self._in_a_row < _EXPRESS_CHUNKS and any(self._express)
        self._in_a_row = self._in_a_row + 1 if express else 0
        ended = []
        for attempt, text in (self._express if express else self._main).step():
            tunes = self._owners.pop(attempt)
            tunes.drawn.remove(attempt)
            ended.append(EndedTune(tunes, attempt.number, self._sampled(tunes, attempt.number, text)))
        for attempt in list(self._express):
            if self._in_a_row == _EXPRESS_CHUNKS or _has_a_bar(attempt):
                self._suspend(attempt, self._express)
        self._requests = [tunes for tunes in self._requests if not tunes.ended]
        return ended

    def _sampled(self, tunes: SharedTunes, number: int, text: str | None) -> SampledTune | None:
        if text is None:
            return None
        return SampledTune(number, TuneText(text), GenerationRecord.of(self._model, tunes.sampler.request, number))

    def _free_withdrawn(self) -> None:
        self._owners = {attempt: tunes for attempt, tunes in self._owners.items() if not tunes.withdrawn}
        for lane in (self._main, self._express):
            lane.keep(self._owners.__contains__)

    def _place_waiting(self) -> None:
        """Give waiting tunes the free slots, one of each request in turn, and each request at least one slot."""
        active = self._main.size - self._main.free
        requests = [tunes for tunes in self._requests if tunes.wants and not tunes.withdrawn]
        wanted = sum(tunes.wants for tunes in requests)
        self._main.resize(next((size for size in _SIZES if size >= active + wanted), _SIZES[-1]))
        for tunes in requests if self._main.size > _EXPRESS_SLOTS else ():
            if not tunes.begun and self._express.free:
                self._place(tunes, self._express)
        askers = sorted((tunes for tunes in requests if tunes.wants), key=lambda each: len(each.drawn))
        while self._main.free and askers:
            for tunes in askers[: self._main.free]:
                self._place(tunes, self._main)
            askers = [tunes for tunes in askers if tunes.wants]
        for tunes in askers:
            if not tunes.drawn and self._gives_up_a_slot():
                self._place(tunes, self._main)

    def _place(self, tunes: SharedTunes, lane: Lane) -> None:
        """Go on with a tune of a request in a free slot."""
        if tunes.suspended:
            attempt, state = tunes.suspended.pop(0)
        else:
            attempt, state = Attempts(tunes.sampler, tunes.waiting.popleft()), None
        lane.place(attempt, state)
        self._owners[attempt] = tunes
        tunes.drawn.append(attempt)

    def _gives_up_a_slot(self) -> bool:
        """Have the request with the most tunes in the main lane give one of their slots up, unless none has two."""
        of_main = set(self._main)
        latest = {tunes: [each for each in tunes.drawn if each in of_main] for tunes in self._requests}
        richest = max(latest.values(), key=len)
        if len(richest) < 2:
            return False
        self._suspend(richest[-1], self._main)  # the one that was begun last
        return True

    def _suspend(self, attempt: Attempts, lane: Lane) -> None:
        tunes = self._owners.pop(attempt)
        tunes.drawn.remove(attempt)
        tunes.suspended.append((attempt, lane.take(attempt)))


def _has_a_bar(attempt: Attempts) -> bool:
    text = attempt.tune.text
    return "|" in text[music_begins(text) :]
