"""Store many tunes in little memory: one byte per character, and the end of each tune.

A character is stored as its index in the list's alphabet. That takes one byte if the alphabet has at most 256
characters, whatever their code points. A list of strings takes a sixth more, and their joined text as much again.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from folkkeras.vocabulary import Vocabulary, smallest_dtype

CHUNK = 1 << 20  # characters encoded or decoded at a time
_CODE_POINTS = 0x110000


class TuneList(Sequence[str]):
    """A sequence of tunes, each decoded on access.

    Args:
        ids: indices of the characters of all tunes, (characters,), unsigned; may be memory-mapped.
        ends: 0, and the end of each tune in `ids`, (tunes + 1,).
        characters: the alphabet, in the order of the indices.
    """

    def __init__(self, ids: npt.NDArray[Any], ends: npt.NDArray[np.int64], characters: str) -> None:
        self.ids, self.ends, self.characters = ids, ends, characters
        self._codes = np.array([ord(character) for character in characters], "<u4")

    @classmethod
    def of(cls, tunes: Iterable[str]) -> "TuneList":
        """Build a list from tunes."""
        growing = GrowingTuneList()
        for tune in tunes:
            growing.append(tune)
        return growing.done()

    def union(self, others: Sequence[str]) -> "TuneList":
        """This list, followed by the others that it does not contain, each once."""
        if not others:
            return self
        own = set(self)
        return TuneList.of([*self, *(tune for tune in dict.fromkeys(others) if tune not in own)])

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """The beginning of each tune in the text, (tunes,)."""
        return self.ends[:-1]

    @property
    def length(self) -> int:
        """The number of characters in all tunes."""
        return len(self.ids)

    @property
    def text(self) -> str:
        """All tunes, joined."""
        return "".join(self.pieces())

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces, so that it need not be in memory at once."""
        return (self._decoded(start, start + CHUNK) for start in range(0, self.length, CHUNK))

    def counts(self) -> Counter[str]:
        """How often each character occurs in the text."""
        counts = np.zeros(len(self.characters), np.int64)
        for start in range(0, self.length, CHUNK):
            counts += np.bincount(self.ids[start : start + CHUNK], minlength=len(counts))
        return Counter(dict(zip(self.characters, counts.tolist(), strict=True)))

    def encoded(self, vocabulary: Vocabulary) -> "Encoded":
        """The text as indices of a vocabulary.

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
        number = range(len(self))[index]  # handles negative indices, and raises IndexError out of range
        return self._decoded(self.ends[number], self.ends[number + 1])

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))

    def _decoded(self, start: int, end: int) -> str:
        return self._codes[self.ids[start:end]].tobytes().decode("utf-32-le", "surrogatepass")


class Encoded:
    """A text as indices of a vocabulary, looked up on access, so that they take no memory.

    Args:
        ids: the text's own indices, (characters,).
        table: own index -> index in the vocabulary, (alphabet,).
    """

    def __init__(self, ids: npt.NDArray[Any], table: npt.NDArray[Any]) -> None:
        self._ids, self._table = ids, table

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, places: Any) -> npt.NDArray[Any]:
        return self._table[self._ids[places]]


class GrowingTuneList:
    """Builds a TuneList from tunes that are added one at a time."""

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
        """The list of the added tunes; no more may be added afterwards."""
        self._encode()
        characters = "".join(map(chr, self._codes))
        return TuneList(np.frombuffer(self._ids, self._kind), np.frombuffer(self._ends, np.int64), characters)

    def _encode(self) -> None:
        codes = np.frombuffer("".join(self._waiting).encode("utf-32-le", "surrogatepass"), "<u4")
        self._waiting, self._waiting_length = [], 0
        new = np.flatnonzero(np.bincount(codes, minlength=_CODE_POINTS) * (self._index < 0))
        self._index[new] = np.arange(len(self._codes), len(self._codes) + len(new))
        self._codes += new.tolist()
        kind = np.dtype(smallest_dtype(len(self._codes)))
        if kind != self._kind:
            self._ids = bytearray(np.frombuffer(self._ids, self._kind).astype(kind).tobytes())
            self._kind = kind
        self._ids += self._index[codes].astype(kind).tobytes()
