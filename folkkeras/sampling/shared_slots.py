"""Slots that several requests share: each tune takes a slot when one is free, and frees it when it has ended.

A request joins at the next chunk: if all slots are taken, the requests with the most give some up, and the tunes in
them continue later. The slots form lanes, which are stepped in turn, so that a chunk does not take long. While many
tunes are drawn, a request of which fewer than two tunes have a bar has one in a small lane that comes before the
others: if the first tune never ends, the second one has begun as early. A tune is the same as if it had been drawn
alone.
"""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from folkkeras.notation.tunes import music_begins
from folkkeras.sampling.engine import SlotState
from folkkeras.sampling.lane import Lane
from folkkeras.sampling.record import GenerationRecord
from folkkeras.sampling.sampling_model import MAX_SLOTS, SamplingModel
from folkkeras.sampling.scheduler import Attempts, SampledTune, TuneSampler
from folkkeras.sampling.scoring import readable_by
from folkkeras.sampling.tune_text import TuneText

_SMALL, _LARGE = 4, 16  # slots of the small lane and of each large one
_EARLY = 2  # tunes of a request whose first bars come before all else
_IN_A_ROW = 6  # chunks of the small lane, after which the others have their turn


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
        self.suspended: dict[Attempts, SlotState | None] = {}  # those that had one, and its state
        self.found = 0  # tunes that have ended and meet the request

    @property
    def ended(self) -> bool:
        """Whether all its tunes have ended."""
        return self.withdrawn or not (self.wants or self.drawn)

    @property
    def has_begun(self) -> bool:
        """Whether its first tunes have a bar."""
        with_a_bar = self.found + sum(map(_has_a_bar, self.begun()))
        return with_a_bar >= min(_EARLY, self.sampler.request.count)

    @property
    def wants(self) -> int:
        """For how many tunes it wants a slot."""
        return len(self.waiting) + len(self.suspended)

    def drafts(self) -> dict[int, str]:
        """The tunes that are begun as far as they are drawn, by number; any part of them may still be withdrawn."""
        return {attempt.number: attempt.tune.text for attempt in self.begun()}

    def begun(self) -> Iterator[Attempts]:
        """The tunes that are begun and have not ended."""
        return chain(self.drawn, self.suspended)


@dataclass(frozen=True)
class EndedTune:
    """A tune of a request that has ended."""

    tunes: SharedTunes
    number: int
    tune: SampledTune | None  # None if all attempts failed
    bits: float | None  # per character of its normal form; None if the model has not drawn it in its normal form


