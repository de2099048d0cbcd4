"""Draw tunes that are whole, new and as asked: side by side, each drawn again in part or from its start until it is.

A stream keeps its state at each chunk of the loop. To draw a bar again it goes back to the last state before
that bar, reads up to it, and draws on with new random numbers; these are the stream's own, so a tune is the
same alone or among many.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from folkkeras.config import at_least
from folkkeras.corpus.overlap import Book
from folkkeras.music.checks.key import Endings, keeps_key
from folkkeras.music.reading import read_tune
from folkkeras.notation.keys import Key
from folkkeras.sampling.constraints import Back, Beyond, Done, WholeTune, Wish
from folkkeras.sampling.generator import LONGEST_TUNE, Generator
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.slots import Columns, Slots, Stream
from folkkeras.sampling.tune_stream import numbered

Judge = Callable[[str], str | None]  # of a finished tune's text: what is wrong with it, or None

MOST_DRAWN = 20  # times that one tune is drawn until the writer gives up


@dataclass
class Tally:
    """What became of the tunes that were drawn."""

    kept: int = 0
    thrown: Counter[str] = field(default_factory=Counter)  # by their reason, such as "had an uneven bar"
    at_once: int = 0  # kept as they were drawn first
    first_drawings: int = 0  # that came to an end, kept or thrown away
    gave_up: bool = False

    @property
    def drawn(self) -> int:
        """Tunes drawn to their end, or thrown away on their way."""
        return self.kept + self.thrown.total()


class _Attempt:
    """One tune in one slot."""

    def __init__(self, generator: Generator, number: int, start: str, seed: int, wish: Wish, longest: int) -> None:
        self.number, self.generator = number, generator
        self.start, self.wish, self.longest = start, wish, longest
        self.stream = Stream(np.empty(0, np.int32), (seed, number))
        self.drawn = 0  # times
        self.begin()

    def begin(self) -> None:
        """Draw the tune from its start, with new random numbers."""
        self.tune = WholeTune(self.start, self.wish, self.longest)
        self.states: list[tuple[int, Columns]] = []  # places of the text, and the slot's state there
        self.drawn += 1
        self._read(0, None)

    def go_back(self, back: Back) -> Columns | None:
        """Take the tune back; returns the state that its slot is to have, None for that of a beginning."""
        self.tune.go_back(back)
        while self.states and self.states[-1][0] > back.place:
            self.states.pop()
        place, columns = self.states[-1] if self.states else (0, None)
        self._read(place, columns)
        return columns

    def keep(self, columns: Columns) -> None:
        """Keep the state of now, before the next chunk."""
        if not self.stream.fresh:
            self.states.append((len(self.tune.text) - len(self.stream.unread), columns))

    def _read(self, place: int, columns: Columns | None) -> None:
        self.stream.unread = self.generator.vocabulary.encode(self.tune.text[place:]).astype(np.int32)
        self.stream.fresh = columns is None


def whole_tunes(
    generator: Generator,
    count: int,
    start: str,
    sampling: Sampling,
    seed: int,
    *,
    wish: Wish,
    tally: Tally,
    judges: Sequence[Judge] = (),
    first: int = 1,
    longest: int = LONGEST_TUNE,
) -> Iterator[str]:
    """Yield tunes that are as asked, numbered from X:`first` on, in the order of their numbers.

    Args:
        generator: the model.
        count: of tunes.
        start: the text that each goes on from.
        sampling: how characters are drawn.
        seed: of the draws.
        wish: what the tunes are to be like.
        tally: counts what was kept and what was thrown away.
        judges: what else a finished tune must pass.
        first: number of the first tune.
        longest: characters after which a tune counts as endless.

    Raises:
        UsageError: a value is out of its range, or the model does not know a character of the start or a field.
    """
    at_least("tunes", count, 1)
    start = wish.start(start)
    generator.check(start + "".join(f"{letter}:{value}\n" for letter, value in wish.fields.items()), seed, first)
    slots = generator.slots(count, sampling)
    attempts: list[_Attempt | None] = [None] * slots.number
    finished: dict[int, str | None] = {}  # None where a tune was given up
    coming = shown = first
    last = first + count - 1
    while shown <= last and not (tally.gave_up and not any(attempts)):
        for slot in range(slots.number):
            if attempts[slot] is None and coming <= last and not tally.gave_up:
                attempts[slot] = _Attempt(generator, coming, start, seed, wish, longest)
                coming += 1
        for slot, attempt in enumerate(attempts):
            if attempt:
                attempt.keep(slots.loop.state(slot))
        drawn = slots.advance([attempt.stream if attempt else None for attempt in attempts])
        for slot, attempt in enumerate(attempts):
            if attempt is None:
                continue
            attempt.tune.add(generator.vocabulary.decode(drawn[slot].tolist()))
            text = _judged(attempt, slot, slots, tally, judges)
            if text is not None or attempt.drawn > MOST_DRAWN:
                finished[attempt.number] = text
                attempts[slot] = None
                tally.gave_up |= text is None
        while shown in finished:
            if text := finished.pop(shown):
                tally.kept += 1
                yield ("\n" if tally.kept > 1 else "") + text
            shown += 1
    for key in sorted(finished):
        if text := finished[key]:
            tally.kept += 1
            yield ("\n" if tally.kept > 1 else "") + text


def _judged(attempt: _Attempt, slot: int, slots: Slots, tally: Tally, judges: Sequence[Judge]) -> str | None:
    """The tune's text where it is done and as asked; else take the attempt to where it draws on."""
    verdict = attempt.tune.judge()
    if isinstance(verdict, Back):
        columns = attempt.go_back(verdict)
        if columns is not None:
            slots.loop.set_state(slot, columns)
    elif isinstance(verdict, Done):
        fault = next(filter(None, (judge(verdict.text) for judge in judges)), None)
        if fault is None:
            tally.at_once += attempt.drawn == 1
            tally.first_drawings += attempt.drawn == 1
            return numbered(verdict.text, attempt.number)
        verdict = Beyond(fault)
    if isinstance(verdict, Beyond):
        tally.thrown[verdict.reason] += 1
        tally.first_drawings += attempt.drawn == 1
        attempt.begin()
    return None


def no_copy(book: Book, most: int) -> Judge:
    """Judge a tune by the longest run of notes that it shares with one of the book's, `most` at most."""

    def judge(text: str) -> str | None:
        likeness = book.likeness(text)
        return f"shared {likeness.longest} notes with {likeness.nearest}" if likeness.longest > most else None

    return judge


def in_key(key: Key, endings: Endings) -> Judge:
    """Judge a tune by whether it keeps to the key."""
    return lambda text: None if keeps_key(read_tune(text), key, endings) else f"left the key of {key}"
