"""A Witten-Bell n-gram of characters: what counting alone predicts, the yardstick of a model.

    P(c | h) = (n(hc) + t(h) P(c | h')) / (n(h) + t(h))

with n for how often a text stands in the training tunes, t(h) for how many different characters follow h
there, and h' for h without its first character; at the bottom all characters are alike. Source: I. Witten
and T. Bell, "The zero-frequency problem" (1991), the interpolated form of S. Chen and J. Goodman, "An
Empirical Study of Smoothing Techniques for Language Modeling" (1998).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folkkeras.vocabulary import Vocabulary

ORDERS = range(1, 7)  # characters of a gram, the predicted one included

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Level:
    """The grams of one order."""

    codes: Counts  # rank of the context times the vocabulary plus the character, rising
    counts: Counts  # how often each occurs
    after: Counts  # by context: how many characters follow it in all
    kinds: Counts  # by context: how many different ones


class NGram:
    """Counts of all grams up to the sixth order.

    Args:
        tunes: to count; each is a text of its own.
        vocabulary: that covers them, and all that is to be predicted.
    """

    def __init__(self, tunes: Sequence[str], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._levels: list[_Level] = []
        ids, places = self._laid(tunes)
        ranks = np.zeros(len(ids), np.int64)  # of the gram of the order below that ends before each character
        contexts = 1
        for order in ORDERS:
            codes, counts = np.unique((ranks * len(vocabulary) + ids)[places >= order - 1], return_counts=True)
            owners = codes // len(vocabulary)
            after = np.bincount(owners, weights=counts, minlength=contexts).astype(np.int64)
            self._levels.append(_Level(codes, counts, after, np.bincount(owners, minlength=contexts)))
            contexts = len(codes)
            ranks = _before(self._rank(self._levels[-1], ranks, ids))

    def bits(self, tunes: Sequence[str]) -> dict[int, list[npt.NDArray[np.float64]]]:
        """By order, of each tune the bits of its characters from the second on, (characters - 1,)."""
        ids, places = self._laid(tunes)
        cuts = np.cumsum([len(tune) for tune in tunes])[:-1]
        ranks = np.zeros(len(ids), np.int64)
        share = np.full(len(ids), 1 / len(self.vocabulary))
        found = {}
        for order, level in zip(ORDERS, self._levels, strict=True):
            known = (places >= order - 1) & (ranks >= 0)
            gram = self._rank(level, ranks, ids)
            n = np.where(gram >= 0, level.counts[gram], 0)
            after, kinds = level.after[ranks], level.kinds[ranks]
            known &= after > 0
            share = np.where(known, (n + kinds * share) / np.maximum(after + kinds, 1), share)
            found[order] = [part[1:] for part in np.split(-np.log2(share), cuts)]
            ranks = _before(gram)
        return found

    def _laid(self, tunes: Sequence[str]) -> tuple[Counts, Counts]:
        """The indices of all tunes' characters, and the place of each in its tune."""
        ids = self.vocabulary.encode("".join(tunes)).astype(np.int64)
        return ids, np.concatenate([np.arange(len(tune)) for tune in tunes])

    def _rank(self, level: _Level, ranks: Counts, ids: Counts) -> Counts:
        """The ranks of the grams that end at each character; -1 where one was never seen."""
        codes = ranks * len(self.vocabulary) + ids
        found = np.minimum(np.searchsorted(level.codes, codes), len(level.codes) - 1)
        return np.where((ranks >= 0) & (level.codes[found] == codes), found, -1)


def _before(ranks: Counts) -> Counts:
    """The ranks one character on: each character's context."""
    return np.concatenate([[-1], ranks[:-1]])
