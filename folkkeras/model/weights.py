"""A trained network as plain arrays: all that drawing characters needs of a model, without TensorFlow."""

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
    """The shapes of a network's weights, in the order of `Network.weights`."""
    all_shapes: list[tuple[int, ...]] = [(vocabulary, embedding)]
    for layer in range(layers):
        below = units if layer else embedding
        all_shapes += [(below, GATES * units), (units, GATES * units), (GATES * units,)]
    return [*all_shapes, (units, vocabulary), (vocabulary,)]


@dataclass(frozen=True)
class Network:
    """Embedding -> LSTM -> Dense with the weights that a model has at one moment.

    Args:
        vocabulary: the characters.
        sizes: the model's `embedding`, `units` and `layers`.
        about: how the model was trained.
        weights: float32, in the order and the shapes of Keras: the embedding; kernel, recurrent kernel and bias of
            each LSTM, its gates in the order input, forget, cell, output; kernel and bias of the dense layer.
    """

    vocabulary: Vocabulary
    sizes: dict[str, int]
    about: dict[str, Any]
    weights: list[Array]

    def lstms(self) -> list[tuple[Array, Array, Array]]:
        """Kernel, recurrent kernel and bias of each LSTM."""
        flat = iter(self.weights[1:-2])
        return list(zip(flat, flat, flat, strict=True))

    def folded_table(self) -> Array:
        """Each character's share of the first LSTM's gates, its input projection, (vocabulary, 4 * units).

        A look-up in it replaces the product of each character's vector with the kernel.
        """
        kernel, _, bias = self.lstms()[0]
        table: Array = self.weights[0] @ kernel + bias
        return table

    def digest(self) -> str:
        """SHA-256 of the vocabulary, the sizes and the weights: networks with one digest write the same tunes."""
        digest = hashlib.sha256(json.dumps([self.vocabulary.characters, self.sizes]).encode())
        for weights in self.weights:
            digest.update(weights.tobytes())
        return digest.hexdigest()
