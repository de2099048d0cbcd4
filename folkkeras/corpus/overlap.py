"""Measure how new a tune is: the longest passage that it shares with a tune of a collection, in any key.

All melodies of the collection form one text of steps. A suffix array over it finds any passage in logarithmic time.
Source: U. Manber and E. Myers, "Suffix arrays: a new method for on-line string searches" (1993); built by
libdivsufsort.
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

PASSAGE = 8  # notes in each of the passages that are counted
VARIANT = 0.5  # a tune is a variant of another that contains more than this fraction of its passages
_END = 255  # separates two melodies; no step has this value
_MIDDLE = 128  # represents the step 0


@dataclass(frozen=True)
class Overlap:
    """What a tune shares with the indexed tunes."""

    longest: int  # notes in the longest shared passage; 0 if no passage of two notes is shared
    nearest: str  # the title of the tune with that passage, or an empty string
    place: int  # the number of the passage's first note in the tune, from 0; see `staff_places`
    new_passages: float  # fraction of the tune's 8-note passages that no indexed tune has; NaN if it is too short
    variant: bool  # whether one indexed tune has more than half of these passages


class MelodyIndex:
    """A searchable index of the melodies of many tunes. It takes 5 bytes per note, plus the titles.

    Args:
        tunes: the tunes in ABC.
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
        """Compare a tune in ABC with the indexed tunes."""
        steps = _steps(tune)
        best, place = steps[:0], 0
        for begin in range(len(steps)):
            # Only check whether the passage occurs, since a short one occurs very often.
            while begin + len(best) < len(steps) and self._places(steps[begin : begin + len(best) + 1]).size:
                best, place = steps[begin : begin + len(best) + 1], begin
        runs = [self._tunes_with(steps[begin : begin + PASSAGE - 1]) for begin in range(len(steps) - PASSAGE + 2)]
        shared = np.unique(np.concatenate(runs), return_counts=True)[1] if runs else np.empty(0)
        return Overlap(
            longest=len(best) + 1 if best.size else 0,
            nearest=self.titles[self._tunes_with(best)[0]] if best.size else "",
            place=place,
            new_passages=sum(not run.size for run in runs) / len(runs) if runs else float("nan"),
            variant=bool(shared.max(initial=0) > VARIANT * len(runs)),
        )

    def _places(self, steps: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
        """The positions in the text at which a sequence of steps occurs."""
        count, first = sa_search(self._text, self._suffixes, steps)
        return self._suffixes[first : first + count] if count else self._suffixes[:0]

    def _tunes_with(self, steps: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """The indices of the tunes that contain a sequence of steps, in ascending order."""
        return np.unique(np.searchsorted(self._ends, self._places(steps), side="right"))


def _steps(tune: str) -> npt.NDArray[np.uint8]:
    places = staff_places(tune)
    return (np.clip(np.diff(places), -100, 100) + _MIDDLE).astype(np.uint8)
