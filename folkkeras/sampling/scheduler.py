"""Draw tunes side by side, each until it is as asked, and yield them in the order of their numbers.

The one scheduler of all tunes (continuous batching): a slot whose tune has ended takes the next. A tune of which
nothing is asked is accepted as it is drawn. Of any other the slot keeps the engine's state at each chunk: to
backtrack it returns to the last state before that place, reads the text up to it, and draws on with new random
numbers. These are the tune's own, so a tune is the same alone or among many.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from folkkeras.errors import UsageError
from folkkeras.sampling.checks import checks_of
from folkkeras.sampling.constraints import ConstrainedTune, start_with_fields
from folkkeras.sampling.decoder import Decoder
from folkkeras.sampling.record import GenerationRecord
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.slots import Columns, Slots, Stream
from folkkeras.sampling.tune_stream import Accept, Backtrack, Reject, TuneStream, numbered
from folkkeras.sampling.tune_text import TuneText

MAX_ATTEMPTS = 20  # at one tune, until the request is given up


@dataclass
class RejectionStatistics:
    """What became of the tunes that were drawn for a request."""

    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)  # by their reason, such as "had an uneven bar"
    accepted_first: int = 0  # accepted at the first attempt
    first_attempts: int = 0  # that came to an end, accepted or rejected
    gave_up: bool = False  # a tune was rejected MAX_ATTEMPTS times, so fewer tunes were yielded than asked for

    @property
    def drawn(self) -> int:
        """Tunes drawn to their end, or rejected before."""
        return self.accepted + self.rejected.total()


@dataclass(frozen=True)
class SampledTune:
    """A tune that was accepted."""

    number: int
    text: TuneText
    record: GenerationRecord


class _Attempts:
    """The attempts at one tune in one slot."""

    def __init__(self, sampler: "TuneSampler", number: int) -> None:
        self.number, self._sampler = number, sampler
        self.stream = Stream(np.empty(0, np.int32), (sampler.request.seed, number))
        self.count = 0
        self.begin()

    def begin(self) -> None:
        """Draw the tune from its start, with new random numbers."""
        self.tune = self._sampler.new_tune(self.number)
        self._states: list[tuple[int, Columns]] = []  # places of the text, and the slot's state there
        self.count += 1
        self._read(0, None)

    def backtrack(self, back: Backtrack) -> Columns | None:
        """Take the tune back; returns the state that its slot is to have, None for that of a beginning."""
        self.tune.backtrack(back)
        while self._states and self._states[-1][0] > back.place:
            self._states.pop()
        place, columns = self._states[-1] if self._states else (0, None)
        self._read(place, columns)
        return columns

    def keep(self, columns: Columns) -> None:
        """Keep the slot's state of now, before the next chunk."""
        self._states.append((len(self.tune.text) - len(self.stream.unread), columns))

    def _read(self, place: int, columns: Columns | None) -> None:
        self.stream.unread = self._sampler.decoder.vocabulary.encode(self.tune.text[place:]).astype(np.int32)
        self.stream.fresh = columns is None