class SharedSlots:
    """Draws the tunes of several requests side by side.

    Args:
        model: the model to draw from.
    """

    def __init__(self, model: SamplingModel) -> None:
        self._model = model
        self._small = Lane(model, _SMALL)
        self._large = [Lane(model, _LARGE) for _ in range(MAX_SLOTS // _LARGE)]
        self._in_a_row = 0  # chunks of the small lane since the last one of another lane
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
        ended = []
        for attempt, text in self._next_lane().step():
            tunes = self._owners.pop(attempt)
            tunes.drawn.remove(attempt)
            tunes.found += text is not None
            ended.append(self._ended(tunes, attempt, text))
        for attempt in list(self._small) if self._many else ():
            if self._in_a_row == _IN_A_ROW or _has_a_bar(attempt):
                self._suspend(attempt, self._small)
        self._requests = [tunes for tunes in self._requests if not tunes.ended]
        return ended

    @property
    def _many(self) -> bool:
        """Whether there are more tunes than the small lane has slots."""
        waiting = sum(tunes.wants for tunes in self._requests if not tunes.withdrawn)
        return len(self._owners) + waiting > _SMALL

    def _next_lane(self) -> Lane:
        if any(self._small) and self._in_a_row < _IN_A_ROW:
            self._in_a_row += 1
            return self._small
        self._in_a_row = 0
        for lane in self._large:
            if lane.taken:
                self._large.remove(lane)
                self._large.append(lane)  # the others come before its next turn
                return lane
        return self._small

    def _ended(self, tunes: SharedTunes, attempt: Attempts, text: str | None) -> EndedTune:
        if text is None:
            return EndedTune(tunes, attempt.number, None, None)
        record = GenerationRecord.of(self._model, tunes.sampler.request, attempt.number)
        bits = attempt.bits_per_character(readable_by(self._model, text))
        return EndedTune(tunes, attempt.number, SampledTune(attempt.number, TuneText(text), record), bits)

    def _free_withdrawn(self) -> None:
        self._owners = {attempt: tunes for attempt, tunes in self._owners.items() if not tunes.withdrawn}
        for lane in (self._small, *self._large):
            lane.keep(self._owners.__contains__)

    def _place_waiting(self) -> None:
        """Give waiting tunes the free slots, and share the slots out evenly among the requests."""
        requests = [tunes for tunes in self._requests if tunes.wants and not tunes.withdrawn]
        if not self._many:
            for tunes in requests:
                while tunes.wants and self._small.free:
                    self._place(tunes, self._small)
            return
        in_small = {self._owners[attempt] for attempt in self._small}
        for tunes in self._requests:
            if self._small.free and not (tunes in in_small or tunes.withdrawn or tunes.has_begun):
                self._place_new(tunes)
        while askers := [tunes for tunes in requests if tunes.wants]:
            poorest = min(askers, key=lambda each: len(each.drawn))
            lane = self._fullest() or self._given_up(len(poorest.drawn))
            if lane is None:
                break
            self._place(poorest, lane)
        for tunes in requests:  # its earlier tunes come before its later ones
            while (large := self._of_large(tunes)) and _earliest(tunes) < large[-1].number:
                lane = self._lane_of(large[-1])
                self._suspend(large[-1], lane)
                self._place(tunes, lane)

    def _of_large(self, tunes: SharedTunes) -> list[Attempts]:
        """The tunes of a request in the large lanes, by their numbers."""
        found = {attempt for lane in self._large for attempt in lane}
        return sorted((each for each in tunes.drawn if each in found), key=lambda each: each.number)

    def _fullest(self) -> Lane | None:
        """The large lane with the fewest free slots, so that few lanes have to be stepped; None if all are full."""
        return min((lane for lane in self._large if lane.free), key=lambda lane: lane.free, default=None)

    def _place_new(self, tunes: SharedTunes) -> None:
        """Go on with a request's first tune without a bar in the small lane."""
        if new := [attempt for attempt in tunes.begun() if not _has_a_bar(attempt)]:
            first = min(new, key=lambda attempt: attempt.number)
            if first in tunes.drawn:
                self._suspend(first, self._lane_of(first))
            self._resume(tunes, first, self._small)
        elif tunes.waiting:
            self._begin(tunes, self._small)

    def _place(self, tunes: SharedTunes, lane: Lane) -> None:
        """Go on with a tune of a request in a free slot."""
        if tunes.suspended:
            self._resume(tunes, min(tunes.suspended, key=lambda attempt: attempt.number), lane)
        else:
            self._begin(tunes, lane)

    def _begin(self, tunes: SharedTunes, lane: Lane) -> None:
        self._draw(tunes, Attempts(tunes.sampler, tunes.waiting.popleft()), None, lane)

    def _resume(self, tunes: SharedTunes, attempt: Attempts, lane: Lane) -> None:
        self._draw(tunes, attempt, tunes.suspended.pop(attempt), lane)

    def _draw(self, tunes: SharedTunes, attempt: Attempts, state: SlotState | None, lane: Lane) -> None:
        lane.place(attempt, state)
        self._owners[attempt] = tunes
        tunes.drawn.append(attempt)

    def _lane_of(self, attempt: Attempts) -> Lane:
        return next(lane for lane in self._large if attempt in set(lane))

    def _given_up(self, fewest: int) -> Lane | None:
        """The large lane in which the request with the most tunes gives up a slot to the one with the fewest.

        None if it would then have fewer than the other.
        """
        richest = max(map(self._of_large, self._requests), key=len)
        if len(richest) < fewest + 2:
            return None
        lane = self._lane_of(richest[-1])
        self._suspend(richest[-1], lane)
        return lane

    def _suspend(self, attempt: Attempts, lane: Lane) -> None:
        tunes = self._owners.pop(attempt)
        tunes.drawn.remove(attempt)
        tunes.suspended[attempt] = lane.take(attempt)


def _has_a_bar(attempt: Attempts) -> bool:
    text = attempt.tune.text
    return "|" in text[music_begins(text) :]


def _earliest(tunes: SharedTunes) -> float:
    """The lowest number of the request's suspended tunes, or infinity if it has none."""
    return min((attempt.number for attempt in tunes.suspended), default=math.inf)
