"""The classifier two-sample test: can a classifier tell two sets of tunes apart?

Boosted trees learn from the descriptors of four fifths of the tunes which set each is from, and judge the other fifth,
five times over. The area under the ROC curve is the probability that they find a random tune of the first set likelier
to be from it than a random one of the second. Source: D. Lopez-Paz and M. Oquab, "Revisiting Classifier Two-Sample
Tests" (2017), arXiv:1610.06545; they take the accuracy, which depends on the sizes of the sets.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from folkkeras.evaluation.descriptors import descriptors_of
from folkkeras.evaluation.figures import ToldApart
from folkkeras.evaluation.form import has_notes
from folkkeras.music.tune import Tune

MIN_TUNES = 50  # of each set; the classifier's leaves have at least 20 tunes
_FOLDS = 5


def told_apart(
    generated: Sequence[Sequence[Tune]], training: Sequence[Sequence[Tune]], evaluated: Sequence[Tune]
) -> ToldApart:
    """How well a classifier tells sets of generated and of training tunes from the evaluated ones."""
    others = _described(evaluated)
    by_seed, by_sample = (
        tuple(area_under_curve(_described(tunes), others) for tunes in sets) for sets in (generated, training)
    )
    return ToldApart(float(np.mean(by_seed)), float(np.mean(by_sample)), by_seed, by_sample)


def area_under_curve(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """The area under the ROC curve of a classifier that learns to tell two sets apart; nan with too few of a set.

    Args:
        one: descriptors, (tunes, descriptors).
        other: descriptors of the other set, (tunes, descriptors).
    """
    if min(len(one), len(other)) < MIN_TUNES:
        return math.nan
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    is_one = np.repeat([True, False], [len(one), len(other)])
    with threadpool_limits(1):  # so few numbers are slower on several threads
        probabilities = cross_val_predict(
            HistGradientBoostingClassifier(random_state=0),
            np.concatenate([one, other]),
            is_one,
            cv=StratifiedKFold(_FOLDS, shuffle=True, random_state=0),
            method="predict_proba",
        )[:, 1]
    return float(roc_auc_score(is_one, probabilities))


def _described(tunes: Sequence[Tune]) -> npt.NDArray[np.float64]:
    """The descriptors of the tunes that have notes, (tunes, descriptors); -1 for one that does not apply."""
    found = [list(descriptors_of(tune).values()) for tune in tunes if has_notes(tune)]
    # No descriptor is negative. The classifier takes nan too, but fails if no tune has a value.
    return np.nan_to_num(np.array(found, np.float64), nan=-1.0)
