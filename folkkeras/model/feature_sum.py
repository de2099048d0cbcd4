"""The sum of the vectors of a character's features, the second part of what the LSTM reads."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

PARTS = 2  # of a batch, which are summed side by side: TensorFlow sums each on one core


def feature_sum(table: tf.Tensor, values: Sequence[Any], offsets: Sequence[int]) -> tf.Tensor:
    """Sum the vectors of each character's features, (batch, length, size).

    Args:
        table: the vectors of all values of all features, (vectors, size).
        values: each feature's values, (batch, length) each.
        offsets: the place of each feature's first vector in the table, (features,).
    """
    rows = tf.stack([tf.cast(value, tf.int32) + offset for value, offset in zip(values, offsets, strict=True)], -1)
    batch, length, count = (size or tf.shape(rows)[axis] for axis, size in enumerate(rows.shape))
    parts = PARTS if isinstance(batch, int) and batch % PARTS == 0 else 1
    sums = [_sums(table, tf.reshape(part, (-1, count))) for part in tf.split(rows, parts)]
    return tf.reshape(tf.concat(sums, 0), (batch, length, table.shape[1]))


def _sums(table: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    """The sum of each character's vectors, (characters, size), from their places in the table, (characters, features).

    The vectors are summed as they are read, since writing all of a batch side by side would take long. TensorFlow's own
    gradient takes twice as long as XLA's.
    """
    owners = tf.repeat(tf.range(tf.shape(rows)[0]), rows.shape[1])  # the character of each place
    places = tf.reshape(rows, (-1,))

    @tf.custom_gradient
    def run(table: tf.Tensor) -> Any:
        def gradient(d_sums: tf.Tensor) -> tf.Tensor:
            return _gradient(d_sums, places, owners, table.shape[0])

        return tf.sparse.segment_sum(table, places, owners), gradient

    return run(table)


@tf.function(jit_compile=True, autograph=False)
def _gradient(d_sums: tf.Tensor, places: tf.Tensor, owners: tf.Tensor, vectors: int) -> tf.Tensor:
    """The gradient with respect to the table, (vectors, size).

    Args:
        d_sums: the gradient with respect to the sums, (characters, size).
        places: of the vectors that were summed, in the table, (characters * features,).
        owners: the character of each of these, (characters * features,).
        vectors: the number of vectors in the table.
    """
    return tf.math.unsorted_segment_sum(tf.gather(d_sums, owners), places, vectors)
