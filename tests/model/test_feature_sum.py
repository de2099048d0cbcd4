"""The sum of the features' vectors and its gradient, against a plain look-up of each vector."""

import numpy as np
import tensorflow as tf

from folkkeras.model.feature_sum import feature_sum

SIZES = (3, 5, 2)  # values of three features


def test_the_sum_and_its_gradient_equal_those_of_a_look_up() -> None:
    generator = np.random.default_rng(0)
    table = tf.constant(generator.normal(size=(10, 4)), tf.float32)
    values = [tf.constant(generator.integers(0, size, (3, 6)), tf.int32) for size in SIZES]
    weights = tf.constant(generator.normal(size=(3, 6, 4)), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(table)
        found = feature_sum(table, values, SIZES)
        rows = tf.stack([value + offset for value, offset in zip(values, (0, 3, 8), strict=True)], -1)
        expected = tf.reduce_sum(tf.gather(table, rows), 2)
        losses = [tf.reduce_sum(sums * weights) for sums in (found, expected)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    ours, reference = (tf.convert_to_tensor(tape.gradient(loss, table)) for loss in losses)
    np.testing.assert_allclose(ours, reference, rtol=1e-5, atol=1e-6)


def test_a_batch_of_unknown_size_is_summed() -> None:
    table = tf.reshape(tf.range(12.0), (6, 2))

    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32)])
    def run(values: tf.Tensor) -> tf.Tensor:
        return feature_sum(table, [values, values], (3, 3))

    assert run(tf.constant([[0, 1, 2]])).numpy().tolist() == [[[6, 8], [10, 12], [14, 16]]]
