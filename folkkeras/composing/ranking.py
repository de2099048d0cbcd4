"""Rank candidates by how much they look like real tunes.

A logistic regression learns from the descriptors of a model's own tunes and of its training tunes which are real. The
model file stores its weights, so that ranking needs neither the training tunes nor scikit-learn. Bits per character do
not take part: ranking by them, or by how close they are to those of real tunes, makes candidates easier to tell from
real tunes.
"""

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.errors import OutputError
from folkkeras.evaluation.descriptors import descriptors_of
from folkkeras.evaluation.form import has_notes
from folkkeras.extras import require
from folkkeras.files import cache_folder, write_text
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Tune
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import TuneRequest

TUNES = 400  # of each kind, from which a ranking is learned
FEWEST = 50  # of each kind
_SEED = 1_000_003  # of the model's own tunes, unlike those that people use
_STRENGTH = 0.01  # the inverse of the regularisation
_LEAST_SCALE = 1e-6
_ABSENT = -1.0  # in place of a descriptor that does not apply; none is negative


@dataclass(frozen=True)
class Ranking:
    """A logistic regression on standardised descriptors.

    Args:
        names: of the descriptors.
        means, scales: of each over real tunes.
        weights: of each; a positive one means that real tunes have more of it.
    """

    names: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]

    def score(self, tune: Tune) -> float:
        """The log odds that a tune is real, up to a constant; minus infinity without notes."""
        if not has_notes(tune):
            return -math.inf
        values = descriptors_of(tune)
        return sum(
            weight * (_present(values.get(name, math.nan)) - mean) / scale
            for name, mean, scale, weight in zip(self.names, self.means, self.scales, self.weights, strict=True)
        )

    @classmethod
    def of(cls, real: Sequence[Tune], drawn: Sequence[Tune]) -> "Ranking":
        """What tells real tunes from drawn ones. All of them have notes."""
        from sklearn.linear_model import LogisticRegression

        names = tuple(descriptors_of(real[0]))
        ours, others = _described(real), _described(drawn)
        means, scales = ours.mean(0), np.maximum(ours.std(0), _LEAST_SCALE)
        fitted = LogisticRegression(C=_STRENGTH, max_iter=2_000).fit(
            (np.concatenate([ours, others]) - means) / scales, np.repeat([1, 0], [len(ours), len(others)])
        )
        return cls(names, tuple(means.tolist()), tuple(scales.tolist()), tuple(fitted.coef_[0].tolist()))

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> "Ranking | None":
        """What `to_json` gave a model's metadata; None if it has no ranking."""
        found = metadata.get("ranking")
        return cls(**{name: tuple(values) for name, values in found.items()}) if found else None

    def to_json(self) -> dict[str, Any]:
        """The values for a model's metadata."""
        return asdict(self)


def ranking_of(model: Generator) -> Ranking | None:
    """The ranking that a model's file stores, or one that is learned now and cached; None with too few tunes.

    Raises:
        CorpusError: it has to be learned, but the training tunes are missing or have changed.
        FolkError: it has to be learned, but the package scikit-learn is missing.
    """
    if stored := Ranking.from_metadata(model.metadata):
        return stored
    path = cache_folder() / "rankings" / f"{model.digest}.json"
    with suppress(OSError, ValueError, TypeError):
        return Ranking.from_metadata({"ranking": json.loads(path.read_text(encoding="utf-8"))})
    found = learned_ranking(model)
    if found:
        with suppress(OSError, OutputError):  # such as a full disk: it is learned again next time
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, json.dumps(found.to_json()))
    return found


def learned_ranking(model: Generator, tunes: int = TUNES) -> Ranking | None:
    """A ranking from so many tunes of a model and of its training tunes; None with fewer than FEWEST of either.

    Raises:
        CorpusError: the training tunes are missing or have changed.
        FolkError: the package scikit-learn is missing.
    """
    require("evaluate")
    known = model.training_tunes.tunes
    chosen = np.random.default_rng(_SEED).permutation(len(known))[:tunes].tolist()
    real = [tune for place in chosen if has_notes(tune := read_tune(known[place]))]
    request = TuneRequest(count=tunes, seed=_SEED)
    drawn = [tune for each in model.tunes(request) if has_notes(tune := read_tune(each.text))]
    return Ranking.of(real, drawn) if min(len(real), len(drawn)) >= FEWEST else None


def _described(tunes: Sequence[Tune]) -> npt.NDArray[np.float64]:
    return np.array([[_present(value) for value in descriptors_of(tune).values()] for tune in tunes])


def _present(value: float) -> float:
    return _ABSENT if math.isnan(value) else float(value)
