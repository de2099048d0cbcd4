"""How new a tune is: the longest run of its notes that stands in a tune of the book, in whatever key.

All melodies of the book stand in one text of steps with a suffix array over it, which finds any run in
logarithmic time. Source: U. Manber and E. Myers, "Suffix arrays: a new method for on-line string searches"
(1993); built by libdivsufsort.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from pydivsufsort import divsufsort, sa_search

from folkkeras.corpus.melody import staff_places
from folkkeras.corpus.tunes import header_of

RUN = 8  # notes of the runs whose share is counted
VARIANT = 0.5  # share of a tune's runs that stand in one other tune, from which on the two are variants
_END = 255  # between two melodies; no step
_MIDDLE = 128  # the step 0


@dataclass(frozen=True)
class Likeness:
    """What a tune shares with a book."""

    longest: int  # notes of the longest shared run; 0 where none of at least two notes is shared
    nearest: str  # the title of the tune with that run, "" where there is none
    new_runs: float  # share of the tune's runs of 8 notes that stand nowhere in the book
    variant: bool  # whether more than half of these runs stand in one tune of the book


class Book:
    """The melodies of many tunes, searchable.

    Args:
        tunes: in ABC. Memory is 5 bytes a note and the titles.
    """

    def __init__(self, tunes: Iterable[str]) -> None:
        self.titles: list[str] = []
        melodies = []
        for tune in tunes:
            self.titles.append(header_of(tune).get("T", "untitled"))
            melodies.append(np.append(_steps(tune), np.uint8(_END)))
        self._ends = np.array(list(accumulate(map(len, melodies))), np.int64)
        self._text = np.concatenate(melodies) if melodies else np.array([_END], np.uint8)

    @cached_property
    def _suffixes(self) -> npt.NDArray[np.int32]:
        found: npt.NDArray[np.int32] = divsufsort(self._text)
        return found

    def likeness(self, tune: str, *, itself: bool = False) -> Likeness:
        """What the tune shares with the book's tunes.

        Args:
            tune: in ABC.
            itself: whether the tune is one of the book, which is then not compared with itself.
        """
        steps = _steps(tune)
        own = self._places_of(steps) if itself else set()
        longest, nearest = 0, ""
        for begin in range(len(steps)):
            while begin + longest < len(steps):
                found = self._tunes_with(steps[begin : begin + longest + 1]) - own
                if not found:
                    break
                longest, nearest = longest + 1, self.titles[min(found)]
        runs = [self._tunes_with(steps[begin : begin + RUN - 1]) - own for begin in range(len(steps) - RUN + 2)]
        counts: dict[int, int] = {}
        for run in runs:
            for number in run:
                counts[number] = counts.get(number, 0) + 1
        return Likeness(
            longest=longest + 1 if longest else 0,
            nearest=nearest,
            new_runs=sum(not run for run in runs) / len(runs) if runs else 1.0,
            variant=bool(runs) and max(counts.values(), default=0) > VARIANT * len(runs),
        )

    def _tunes_with(self, steps: npt.NDArray[np.uint8]) -> set[int]:
        """The numbers of the tunes in which a run of steps stands."""
        count, first = sa_search(self._text, self._suffixes, steps)
        if not count:
            return set()
        places = self._suffixes[first : first + count]
        return set(np.searchsorted(self._ends, places, side="right").tolist())

    def _places_of(self, steps: npt.NDArray[np.uint8]) -> set[int]:
        """The numbers of the tunes with that whole melody."""
        return self._tunes_with(np.append(steps, np.uint8(_END)))


def _steps(tune: str) -> npt.NDArray[np.uint8]:
    places = staff_places(tune)
    return (np.clip(np.diff(places), -100, 100) + _MIDDLE).astype(np.uint8)
