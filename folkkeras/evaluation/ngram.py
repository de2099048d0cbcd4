"""A Witten-Bell character n-gram, which predicts from counts alone: the baseline for a model.

    P(c | h) = (n(hc) + t(h) P(c | h')) / (n(h) + t(h))

Here n counts how often a text occurs in the training tunes, t(h) counts how many different characters follow
h there, and h' is h without its first character. Below order 1 all characters are equally likely. Sources:
I. Witten and T. Bell, "The zero-frequency problem" (1991); interpolated form, S. Chen and J. Goodman, "An
Empirical Study of Smoothing Techniques for Language Modeling" (1998).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folkkeras.vocabulary import Vocabulary

ORDERS = range(1, 7)  # characters in an n-gram, including the predicted one

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Level:
    """The n-grams of one order."""

    codes: Counts  # the context's rank times the vocabulary size plus the character's index, ascending
    counts: Counts  # how often each n-gram occurs
    after: Counts  # by context: how many characters follow it in total
    distinct: Counts  # by context: how many different characters follow it


class NGram:
    """Counts of all n-grams up to order six.

    Args:
        tunes: the tunes to count; no n-gram spans two of them.
        vocabulary: covers these tunes and those to predict.
    """

    def __init__(self, tunes: Sequence[str], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._levels: list[_Level] = []
        ids, places = self._layout(tunes)
        ranks = np.zeros(len(ids), np.int64)  # of the lower-order n-gram that ends before each character
        contexts = 1
        for order in ORDERS:
            codes, counts = np.unique((ranks * len(vocabulary) + ids)[places >= order - 1], return_counts=True)
            owners = codes // len(vocabulary)
            after = np.bincount(owners, weights=counts, minlength=contexts).astype(np.int64)
            self._levels.append(_Level(codes, counts, after, np.bincount(owners, minlength=contexts)))
            contexts = len(codes)
            ranks = _before(self._rank(self._levels[-1], ranks, ids))

    def bits(self, tunes: Sequence[str]) -> dict[int, list[npt.NDArray[np.float64]]]:
        """For each order, the bits of each tune's characters from the second on, (characters - 1,) per tune."""
        ids, places = self._layout(tunes)
        cuts = np.cumsum([len(tune) for tune in tunes])[:-1]
        ranks = np.zeros(len(ids), np.int64)
        probability = np.full(len(ids), 1 / len(self.vocabulary))
        found = {}
        for order, level in zip(ORDERS, self._levels, strict=True):
            known = (places >= order - 1) & (ranks >= 0)
            gram = self._rank(level, ranks, ids)
            n = np.where(gram >= 0, level.counts[gram], 0)
            after, distinct = level.after[ranks], level.distinct[ranks]
            known &= after > 0
            probability = np.where(known, (n + distinct * probability) / np.maximum(after + distinct, 1), probability)
            found[order] = [part[1:] for part in np.split(-np.log2(probability), cuts)]
            ranks = _before(gram)
        return found

    def _layout(self, tunes: Sequence[str]) -> tuple[Counts, Counts]:
        """The indices of all tunes' characters, and the position of each in its tune."""
        ids = self.vocabulary.encode("".join(tunes)).astype(np.int64)
        return ids, np.concatenate([np.arange(len(tune)) for tune in tunes])

    def _rank(self, level: _Level, ranks: Counts, ids: Counts) -> Counts:
        """The rank of the n-gram that ends at each character; -1 if it was never counted."""
        codes = ranks * len(self.vocabulary) + ids
        found = np.minimum(np.searchsorted(level.codes, codes), len(level.codes) - 1)
        return np.where((ranks >= 0) & (level.codes[found] == codes), found, -1)


def _before(ranks: Counts) -> Counts:
    """The ranks shifted by one character, so that each character has its context's rank."""
    return np.concatenate([[-1], ranks[:-1]])
