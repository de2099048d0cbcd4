"""Draw tunes side by side, each until it meets the request, and yield them in the order of their numbers.

All tunes go through this scheduler (continuous batching): a slot whose tune has ended takes the next one. A tune
without constraints is accepted as drawn. For a constrained tune, the scheduler saves the engine's state before each
chunk. To backtrack, it restores the last state before the place, reads the text up to it, and continues drawing with
new random numbers. Each tune has its own random numbers, so it is the same alone or among many.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from folkkeras.errors import UsageError
from folkkeras.notation.tunes import numbered
from folkkeras.sampling.acceptance import checks_of
from folkkeras.sampling.conditioning import nearest_spelling
from folkkeras.sampling.engine import SlotState
from folkkeras.sampling.form import UsualForms
from folkkeras.sampling.record import GenerationRecord
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.resampling import ConstrainedTune, start_with_fields
from folkkeras.sampling.sampler import Ids
from folkkeras.sampling.sampling_model import MAX_SLOTS, SamplingModel
from folkkeras.sampling.slots import Slots, Stream
from folkkeras.sampling.tune_stream import Accept, Backtrack, Reject, TuneStream
from folkkeras.sampling.tune_text import TuneText

MAX_ATTEMPTS = 20  # at one tune before the request is given up


@dataclass
class RejectionStatistics:
    """How many of the tunes drawn for a request were accepted or rejected."""

    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)  # by reason, such as "had an uneven bar"
    accepted_first: int = 0  # accepted at the first attempt
    first_attempts: int = 0  # first attempts that ended, accepted or rejected
    gave_up: bool = False  # a tune was rejected MAX_ATTEMPTS times, so fewer tunes were yielded than requested

    @property
    def drawn(self) -> int:
        """The number of tunes drawn: those accepted and those rejected."""
        return self.accepted + self.rejected.total()


@dataclass(frozen=True)
class SampledTune:
    """An accepted tune."""

    number: int
    text: TuneText
    record: GenerationRecord


class Attempts:
    """The attempts at one tune in one slot."""

    def __init__(self, sampler: "TuneSampler", number: int) -> None:
        self.number, self._sampler = number, sampler
        self.stream = Stream(np.empty(0, np.int32), (sampler.request.seed, number), sampler.request.sampling)
        self._nats = np.empty(0, np.float32)  # what each character of the text cost, if that is asked for
        self._begins = 0  # where the latest chunk begins in the text
        self.count = 0
        self.begin()

    def begin(self) -> None:
        """Begin the next attempt: the tune at its start, with new random numbers."""
        self.tune = self._sampler.new_tune(self.number)
        self._states: list[tuple[int, SlotState]] = []  # places in the text, and the slot's state at each
        self.count += 1
        self._read(0, None)

    def backtrack(self, back: Backtrack) -> SlotState | None:
        """Cut the tune; return the state to restore in its slot, or None for the zero state."""
        self.tune.backtrack(back)
        while self._states and self._states[-1][0] > back.place:
            self._states.pop()
        place, state = self._states[-1] if self._states else (0, None)
        self._read(place, state)
        return state

    def save_before_chunk(self, slots: Slots, slot: int) -> None:
        """Save its slot's state, if the next chunk may have to be taken back."""
        self._begins = len(self.tune.text) - len(self.stream.unread)
        if self._sampler.request.constrained and not self.stream.fresh:
            self._states.append((self._begins, slots.state(slot)))

    def take(self, ids: Ids, slots: Slots, slot: int) -> str | None:
        """Add characters that its slot drew; return the tune's text if it has ended and meets the request."""
        self._nats = np.concatenate([self._nats[: self._begins], self.stream.nats])
        self.tune.add(self._sampler.model.vocabulary.decode(ids.tolist()))
        return self._sampler.text_if_accepted(self, slot, slots)

    def bits_per_character(self, text: str) -> float | None:
        """What a text costs from its second character on, if it was drawn here with the costs of its characters."""
        if not self.tune.text.startswith(text) or len(self._nats) < len(text):
            return None
        return float(self._nats[1 : len(text)].sum(dtype=np.float64) / np.log(2) / (len(text) - 1))

    @property
    def failed(self) -> bool:
        """Whether too many attempts were rejected."""
        return self.count > self._sampler.max_attempts

    def _read(self, place: int, state: SlotState | None) -> None:
        self.stream.unread = self._sampler.model.vocabulary.encode(self.tune.text[place:]).astype(np.int32)
        self.stream.fresh = state is None


