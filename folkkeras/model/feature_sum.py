"""The sum of the vectors of a character's features, the second part of what the LSTM reads."""

from functools import reduce
from operator import add

import tensorflow as tf


@tf.function(jit_compile=True, autograph=False)
def feature_sum(table: tf.Tensor, values: list[tf.Tensor], sizes: tuple[int, ...]) -> tf.Tensor:
    """Sum the vectors of each character's features, (batch, length, size).

    XLA adds the vectors up as it reads them, since all vectors of a batch side by side would take long to write. In the
    gradient, it writes into one feature's part of the table at a time.

    Args:
        table: the vectors of all values of all features, (vectors, size).
        values: each feature's values, int32 (batch, length) each.
        sizes: the number of each feature's values, which add up to the vectors.
    """
    return reduce(add, map(tf.gather, tf.split(table, sizes), values))
