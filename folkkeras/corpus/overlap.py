"""Measure how new a tune is: the longest passage that it shares with a tune of a collection, in any key.

All melodies of the collection form one text of steps. A suffix array over it finds any passage in logarithmic time.
Source: U. Manber and E. Myers, "Suffix arrays: a new method for on-line string searches" (1993); built by
libdivsufsort.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from pydivsufsort import divsufsort

from folkkeras.notation.melody import staff_places
from folkkeras.notation.tunes import header_of

PASSAGE = 8  # notes in each of the passages that are counted
VARIANT = 0.5  # a tune is a variant of another that contains more than this fraction of its passages
_END = 255  # separates two melodies; no step has this value
_MIDDLE = 128  # represents the step 0
Places = npt.NDArray[np.int64]


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
        found = list(self._occurrences(steps))  # passages of two notes, of three, and so on
        longest = found[-1] if found else None
        passages = found[PASSAGE - 2] if len(found) > PASSAGE - 2 else None
        count = max(len(steps) - PASSAGE + 2, 0)
        return Overlap(
            longest=len(found) + 1 if longest else 0,
            nearest=self.titles[self._tunes_of(longest.low[:1], longest.high[:1]).min()] if longest else "",
            place=int(longest.begins[0]) if longest else 0,
            new_passages=(count - (len(passages.begins) if passages else 0)) / count if count else float("nan"),
            variant=bool(passages and self._most_shared(passages) > VARIANT * count),
        )

    def _occurrences(self, steps: npt.NDArray[np.uint8]) -> Iterator["_Occurrences"]:
        """Yield the passages of one step that occur in the text, then those of two, until none is left.

        All passages are searched for side by side: each further step narrows the range of suffixes that begin with one.
        """
        begins = np.arange(len(steps))
        low, high = np.zeros(len(steps), np.int64), np.full(len(steps), len(self._suffixes))
        for offset in range(len(steps)):
            inside = begins + offset < len(steps)
            begins, low, high = begins[inside], low[inside], high[inside]
            low, high = self._narrowed(low, high, offset, steps[begins + offset])
            occur = low < high
            begins, low, high = begins[occur], low[occur], high[occur]
            if not len(begins):
                return
            yield _Occurrences(begins, low, high)

    def _narrowed(self, low: Places, high: Places, offset: int, steps: npt.NDArray[np.uint8]) -> tuple[Places, Places]:
        """Of each range of suffixes, those whose step at an offset is the given one; up to there the suffixes agree."""
        bounds = np.concatenate([steps, steps + 1])  # the first suffix with at least this step, in each range
        low, high = np.concatenate([low, low]), np.concatenate([high, high])
        while (left := np.flatnonzero(low < high)).size:
            middle = (low[left] + high[left]) >> 1
            less = self._text[self._suffixes[middle] + offset] < bounds[left]
            low[left[less]] = middle[less] + 1
            high[left[~less]] = middle[~less]
        return low[: len(steps)], low[len(steps) :]

    def _most_shared(self, passages: "_Occurrences") -> int:
        """The greatest number of passages that occur in one tune."""
        low, first, times = np.unique(passages.low, return_index=True, return_counts=True)
        high = passages.high[first]
        which = np.repeat(np.arange(len(low)), high - low)
        passage, tune = np.divmod(np.unique(which * len(self._ends) + self._tunes_of(low, high)), len(self._ends))
        return int(np.bincount(tune, weights=times[passage]).max())

    def _tunes_of(self, low: Places, high: Places) -> Places:
        """For each suffix in the ranges, one range after the other, the index of the tune in which it begins."""
        sizes = high - low
        suffixes = np.arange(sizes.sum()) + np.repeat(low - np.cumsum(sizes) + sizes, sizes)
        return np.searchsorted(self._ends, self._suffixes[suffixes], side="right")


@dataclass(frozen=True)
class _Occurrences:
    """Passages of a tune, all of one length, that occur in the indexed text; each array is (passages,)."""

    begins: Places  # where they begin in the tune, in ascending order
    low: Places  # the ranges of the suffixes that begin with them
    high: Places


def _steps(tune: str) -> npt.NDArray[np.uint8]:
    places = staff_places(tune)
    return (np.clip(np.diff(places), -100, 100) + _MIDDLE).astype(np.uint8)
