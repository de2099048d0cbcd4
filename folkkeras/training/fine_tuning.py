"""The options of a training that starts from a trained model."""

from collections.abc import Mapping, Sequence
from typing import Any

from folkkeras.config import FINE_TUNING, SMALL_CORPUS, option
from folkkeras.errors import UsageError
from folkkeras.features.columns import NONE
from folkkeras.model.weights import ExportedWeights


def fine_tuning_options(base: ExportedWeights, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of `TrainingConfig` that fine-tuning a model takes where others are not given.

    Args:
        base: the trained model.
        given: the options that are asked for.

    Raises:
        UsageError: an option does not fit the model.
    """
    own = {**base.hyperparameters, "raw": bool(base.metadata.get("raw"))}
    for name, value in given.items():
        if own.get(name, value) != value:
            raise UsageError(f"{option(name)} {value} does not fit the model of --from, which has {own[name]}")
    if base.hyperparameters["features"] == NONE:
        del own["feature_embedding"]  # the option has no meaning then, and 0 is out of its range
    return {**FINE_TUNING, "chords": bool(base.metadata.get("chords")), **own, "base": base.digest()}


def is_transposed(training: Sequence[str], *, raw: bool) -> bool:
    """Whether fine-tuning transposes these tunes where nothing else is asked: a small corpus gains by it."""
    return not raw and len(training) <= SMALL_CORPUS