class TuneSampler:
    """Tunes that are as asked.

    Iterate over it for the tunes, or over `pieces` for their text as soon as it is certain; once. It ends early
    where it gives up, as `statistics` says.

        >>> sampler = folkkeras.load("celtic").tunes(TuneRequest(count=3, complete=True))
        >>> for tune in sampler:
        ...     print(tune.text)
        >>> print(sampler.statistics.rejected)

    Args:
        decoder: the model.
        request: what is asked.

    Raises:
        UsageError: the model does not know a character of the start or of a field, or was trained on raw text, whose
            fields have no order.
        CorpusError: the training tunes are needed and are gone or have changed.
    """

    def __init__(self, decoder: Decoder, request: TuneRequest) -> None:
        self.decoder, self.request = decoder, request
        self.statistics = RejectionStatistics()
        if request.fields and decoder.metadata.get("raw"):
            raise UsageError(
                "the model was trained with --raw, where fields have no fixed order: condition it by --start, such as "
                r"--start 'X:1\nT:Title\n'"
            )
        self.matching: int | None = None  # training tunes with the fields; None where they were not consulted
        self._types: frozenset[str] = frozenset()
        if request.fields and request.training_checks:
            learned = decoder.training_tunes
            self.request = request = replace(request, fields=learned.spelled(request.fields))
            self.matching = learned.matching(request.fields)
            self._types = learned.types_with(request.fields["M"]) if "M" in request.fields else frozenset()
        fields = "".join(f"{letter}:{value}\n" for letter, value in request.fields.items())
        decoder.require_known(start_with_fields(request) + fields)
        self._checks = checks_of(request, decoder.training_tunes)

    def __iter__(self) -> Iterator[SampledTune]:
        return self.continued(self.request.first)

    def continued(self, first: int) -> Iterator[SampledTune]:
        """Yield the tunes from number `first` on, where those before it were drawn earlier."""
        text = ""
        for number, piece, ended in self._schedule(first):
            text += piece
            if ended:
                record = GenerationRecord.of(self.decoder, self.request, number)
                yield SampledTune(number, TuneText(text), record)
                text = ""

    def pieces(self) -> Iterator[str]:
        """Yield the tunes' text as soon as it is certain, a blank line between two tunes."""
        latest = None
        for number, piece, _ in self._schedule(self.request.first):
            yield ("\n" if latest not in (None, number) else "") + piece
            latest = number

    def new_tune(self, number: int) -> TuneStream:
        """A tune at its start."""
        if self.request.constrained:
            return ConstrainedTune(self.request, number, self._types)
        return TuneStream(self.request.start, number, self.request.max_length)

    def _schedule(self, first: int) -> Iterator[tuple[int, str, bool]]:
        """Yield a tune's number, the next piece of its text, and whether the tune has ended; in order."""
        last = self.request.first + self.request.count - 1
        slots = self.decoder.slots(self.request.count, self.request.sampling)
        attempts: list[_Attempts | None] = [None] * slots.number
        ended: dict[int, str | None] = {}  # a tune's text, or None where it was given up
        coming = now = first  # the next tune to begin, and the next to yield
        shown = 0  # characters of that tune that were yielded
        while now <= last and not (self.statistics.gave_up and not any(attempts)):
            for slot in range(slots.number):
                if attempts[slot] is None and coming <= last and not self.statistics.gave_up:
                    attempts[slot] = _Attempts(self, coming)
                    coming += 1
            self._advance(slots, attempts, ended)
            while now in ended:
                yield from self._accepted(now, ended.pop(now), shown)
                now, shown = now + 1, 0
            for attempt in attempts:
                if attempt and attempt.number == now and len(certain := attempt.tune.certain()) > shown:
                    yield now, certain[shown:], False
                    shown = len(certain)
        for number in sorted(ended):
            yield from self._accepted(number, ended[number], 0)

    def _advance(self, slots: Slots, attempts: list[_Attempts | None], ended: dict[int, str | None]) -> None:
        """Draw a chunk in each slot, and free those whose tunes have ended."""
        for slot, attempt in enumerate(attempts):
            if attempt and self.request.constrained and not attempt.stream.fresh:
                attempt.keep(slots.engine.state(slot))
        drawn = slots.step([attempt.stream if attempt else None for attempt in attempts])
        for slot, attempt in enumerate(attempts):
            if attempt is None:
                continue
            attempt.tune.add(self.decoder.vocabulary.decode(drawn[slot].tolist()))
            text = self._text_if_accepted(attempt, slot, slots)
            if text is not None or attempt.count > MAX_ATTEMPTS:
                ended[attempt.number] = text
                attempts[slot] = None
                self.statistics.gave_up |= text is None

    def _text_if_accepted(self, attempt: _Attempts, slot: int, slots: Slots) -> str | None:
        """The tune's text where it has ended and is as asked; else the attempt is made ready to draw on."""
        verdict = attempt.tune.verdict()
        if isinstance(verdict, Backtrack):
            columns = attempt.backtrack(verdict)
            if columns is not None:
                slots.engine.set_state(slot, columns)
        elif isinstance(verdict, Accept):
            fault = next(filter(None, (check(verdict.text) for check in self._checks)), None)
            if fault is None:
                self.statistics.accepted_first += attempt.count == 1
                self.statistics.first_attempts += attempt.count == 1
                return numbered(verdict.text, attempt.number)
            verdict = Reject(fault)
        if isinstance(verdict, Reject):
            self.statistics.rejected[verdict.reason] += 1
            self.statistics.first_attempts += attempt.count == 1
            attempt.begin()
        return None

    def _accepted(self, number: int, text: str | None, shown: int) -> Iterator[tuple[int, str, bool]]:
        if text is not None:
            self.statistics.accepted += 1
            yield number, text[shown:], True