class TuneSampler:
    """The tunes that meet a request.

    Iterate over it once: directly for the tunes, or over `pieces` for their text as soon as it is certain. It ends
    early if it gives up, as `statistics` shows.

        >>> sampler = folkkeras.load("celtic").tunes(TuneRequest(count=3, complete=True))
        >>> for tune in sampler:
        ...     print(tune.text)
        >>> print(sampler.statistics.rejected)

    Args:
        model: the model to draw from.
        request: the request.
        retry: attempt a rejected tune again, up to MAX_ATTEMPTS times; otherwise it is left out.

    Raises:
        UsageError: the model does not know a character of the start or of a field, or it was trained on raw text, whose
            fields have no fixed order.
        CorpusError: the training tunes are needed, but are missing or have changed.
    """

    dropped = 0  # it keeps all accepted tunes

    def __init__(self, model: SamplingModel, request: TuneRequest, *, retry: bool = True) -> None:
        self.model, self.request, self._retry = model, request, retry
        self.max_attempts = MAX_ATTEMPTS if retry else 1
        self.statistics = RejectionStatistics()
        if request.fields and model.metadata.get("raw"):
            raise UsageError(
                "the model was trained with --raw, where fields have no fixed order: condition it with --start, "
                r"such as --start 'X:1\nT:Title\n'"
            )
        self.matching: int | None = None  # training tunes with the fields; None if not looked up
        self._types: frozenset[str] = frozenset()
        self._usual = UsualForms.from_metadata(model.metadata)
        if request.usual_form and self._usual is None:
            raise UsageError(
                "the model does not store which forms are usual: give --parts and --bars, or train it again"
            )
        if request.fields and request.training_checks:
            learned = model.training_tunes
            self.request = request = replace(request, fields=learned.spelled(request.fields))
            self.matching = learned.matching(request.fields)
            self._types = learned.types_with(request.fields["M"]) if "M" in request.fields else frozenset()
        # If the model cannot spell the title, draw with the nearest spelling, but write the title as requested.
        title = nearest_spelling(request.fields.get("T", ""), model.vocabulary)
        self._drawn = replace(request, fields={**request.fields, "T": title}) if title else request
        fields = "".join(f"{letter}:{value}\n" for letter, value in self._drawn.fields.items())
        model.require_known(start_with_fields(self._drawn) + fields)
        self._checks = checks_of(request, model.training_tunes)

    @property
    def identity(self) -> dict[str, Any]:
        """All that its tunes depend on, as values for JSON."""
        record = GenerationRecord.of(self.model, self.request, self.request.first)
        return {**asdict(record), "tunes": self.request.count}

    def __iter__(self) -> Iterator[SampledTune]:
        return self.continued(self.request.first)

    def continued(self, first: int) -> Iterator[SampledTune]:
        """Yield the tunes from number `first` on, if the tunes before it were drawn earlier."""
        text = ""
        for number, piece, ended in self._schedule(first):
            text += piece
            if ended:
                record = GenerationRecord.of(self.model, self.request, number)
                yield SampledTune(number, TuneText(text), record)
                text = ""

    def pieces(self) -> Iterator[str]:
        """Yield the tunes' text as soon as it is certain, with a blank line between two tunes."""
        latest = None
        for number, piece, _ in self._schedule(self.request.first):
            yield ("\n" if latest not in (None, number) else "") + piece
            latest = number

    def new_tune(self, number: int) -> TuneStream:
        """A tune at its start."""
        if self.request.constrained:
            return ConstrainedTune(self._drawn, number, self._types, self._usual)
        return TuneStream(self.request.start, number, self.request.max_length)

    def _schedule(self, first: int) -> Iterator[tuple[int, str, bool]]:
        """Yield, in order, a tune's number, the next piece of its text, and whether the tune has ended."""
        last = self.request.first + self.request.count - 1
        slots = self.model.slots(min(MAX_SLOTS, self.request.count))
        attempts: list[Attempts | None] = [None] * slots.number
        ended: dict[int, str | None] = {}  # by number: the tune's text, or None if all attempts failed
        coming = now = first  # the next tune to begin, and the next to yield
        shown = 0  # characters of the next tune to yield that were yielded already
        while now <= last and not (self.statistics.gave_up and not any(attempts)):
            for slot in range(slots.number):
                if attempts[slot] is None and coming <= last and not self.statistics.gave_up:
                    attempts[slot] = Attempts(self, coming)
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

    def _advance(self, slots: Slots, attempts: list[Attempts | None], ended: dict[int, str | None]) -> None:
        """Draw a chunk in each slot, and free those whose tunes have ended."""
        for attempt, text in advance(slots, attempts):
            ended[attempt.number] = text
            self.statistics.gave_up |= text is None and self._retry

    def text_if_accepted(self, attempt: Attempts, slot: int, slots: Slots) -> str | None:
        """The tune's text if it has ended and meets the request; otherwise make the attempt ready to continue."""
        verdict = attempt.tune.verdict()
        if isinstance(verdict, Backtrack):
            state = attempt.backtrack(verdict)
            if state is not None:
                slots.set_state(slot, state)
        elif isinstance(verdict, Accept):
            fault = next(filter(None, (check(verdict.text) for check in self._checks)), None)
            if fault is None:
                self.statistics.accepted_first += attempt.count == 1
                self.statistics.first_attempts += attempt.count == 1
                return numbered(self._with_title(verdict.text), attempt.number)
            verdict = Reject(fault)
        if isinstance(verdict, Reject):
            self.statistics.rejected[verdict.reason] += 1
            self.statistics.first_attempts += attempt.count == 1
            attempt.begin()
        return None

    def _with_title(self, text: str) -> str:
        asked, drawn = self.request.fields.get("T"), self._drawn.fields.get("T")
        return text if asked == drawn else text.replace(f"\nT:{drawn}\n", f"\nT:{asked}\n", 1)

    def _accepted(self, number: int, text: str | None, shown: int) -> Iterator[tuple[int, str, bool]]:
        if text is not None:
            self.statistics.accepted += 1
            yield number, text[shown:], True


def advance(slots: Slots, attempts: list[Attempts | None], *, costs: bool = False) -> list[tuple[Attempts, str | None]]:
    """Draw a chunk in each slot, and free those whose tunes have ended.

    Args:
        slots: the slots.
        attempts: what each slot draws, for one sampler or for several; None if it is free.
        costs: whether to count what the tunes cost, for `Attempts.bits_per_character`.

    Returns:
        The attempts whose tunes have ended, each with the tune's text, or None if all attempts failed.
    """
    ended = []
    for slot, attempt in enumerate(attempts):
        if attempt:
            attempt.save_before_chunk(slots, slot)
    drawn = slots.step([attempt.stream if attempt else None for attempt in attempts], costs=costs)
    for slot, attempt in enumerate(attempts):
        if attempt:
            text = attempt.take(drawn[slot], slots, slot)
            if text is not None or attempt.failed:
                ended.append((attempt, text))
                attempts[slot] = None
    return ended
