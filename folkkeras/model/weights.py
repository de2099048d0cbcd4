"""Exported weights: a trained model as plain arrays, for generation without TensorFlow."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.vocabulary import Vocabulary

GATES = 4

Array = npt.NDArray[np.float32]


def shapes(vocabulary: int, embedding: int, units: int, layers: int) -> list[tuple[int, ...]]:
    """The shapes of a model's weights, in the order of `ExportedWeights.weights`."""
    all_shapes: list[tuple[int, ...]] = [(vocabulary, embedding)]
    for layer in range(layers):
        below = units if layer else embedding
        all_shapes += [(below, GATES * units), (units, GATES * units), (GATES * units,)]
    return [*all_shapes, (units, vocabulary), (vocabulary,)]


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
        hyperparameters: the model's `embedding`, `units` and `layers`.
        metadata: how the model was trained.
        weights: float32, in Keras's order and shapes: the embedding; the kernel, recurrent kernel and bias of each
            LSTM, with gates in the order input, forget, cell, output; the kernel and bias of the dense layer.
    """

    vocabulary: Vocabulary
    hyperparameters: dict[str, int]
    metadata: dict[str, Any]
    weights: list[Array]

    def lstms(self) -> list[tuple[Array, Array, Array]]:
        """The kernel, recurrent kernel and bias of each LSTM."""
        flat = iter(self.weights[1:-2])
        return list(zip(flat, flat, flat, strict=True))

    def fused_embedding(self) -> Array:
        """The fused embedding of these weights, (vocabulary, 4 * units)."""
        kernel, _, bias = self.lstms()[0]
        table: Array = fused_embedding(self.weights[0], kernel, bias)
        return table

    def digest(self) -> str:
        """SHA-256 of the vocabulary, hyperparameters and weights; models with the same digest write the same tunes."""
        digest = hashlib.sha256(json.dumps([self.vocabulary.characters, self.hyperparameters]).encode())
        for weights in self.weights:
            digest.update(weights.tobytes())
        return digest.hexdigest()
