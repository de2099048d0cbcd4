"""Which model to use: find one with clearly lower validation bits per character."""

from collections.abc import Sequence
from typing import NamedTuple

from folkkeras.model.reader import read_metadata
from folkkeras.pretrained import CELTIC, COLLECTIONS, celtic_model
from folkkeras.runs.run import Run

CLEARLY = 0.05  # bits per character; a smaller difference is not reported


class Better(NamedTuple):
    """A model that predicts tunes better."""

    name: str
    bits: float  # its validation bits per character


def best_bits(run: Run) -> float | None:
    """The lowest validation bits per character of a run, or None before its first evaluation."""
    return min((row.validation_bits for row in run.evaluation_intervals()), default=None)


def better_model(run: Run, bits: float, runs: Sequence[Run]) -> Better | None:
    """The best model with clearly fewer bits than a run's, or None. It has the same corpus or is the pretrained model.

    The pretrained model's bits are those of its own held-out tunes, so it counts only for runs on its collections.

    Args:
        run: the run.
        bits: the validation bits per character of the run's model.
        runs: the runs to compare it with.
    """
    found = [Better(each.name, other) for each in runs if (other := _comparable_bits(run, each)) is not None]
    pretrained = read_metadata(celtic_model()).get("validation_bits")
    if pretrained and set(run.corpus) <= set(COLLECTIONS):
        found.append(Better(CELTIC, pretrained))
    best = min(found, key=lambda each: each.bits, default=None)
    return best if best and best.bits < bits - CLEARLY else None


def _comparable_bits(run: Run, other: Run) -> float | None:
    comparable = other.name != run.name and other.corpus_digest == run.corpus_digest and other.best.exists()
    return best_bits(other) if comparable else None
