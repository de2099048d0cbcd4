"""Slots that several requests share: each tune takes a slot when one is free, and frees it when it has ended.

A request joins at the next chunk: if all slots are taken, the one that has most gives one up, and the tune in it goes
on later. A tune is the same as if it had been drawn alone.
"""

from collections import deque
from dataclasses import dataclass

from folkkeras.sampling.engine import SlotState
from folkkeras.sampling.record import GenerationRecord
from folkkeras.sampling.sampling_model import MAX_SLOTS, SamplingModel
from folkkeras.sampling.scheduler import Attempts, SampledTune, TuneSampler, advance
from folkkeras.sampling.slots import Slots
from folkkeras.sampling.tune_text import TuneText

_SIZES = (4, 16, MAX_SLOTS)  # numbers of slots: a chunk of few takes less time


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
    def wants(self) -> int:
        """For how many tunes it wants a slot."""
        return len(self.waiting) + len(self.suspended)

    def drafts(self) -> dict[int, str]:
        """The tunes that are begun as far as they are drawn, by number; any part of them may still be withdrawn."""
        attempts = [*self.drawn, *(attempt for attempt, _ in self.suspended)]
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
        self._slots: dict[int, Slots] = {}  # by their number
        self._attempts: list[Attempts | None] = [None] * _SIZES[0]
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
        """Draw a chunk in each slot; return the tunes that have ended."""
        self._free_withdrawn()
        self._place_waiting()
        ended = []
        for attempt, text in advance(self._slots_of(len(self._attempts)), self._attempts):
            tunes = self._owners.pop(attempt)
            tunes.drawn.remove(attempt)
            ended.append(EndedTune(tunes, attempt.number, self._sampled(tunes, attempt.number, text)))
        self._requests = [tunes for tunes in self._requests if not tunes.ended]
        return ended

    def _sampled(self, tunes: SharedTunes, number: int, text: str | None) -> SampledTune | None:
        if text is None:
            return None
        return SampledTune(number, TuneText(text), GenerationRecord.of(self._model, tunes.sampler.request, number))

    def _free_withdrawn(self) -> None:
        for slot, attempt in enumerate(self._attempts):
            if attempt and self._owners[attempt].withdrawn:
                del self._owners[attempt]
                self._attempts[slot] = None

    def _place_waiting(self) -> None:
        """Give waiting tunes the free slots, one of each request in turn, and each request at least one slot."""
        active = sum(attempt is not None for attempt in self._attempts)
        wanted = sum(tunes.wants for tunes in self._requests if not tunes.withdrawn)
        self._resize(next((size for size in _SIZES if size >= active + wanted), _SIZES[-1]))
        free = [slot for slot, attempt in enumerate(self._attempts) if attempt is None]
        askers = sorted(
            (tunes for tunes in self._requests if tunes.wants and not tunes.withdrawn), key=lambda each: len(each.drawn)
        )
        while free and askers:
            for tunes in askers[: len(free)]:
                self._place(tunes, free.pop(0))
            askers = [tunes for tunes in askers if tunes.wants]
        for tunes in askers:
            if not tunes.drawn and (slot := self._suspended()) is not None:
                self._place(tunes, slot)

    def _place(self, tunes: SharedTunes, slot: int) -> None:
        """Go on with a tune of a request in a free slot."""
        if tunes.waiting:
            attempt, state = Attempts(tunes.sampler, tunes.waiting.popleft()), None
        else:
            attempt, state = tunes.suspended.pop(0)
        if state:
            self._slots_of(len(self._attempts)).set_state(slot, state)
        self._attempts[slot] = attempt
        self._owners[attempt] = tunes
        tunes.drawn.append(attempt)

    def _suspended(self) -> int | None:
        """A slot that the request with the most of them gives up; None if none has two."""
        richest = max(self._requests, key=lambda tunes: len(tunes.drawn))
        if len(richest.drawn) < 2:
            return None
        attempt = richest.drawn.pop()  # the one that was begun last
        slot = self._attempts.index(attempt)
        state = None if attempt.stream.fresh else self._slots_of(len(self._attempts)).state(slot)
        richest.suspended.append((attempt, state))
        del self._owners[attempt]
        self._attempts[slot] = None
        return slot

    def _resize(self, size: int) -> None:
        """Move all attempts to as many slots."""
        if size == len(self._attempts):
            return
        old, new = self._slots_of(len(self._attempts)), self._slots_of(size)
        moved: list[Attempts | None] = []
        for slot, attempt in enumerate(self._attempts):
            if attempt:
                if not attempt.stream.fresh:
                    new.set_state(len(moved), old.state(slot))
                moved.append(attempt)
        self._attempts = moved + [None] * (size - len(moved))

    def _slots_of(self, number: int) -> Slots:
        if number not in self._slots:
            self._slots[number] = self._model.slots(number)
        return self._slots[number]
