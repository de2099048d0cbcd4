"""The sum of the vectors of a character's features, the second part of what the LSTM reads."""

from collections.abc import Callable, Sequence
from itertools import accumulate

import tensorflow as tf


def feature_sum(table: tf.Tensor, values: Sequence[tf.Tensor], sizes: Sequence[int]) -> tf.Tensor:
    """Sum the vectors of each character's features, (batch, length, size).

    All vectors of a batch side by side would take long to write, and one operation for each feature would take seconds
    to trace and to compile. So XLA compiles a loop over the features, and so it does for the gradient.

    Args:
        table: the vectors of all values of all features, (vectors, size).
        values: each feature's values, int32 (batch, length) each.
        sizes: the number of each feature's values, which add up to the vectors.
    """
    firsts = tf.constant(list(accumulate(sizes[:-1], initial=0)))  # rows of the table where each feature's values begin
    rows = tf.stack(values) + firsts[:, None, None]  # (features, batch, length)

    @tf.custom_gradient
    def run(table: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        # The gradient is computed below; TensorFlow must not derive one from the loop.
        return _sum(tf.stop_gradient(table), rows), lambda d_sum: _gradient(d_sum, rows, sum(sizes))

    return run(table)


@tf.function(jit_compile=True, autograph=False)
def _sum(table: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
    def step(feature: tf.Tensor, found: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return feature + 1, found + tf.gather(table, rows[feature])

    zeros = tf.zeros((*tf.unstack(tf.shape(rows)[1:]), table.shape[1]), table.dtype)
    return _loop(step, rows.shape[0], zeros)


@tf.function(jit_compile=True, autograph=False)
def _gradient(d_sum: tf.Tensor, rows: tf.Tensor, vectors: int) -> tf.Tensor:
    """The gradient with respect to the table, (vectors, size), from that with respect to the sum."""
    size = d_sum.shape[-1]
    d_sum = tf.reshape(d_sum, (-1, size))

    def step(feature: tf.Tensor, found: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return feature + 1, tf.tensor_scatter_nd_add(found, tf.reshape(rows[feature], (-1, 1)), d_sum)

    return _loop(step, rows.shape[0], tf.zeros((vectors, size), d_sum.dtype))


def _loop(step: Callable[..., tuple[tf.Tensor, tf.Tensor]], features: int, zeros: tf.Tensor) -> tf.Tensor:
    return tf.while_loop(lambda feature, _: feature < features, step, (0, zeros), maximum_iterations=features)[1]
