"""A model's inputs, from a text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.features.columns import columns_of
from folkkeras.vocabulary import Vocabulary


def features_of_ids(
    ids: npt.NDArray[Any], vocabulary: Vocabulary, names: Sequence[str], first: int = 0
) -> dict[str, npt.NDArray[np.int32]]:
    """The features of a text by name, (characters - first,) each.

    Args:
        ids: indices of the text's characters, from the beginning of a tune on, (characters,).
        vocabulary: the characters of the indices.
        names: the features' names.
        first: the first character whose features are returned.
    """
    if not names:
        return {}
    from folkkeras.features.compiled import features_of_text  # Numba takes a second to load

    rows = features_of_text(ids.astype(np.int32), vocabulary.codes, first)
    return {name: rows[:, column] for name, column in zip(names, columns_of(names), strict=True)}


def model_inputs(text: str, vocabulary: Vocabulary, names: Sequence[str]) -> dict[str, npt.NDArray[np.int32]]:
    """A text as the inputs of a model: the `characters` and each feature by its name, (1, characters) each.

    The features of a character depend on nothing after it, and on nothing before the last blank line.

    Args:
        text: the text, from the beginning of a tune on.
        vocabulary: the model's characters.
        names: the features that the model reads, `TuneModel.features`.

    Raises:
        ValueError: a character is not in the vocabulary.
    """
    ids = vocabulary.encode(text)
    inputs = {"characters": ids.astype(np.int32), **features_of_ids(ids, vocabulary, names)}
    return {name: values[None] for name, values in inputs.items()}
