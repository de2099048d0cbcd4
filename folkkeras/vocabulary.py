"""Characters and their indices.

A character's index is its rank by descending frequency, with ties broken by code point. So the same text
gives the same indices each time and on every machine.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.errors import UsageError

CHUNK = 1 << 20  # characters encoded at a time, so that a large text needs no large temporary array


class Vocabulary:
    """The characters that a model knows, in the order of their indices.

    Args:
        characters: each character once.
    """

    def __init__(self, characters: str) -> None:
        if len(set(characters)) != len(characters):
            raise UsageError("a character is in the vocabulary twice")
        self.characters = characters
        self._index = {character: index for index, character in enumerate(characters)}
        codes = np.array([ord(character) for character in characters], dtype=np.uint32)
        self._by_code = np.argsort(codes).astype(np.int32)  # index of the n-th smallest code point
        self._codes = codes[self._by_code]

    @classmethod
    def from_text(cls, *texts: str) -> "Vocabulary":
        """The vocabulary of one or more texts."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(text)
        return cls.from_counts(counts)

    @classmethod
    def from_counts(cls, counts: Counter[str]) -> "Vocabulary":
        """The vocabulary of a text in which each character occurs as often as counted."""
        return cls("".join(sorted(counts, key=lambda character: (-counts[character], character))))

    def __len__(self) -> int:
        return len(self.characters)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.characters == other.characters

    def __hash__(self) -> int:
        return hash(self.characters)

    @property
    def codes(self) -> npt.NDArray[np.int32]:
        """The code points of the characters, (vocabulary,)."""
        return np.array([ord(character) for character in self.characters], np.int32)

    def unknown(self, text: str) -> list[str]:
        """The characters of `text` that are not in the vocabulary, each once, in order of appearance."""
        return [character for character in dict.fromkeys(text) if character not in self._index]

    def encode(self, text: str) -> npt.NDArray[Any]:
        """The indices of `text`, (characters,), in the smallest unsigned dtype that holds them.

        Raises:
            UsageError: a character is not in the vocabulary.
        """
        size = len(self)
        ids = np.empty(len(text), dtype=smallest_dtype(size))
        for start in range(0, len(text), CHUNK):
            codes = np.frombuffer(text[start : start + CHUNK].encode("utf-32-le", "surrogatepass"), "<u4")
            rank = np.searchsorted(self._codes, codes)
            rank[rank == size] = 0
            if not np.array_equal(self._codes[rank], codes):
                raise UsageError(f"not in the vocabulary: {self.unknown(text)!r}")
            ids[start : start + len(codes)] = self._by_code[rank]
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """The text of the indices `ids`."""
        return "".join([self.characters[index] for index in ids])


def smallest_dtype(count: int) -> type[np.unsignedinteger[Any]]:
    """The smallest unsigned dtype for `count` different indices."""
    return np.uint8 if count <= 1 << 8 else np.uint16 if count <= 1 << 16 else np.uint32
