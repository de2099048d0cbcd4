"""The n-gram model, compared with a direct implementation of its formula."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from folkkeras.corpus.load import read_corpus
from folkkeras.evaluation.ngram import ORDERS, NGram
from folkkeras.vocabulary import Vocabulary


def test_bits_are_those_of_witten_bell_smoothing() -> None:
    corpus = read_corpus(["ryans"])
    training, tunes = list(corpus.training[:40]), list(corpus.held_out[:4])
    vocabulary = Vocabulary.from_text(*training, *tunes)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for tune in training:
        for place, character in enumerate(tune):
            for length in range(min(place, ORDERS[-1] - 1) + 1):
                counts[tune[place - length : place]][character] += 1

    def share(context: str, character: str) -> float:
        below = share(context[1:], character) if context else 1 / len(vocabulary)
        seen = counts.get(context)
        return (seen[character] + len(seen) * below) / (seen.total() + len(seen)) if seen else below

    found = NGram(training, vocabulary).bits(tunes)
    assert list(found) == list(ORDERS)
    for order in ORDERS:
        for tune, bits in zip(tunes, found[order], strict=True):
            expected = [
                -np.log2(share(tune[max(0, place - order + 1) : place], tune[place])) for place in range(1, len(tune))
            ]
            np.testing.assert_allclose(bits, expected, rtol=1e-12)


def test_the_probabilities_of_all_characters_sum_to_one() -> None:
    tunes = ["X:1\nabab\n", "X:1\nabba\n"]
    vocabulary = Vocabulary.from_text(*tunes)
    ngram = NGram(tunes, vocabulary)
    for order in ORDERS:
        shares = [2 ** -ngram.bits(["X:1\nab" + character])[order][0][-1] for character in vocabulary.characters]
        assert sum(shares) == pytest.approx(1)
