"""Many tunes in little memory: one string, and where each tune in it ends."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import overload


class TuneList(Sequence[str]):
    """A sequence of tunes that keeps them joined; a tune is cut out when it is asked for.

    A book of 100 MB costs 100 MB so, where single strings would cost a seventh more, and their joined text
    as much again.
    """

    def __init__(self, tunes: Iterable[str]) -> None:
        tunes = list(tunes)
        self.text = "".join(tunes)
        self._ends = array("q", accumulate(map(len, tunes), initial=0))

    @property
    def starts(self) -> Sequence[int]:
        """Where each tune begins in the text."""
        return self._ends[:-1]

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]  # counts from the end too, and raises beyond it
        return self.text[self._ends[number] : self._ends[number + 1]]

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))
