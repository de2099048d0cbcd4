"""Go on from a trained model: its weights, and its vocabulary with the characters that it lacks."""

from collections import Counter

import numpy as np

from folkkeras.errors import CorpusError
from folkkeras.model.tune_model import TuneModel
from folkkeras.vocabulary import Vocabulary


def extended(vocabulary: Vocabulary, counts: Counter[str]) -> Vocabulary:
    """The vocabulary with the counted characters that it lacks at its end, by falling frequency."""
    counted = Vocabulary.from_counts(counts).characters
    return Vocabulary(vocabulary.characters + "".join(vocabulary.unknown(counted)))


def take_over(model: TuneModel, base: TuneModel) -> None:
    """Give `model` the weights of `base`; what is its own alone are the vectors and logits of added characters.

    An added character begins with the random vector of a new model, and with the smallest bias of the known ones,
    whatever came before it.

    Args:
        model: of the sizes of `base`, its vocabulary that of `base` or one `extended` from it.
        base: the trained model.

    Raises:
        CorpusError: the sizes or the vocabularies do not fit.
    """
    known = len(base.vocabulary)
    sizes = [{name: each.sizes[name] for name in ("embedding", "units", "layers")} for each in (model, base)]
    if sizes[0] != sizes[1] or model.vocabulary.characters[:known] != base.vocabulary.characters:
        raise CorpusError(f"a model of sizes {sizes[0]} cannot go on from one of {sizes[1]} or another vocabulary")
    for layer, other in zip(model.lstms, base.lstms, strict=True):
        layer.set_weights(other.get_weights())
    (vectors,) = model.embedding.get_weights()
    vectors[:known] = base.embedding.get_weights()[0]
    model.embedding.set_weights([vectors])
    kernel, bias = (np.zeros_like(weights) for weights in model.dense.get_weights())
    kernel[:, :known], bias[:known] = base.dense.get_weights()
    bias[known:] = bias[:known].min()
    model.dense.set_weights([kernel, bias])
