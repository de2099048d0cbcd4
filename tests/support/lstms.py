"""Keras's LSTM and ours with the same weights, and their results and gradients."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from folkkeras.model.lstm import LSTM

FEATURES, UNITS = 5, 7


def pair(batch: int | None = None, **options: Any) -> tuple[Any, Any]:
    """Keras's layer and ours with the same random weights, including the bias."""
    options = {"return_sequences": True, "return_state": True, **options}
    stock, ours = keras.layers.LSTM(UNITS, **options), LSTM(UNITS, **options)
    for layer in (stock, ours):
        layer.build((batch, None, FEATURES))
    random = np.random.default_rng(1)
    stock.set_weights([random.normal(0, 0.4, weight.shape) for weight in stock.get_weights()])
    ours.set_weights(stock.get_weights())
    return stock, ours


def results(layer: Any, x: np.ndarray, states: list[np.ndarray] | None = None, **call: Any) -> list[np.ndarray]:
    """The layer's outputs, and the gradients by its input, its initial states and its weights."""
    inputs = [tf.constant(x), *map(tf.constant, states or [])]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs[0], initial_state=inputs[1:] or None, **call)
        weights = [tf.cos(tf.reshape(tf.range(tf.size(y), dtype=y.dtype), tf.shape(y))) for y in outputs]
        loss = tf.add_n([tf.reduce_sum(y * weight) for y, weight in zip(outputs, weights, strict=True)])
    sources = [*inputs, *(variable.value for variable in layer.trainable_variables)]
    return [tensor.numpy() for tensor in [*outputs, *tape.gradient(loss, sources)]]


def assert_same(expected: list[np.ndarray], actual: list[np.ndarray], tolerance: float = 1e-5) -> None:
    for one, other in zip(expected, actual, strict=True):
        assert np.max(np.abs(one - other)) <= tolerance * np.max(np.abs(one))


def sequence(batch: int, length: int, dtype: str = "float32") -> np.ndarray:
    return np.random.default_rng(batch + length).normal(size=(batch, length, FEATURES)).astype(dtype)
