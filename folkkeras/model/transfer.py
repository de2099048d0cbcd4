"""Fine-tune a trained model: start from its weights, and add the characters that its vocabulary lacks."""

from collections import Counter

import numpy as np
import numpy.typing as npt

from folkkeras.errors import CorpusError
from folkkeras.features.columns import sizes_of
from folkkeras.model.tune_model import TuneModel
from folkkeras.vocabulary import Vocabulary


def extended(vocabulary: Vocabulary, counts: Counter[str]) -> Vocabulary:
    """The vocabulary with the counted characters that it lacks appended, by descending frequency."""
    counted = Vocabulary.from_counts(counts).characters
    return Vocabulary(vocabulary.characters + "".join(vocabulary.unknown(counted)))


def load_pretrained_weights(model: TuneModel, base: TuneModel) -> None:
    """Copy the weights of `base` into `model`, except those of characters that `base` does not have.

    An added character keeps the random embedding vector of a new model. Its logit starts as the smallest bias of the
    known characters, whatever the preceding text, since its output weights are zero.

    Args:
        model: a model with the hyperparameters of `base`, whose vocabulary is that of `base` or `extended` from it.
        base: the trained model.

    Raises:
        CorpusError: the hyperparameters or the vocabularies do not match.
    """
    known = len(base.vocabulary)
    names = ("embedding", "units", "layers", "features", "feature_embedding")
    hyperparameters = [{name: each.hyperparameters[name] for name in names} for each in (model, base)]
    if hyperparameters[0] != hyperparameters[1] or model.vocabulary.characters[:known] != base.vocabulary.characters:
        raise CorpusError(
            f"a model with the hyperparameters {hyperparameters[0]} cannot load weights with {hyperparameters[1]} "
            "or another vocabulary"
        )
    for layer, other in zip(model.lstms, base.lstms, strict=True):
        layer.set_weights(other.get_weights())
    (vectors,) = model.embedding.get_weights()
    vectors[:known] = base.embedding.get_weights()[0]
    model.embedding.set_weights([vectors])
    if model.features:
        model.feature_embedding.set_weights([_feature_vectors(model, base)])
    kernel, bias = (np.zeros_like(weights) for weights in model.dense.get_weights())
    base_kernel, base_bias = base.dense.get_weights()
    # The outputs after those of the characters are for the copies.
    for after, before in ((slice(known), slice(known)), (slice(len(model.vocabulary), None), slice(known, None))):
        kernel[:, after], bias[after] = base_kernel[:, before], base_bias[before]
    bias[known : len(model.vocabulary)] = bias[:known].min()
    model.dense.set_weights([kernel, bias])


def _feature_vectors(model: TuneModel, base: TuneModel) -> npt.NDArray[np.float32]:
    """The vectors of the features of `base` at their places in `model`, with more values for features of characters."""
    (vectors,) = model.feature_embedding.get_weights()
    (known,) = base.feature_embedding.get_weights()
    at = 0
    for name, size in zip(model.features, sizes_of(model.features, len(model.vocabulary)), strict=True):
        count = sizes_of([name], len(base.vocabulary))[0]
        vectors[at : at + count], known = known[:count], known[count:]
        at += size
    return vectors
