"""Exported weights: a trained model as plain arrays, for generation without TensorFlow."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.features.columns import features_of, sizes_of
from folkkeras.features.outputs import count_of
from folkkeras.vocabulary import Vocabulary

GATES = 4

Array = npt.NDArray[np.float32]


def shapes(
    vocabulary: int, embedding: int, units: int, layers: int, features: str = "none", feature_embedding: int = 0
) -> list[tuple[int, ...]]:
    """The shapes of a model's weights, in the order of `ExportedWeights.weights`."""
    names = features_of(features)
    beside = feature_embedding if names else 0
    outputs = vocabulary + count_of(names)
    all_shapes: list[tuple[int, ...]] = [(vocabulary, embedding)]
    if names:
        all_shapes.append((sum(sizes_of(names, vocabulary)), feature_embedding))
    for layer in range(layers):
        below = units if layer else embedding + beside
        all_shapes += [(below, GATES * units), (units, GATES * units), (GATES * units,)]
    return [*all_shapes, (units + beside, outputs), (outputs,)]


def fused_embedding(embedding: Any, kernel: Any, bias: Any) -> Any:
    """Each character's contribution to the first LSTM's gates, its input projection, (vocabulary, 4 * units).

    A look-up in this table replaces the product of each character's vector with the kernel. The arguments are NumPy
    arrays or TensorFlow tensors.

    Args:
        embedding: the characters' vectors, (vocabulary, embedding).
        kernel, bias: the first LSTM's weights, (embedding, 4 * units) and (4 * units,).
    """
    return embedding @ kernel + bias


@dataclass(frozen=True)
class ExportedWeights:
    """The weights of a model, Embedding -> LSTM -> Dense, at one moment.

    Args:
        vocabulary: the characters.
        hyperparameters: the model's `embedding`, `units`, `layers`, `features` and `feature_embedding`.
        metadata: how the model was trained.
        weights: float32, in Keras's order and shapes: the embedding; the features' embedding, if there are any; the
            kernel, recurrent kernel and bias of each LSTM, with gates in the order input, forget, cell, output; the
            kernel and bias of the dense layer.
    """

    vocabulary: Vocabulary
    hyperparameters: dict[str, Any]
    metadata: dict[str, Any]
    weights: list[Array]

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the features that the model reads beside the characters."""
        return features_of(self.hyperparameters.get("features", "none"))

    def lstms(self) -> list[tuple[Array, Array, Array]]:
        """The kernel, recurrent kernel and bias of each LSTM."""
        flat = iter(self.weights[2 if self.features else 1 : -2])
        return list(zip(flat, flat, flat, strict=True))

    def fused_embedding(self) -> Array:
        """The fused embedding of these weights, (vocabulary, 4 * units)."""
        kernel, _, bias = self.lstms()[0]
        parts = self.weights[0], kernel[: self.weights[0].shape[1]], bias
        # Rounded once: the last digits of a product in float32 depend on the number of threads.
        table: Array = fused_embedding(*(part.astype(np.float64) for part in parts)).astype(np.float32)
        return table

    def feature_kernel(self) -> Array:
        """The rows of the first LSTM's kernel for the features' embedding, (feature_embedding, 4 * units)."""
        return self.lstms()[0][0][self.weights[0].shape[1] :]

    def digest(self) -> str:
        """SHA-256 of the vocabulary, hyperparameters and weights.

        Models with the same digest write the same tunes if their products have the same precision.
        """
        digest = hashlib.sha256(json.dumps([self.vocabulary.characters, self.hyperparameters]).encode())
        for weights in self.weights:
            digest.update(weights.tobytes())
        return digest.hexdigest()
