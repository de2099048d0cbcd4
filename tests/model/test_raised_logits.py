"""The gradient of the raised logits is that of what they add."""

import numpy as np
import pytest
import tensorflow as tf
from support.models import VOCABULARY

from folkkeras.features.columns import features_of, sizes_of
from folkkeras.features.outputs import count_of
from folkkeras.model.raised_logits import raised_logits


@pytest.mark.parametrize("groups", ["all", "match", "pitch", "time"])
def test_the_gradient_is_the_transpose_of_what_each_output_adds(groups: str) -> None:
    names, size = features_of(groups), len(VOCABULARY)
    outputs = size + count_of(names)
    generator, raises = np.random.default_rng(0), False
    for _ in range(5):
        values = {name: generator.integers(0, count) for name, count in zip(names, sizes_of(names, size), strict=True)}

        def at_all(places: int, values: dict[str, int] = values) -> dict[str, tf.Tensor]:
            return {name: tf.fill((1, places), value) for name, value in values.items()}

        added = raised_logits(tf.eye(outputs)[None], at_all(outputs), names, VOCABULARY)[0]
        zeros = tf.zeros((1, size, outputs))
        with tf.GradientTape() as tape:
            tape.watch(zeros)
            logits = raised_logits(zeros, at_all(size), names, VOCABULARY)
        gradient = tape.gradient(logits, zeros, output_gradients=tf.eye(size)[None])[0]
        np.testing.assert_array_equal(gradient, tf.transpose(added))
        raises |= bool(np.any(added[size:]))
    assert raises == (outputs > size)
