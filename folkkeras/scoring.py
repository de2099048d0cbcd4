"""Bits per character: how well a model predicts tunes, each from a zero state.

A tune of n characters costs the sum over its characters 2..n of -log2 p(character | those before it); the
figure is that sum over all tunes, divided by the number of characters predicted. The first character, an X
in every tune, has nothing before it and is not counted; the blank line that ends the tune is.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from folkkeras.model import TuneModel

BATCH_CHARACTERS = 8_192  # of a batch, padding included: bounds the memory


class Scorer:
    """Scores a model on a fixed set of tunes, again and again.

    Args:
        model: the model, whose weights may change between calls.
        tunes: texts of at least two characters that the vocabulary covers.
    """

    def __init__(self, model: TuneModel, tunes: Sequence[str]) -> None:
        self.characters = sum(len(tune) - 1 for tune in tunes)  # predicted
        self._batches = [_padded([model.vocabulary.encode(tune) for tune in batch]) for batch in _batches(tunes)]

        @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32)])
        def nats(ids: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
            logits = model(ids[:, :-1], training=False)  # (batch, length - 1, vocabulary)
            costs = tf.nn.sparse_softmax_cross_entropy_with_logits(ids[:, 1:], logits)  # (batch, length - 1)
            return tf.reduce_sum(costs * tf.sequence_mask(lengths - 1, dtype=costs.dtype), axis=1)  # (batch,)

        self._nats = nats

    def bits_per_character(self) -> float:
        """The figure under the model's weights of now; nan or infinite where the weights are."""
        total = sum(float(np.sum(self._nats(ids, lengths).numpy(), dtype=np.float64)) for ids, lengths in self._batches)
        return total / self.characters / float(np.log(2))


def _batches(tunes: Sequence[str]) -> list[list[str]]:
    """Tunes of about one length together, so that little of a batch is padding."""
    batches: list[list[str]] = []
    for tune in sorted(tunes, key=len, reverse=True):
        if batches and (len(batches[-1]) + 1) * len(batches[-1][0]) <= BATCH_CHARACTERS:
            batches[-1].append(tune)
        else:
            batches.append([tune])
    return batches


def _padded(ids: list[np.ndarray]) -> tuple[tf.Tensor, tf.Tensor]:
    lengths = np.array([len(tune) for tune in ids], dtype=np.int32)
    padded = np.zeros((len(ids), lengths.max()), dtype=np.int32)
    for row, tune in zip(padded, ids, strict=True):
        row[: len(tune)] = tune
    return tf.constant(padded), tf.constant(lengths)
