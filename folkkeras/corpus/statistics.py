"""Corpus statistics: the number and lengths of tunes, their keys, metres and types."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from folkkeras.corpus.corpus import Corpus
from folkkeras.notation.tunes import header_of
from folkkeras.vocabulary import Vocabulary

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True)
class Statistics:
    """The result of `corpus_statistics`; the Counters count tunes."""

    training: int  # tunes
    held_out: int  # tunes
    characters: int
    vocabulary: str  # by descending frequency
    lengths: dict[float, int]  # quantile -> characters of a tune
    keys: Counter[str]
    metres: Counter[str]
    types: Counter[str]


def corpus_statistics(corpus: Corpus) -> Statistics:
    """Compute statistics over the training and held-out tunes together."""
    tunes = (*corpus.training, *corpus.held_out)
    headers = [header_of(tune) for tune in tunes]
    lengths = np.quantile([len(tune) for tune in tunes], QUANTILES)
    return Statistics(
        training=len(corpus.training),
        held_out=len(corpus.held_out),
        characters=sum(map(len, tunes)),
        vocabulary=Vocabulary.from_counts(corpus.counts).characters,
        lengths={quantile: round(length) for quantile, length in zip(QUANTILES, lengths.tolist(), strict=True)},
        keys=Counter(header.get("K", "none") for header in headers),
        metres=Counter(header.get("M", "none") for header in headers),
        types=Counter(header.get("R", "none").lower() for header in headers),
    )
