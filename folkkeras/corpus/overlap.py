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

from folkkeras.notation.melody import staff_places
from folkkeras.notation.tunes import header_of

RUN = 8  # notes of the runs whose share is counted
VARIANT = 0.5  # share of a tune's runs that stand in one other tune, from which on the two are variants
_END = 255  # between two melodies; no step
_MIDDLE = 128  # the step 0


@dataclass(frozen=True)
class Overlap:
    """What a tune shares with a book."""

    longest: int  # notes of the longest shared run; 0 where none of at least two notes is shared
    nearest: str  # the title of the tune with that run, "" where there is none
    new_runs: float  # share of the tune's runs of 8 notes that stand nowhere in the book; nan where it has none
    variant: bool  # whether more than half of these runs stand in one tune of the book


class MelodyIndex:
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

    def overlap(self, tune: str) -> Overlap:
        """What a tune in ABC shares with the book's tunes."""
        steps = _steps(tune)
        best = steps[:0]
        for begin in range(len(steps)):
            # Whether a run has a place is all that is asked here, since a short one has very many.
            while begin + len(best) < len(steps) and self._places(steps[begin : begin + len(best) + 1]).size:
                best = steps[begin : begin + len(best) + 1]
        runs = [self._tunes_with(steps[begin : begin + RUN - 1]) for begin in range(len(steps) - RUN + 2)]
        shared = np.unique(np.concatenate(runs), return_counts=True)[1] if runs else np.empty(0)
        return Overlap(
            longest=len(best) + 1 if best.size else 0,
            nearest=self.titles[self._tunes_with(best)[0]] if best.size else "",
            new_runs=sum(not run.size for run in runs) / len(runs) if runs else float("nan"),
            variant=bool(shared.max(initial=0) > VARIANT * len(runs)),
        )

    def _places(self, steps: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
        """Where a run of steps stands in the text."""
        count, first = sa_search(self._text, self._suffixes, steps)
        return self._suffixes[first : first + count] if count else self._suffixes[:0]

    def _tunes_with(self, steps: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """The numbers of the tunes in which a run of steps stands, rising."""
        return np.unique(np.searchsorted(self._ends, self._places(steps), side="right"))


def _steps(tune: str) -> npt.NDArray[np.uint8]:
    places = staff_places(tune)
    return (np.clip(np.diff(places), -100, 100) + _MIDDLE).astype(np.uint8)
