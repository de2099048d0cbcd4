"""The parts of Keras and TensorFlow that folkkeras uses beyond their public API, each with its own test.

They are all in this module, so that only one place needs checking for a new version of either.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from tensorflow.compiler.tf2xla.python import xla


def put_row(array: tf.Tensor, row: tf.Tensor, value: tf.Tensor) -> tf.Tensor:
    """The matrix with one row replaced by `value`, in place once XLA compiles it; no public function does this."""
    return xla.dynamic_update_slice(array, value[None], [row, 0])


def set_seed(generator: keras.random.SeedGenerator, seed: Any) -> None:
    """Set a generator's next seed to two int64 numbers, (2,), as `tf.random.stateless_uniform` takes them."""
    generator.state.assign(seed)


def apply_summed_gradients(optimizer: keras.optimizers.Optimizer) -> None:
    """Make an optimizer in a `tf.distribute` strategy accept gradients that are already summed over the replicas."""
    optimizer._all_reduce_sum_gradients = list


@contextmanager
def value_in_place_of(variable: keras.Variable, value: tf.Tensor) -> Iterator[None]:
    """A context in which a variable reads as `value`; gradients flow to what `value` was computed from."""
    with keras.StatelessScope(state_mapping=[(variable, value)]):
        yield
