"""Many tunes in little memory: a byte for each character, and where each tune ends.

A character is kept as its index among the list's characters. That is one byte where they are at most 256,
whatever their code points; a list of strings costs a sixth more, and their joined text as much again.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from folkkeras.vocabulary import Vocabulary, smallest_kind

CHUNK = 1 << 20  # characters that are encoded or decoded at a time
_CODE_POINTS = 0x110000


class TuneList(Sequence[str]):
    """A sequence of tunes; each is decoded when it is asked for.

    Args:
        ids: of the characters of all tunes, (characters,), unsigned; may be mapped from a file.
        ends: where the tunes end in it, (tunes + 1,), the first of them 0.
        characters: those that the tunes have, in the order of their indices.
    """

    def __init__(self, ids: npt.NDArray[Any], ends: npt.NDArray[np.int64], characters: str) -> None:
        self.ids, self.ends, self.characters = ids, ends, characters
        self._codes = np.array([ord(character) for character in characters], "<u4")

    @classmethod
    def of(cls, tunes: Iterable[str]) -> "TuneList":
        """The list of these tunes."""
        growing = GrowingTuneList()
        for tune in tunes:
            growing.append(tune)
        return growing.done()

    def union(self, others: Sequence[str]) -> "TuneList":
        """The list with those of the others at its end that it has not, each once; itself where there are none."""
        if not others:
            return self
        own = set(self)
        return TuneList.of([*self, *(tune for tune in dict.fromkeys(others) if tune not in own)])

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where each tune begins in the text."""
        return self.ends[:-1]

    @property
    def length(self) -> int:
        """Characters of all tunes."""
        return len(self.ids)

    @property
    def text(self) -> str:
        """All tunes, joined."""
        return "".join(self.pieces())

    def pieces(self) -> Iterator[str]:
        """The text in pieces, for what needs not have it at once."""
        return (self._decoded(start, start + CHUNK) for start in range(0, self.length, CHUNK))

    def counts(self) -> Counter[str]:
        """How often each character stands in the text."""
        counts = np.zeros(len(self.characters), np.int64)
        for start in range(0, self.length, CHUNK):
            counts += np.bincount(self.ids[start : start + CHUNK], minlength=len(counts))
        return Counter(dict(zip(self.characters, counts.tolist(), strict=True)))

    def encoded(self, vocabulary: Vocabulary) -> "Encoded":
        """The text as a vocabulary's indices.

        Raises:
            ValueError: a character is not in the vocabulary.
        """
        return Encoded(self.ids, vocabulary.encode(self.characters))

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]  # counts from the end too, and raises beyond it
        return self._decoded(self.ends[number], self.ends[number + 1])

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))

    def _decoded(self, start: int, end: int) -> str:
        return self._codes[self.ids[start:end]].tobytes().decode("utf-32-le", "surrogatepass")


class Encoded:
    """A text as indices of another order, looked up where they are asked for, so that they need no room.

    Args:
        ids: the text's indices in the one order, (characters,).
        table: each one's index in the other.
    """

    def __init__(self, ids: npt.NDArray[Any], table: npt.NDArray[Any]) -> None:
        self._ids, self._table = ids, table

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, places: Any) -> npt.NDArray[Any]:
        return self._table[self._ids[places]]


class GrowingTuneList:
    """Tunes that are added one after another."""

    def __init__(self) -> None:
        self._ids, self._kind = bytearray(), np.dtype(np.uint8)
        self._ends = array("q", [0])
        self._index = np.full(_CODE_POINTS, -1, np.int32)  # by code point
        self._codes: list[int] = []
        self._waiting: list[str] = []
        self._waiting_length = 0

    def append(self, tune: str) -> None:
        """Add a tune."""
        self._waiting.append(tune)
        self._waiting_length += len(tune)
        self._ends.append(self._ends[-1] + len(tune))
        if self._waiting_length >= CHUNK:
            self._encode()

    def done(self) -> TuneList:
        """The list of what was added; nothing is to be added after it."""
        self._encode()
        characters = "".join(map(chr, self._codes))
        return TuneList(np.frombuffer(self._ids, self._kind), np.frombuffer(self._ends, np.int64), characters)

    def _encode(self) -> None:
        codes = np.frombuffer("".join(self._waiting).encode("utf-32-le", "surrogatepass"), "<u4")
        self._waiting, self._waiting_length = [], 0
        new = np.flatnonzero(np.bincount(codes, minlength=_CODE_POINTS) * (self._index < 0))
        self._index[new] = np.arange(len(self._codes), len(self._codes) + len(new))
        self._codes += new.tolist()
        kind = np.dtype(smallest_kind(len(self._codes)))
        if kind != self._kind:
            self._ids = bytearray(np.frombuffer(self._ids, self._kind).astype(kind).tobytes())
            self._kind = kind
        self._ids += self._index[codes].astype(kind).tobytes()
