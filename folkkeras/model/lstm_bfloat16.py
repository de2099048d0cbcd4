"""The LSTM's loops with products in bfloat16, for processors that multiply it fast; see `folkkeras.model.lstm`.

XLA's products do not reach a processor's bfloat16 instructions, and TensorFlow's own do. So TensorFlow runs the loops
and the products, and XLA compiles what is between the products of two steps. A product's factors and its result are
rounded to bfloat16; the gates, the states and all sums over steps are computed in float32.

A step keeps its product and the cell state before it. The gates are computed again on the way back, which takes less
time than to write and read them. Source: T. Chen et al., "Training Deep Nets with Sublinear Memory Cost" (2016),
arXiv:1604.06174.
"""

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from folkkeras.model.weights import GATES

NARROW, WIDE = tf.bfloat16, tf.float32


@dataclass(frozen=True)
class _Kept:
    """What the forward loop keeps for the backward loop."""

    weights: tf.Tensor  # in bfloat16, (U + F, 4U)
    products: tf.TensorArray  # of each step, in bfloat16, (4U, batch)
    cells: tf.TensorArray  # before each step, (U, batch)


def run(x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, weights: tf.Tensor, inputs: int) -> tuple[tf.Tensor, ...]:
    """Run a sequence through an LSTM.

    Args:
        x: the input, (length, F, batch).
        h, c: the initial states, (U, batch) each.
        weights: R above K, (U + F, 4U).
        inputs: the first features of x that have a gradient; the others are constants.

    Returns:
        The outputs, (length, U, batch), and the last h and c, (U, batch) each.
    """

    @tf.custom_gradient
    def of(x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, weights: tf.Tensor) -> Any:
        # `gradient` below computes the gradient; TensorFlow must not derive one from the loop.
        x, h, c, weights = map(tf.stop_gradient, (x, h, c, weights))
        outputs, last, kept = _forward(x, h, c, weights)

        def gradient(d_outputs: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor) -> list[tf.Tensor]:
            d_x, d_h, d_c, d_z = _backward(d_outputs, d_h, d_c, kept, inputs)
            d_x = tf.pad(d_x, [[0, 0], [0, tf.shape(x)[1] - inputs], [0, 0]])
            return [d_x, d_h, d_c, _weights_gradient(h, outputs, x, d_z)]

        return (outputs, outputs[-1], last), gradient

    results: tuple[tf.Tensor, ...] = of(x, h, c, weights)
    return results


def _forward(x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, _Kept]:
    """The forward loop over the steps.

    Args:
        x: the input, (length, F, batch).
        h, c: the initial states, (U, batch) each.
        weights: R above K, (U + F, 4U).

    Returns:
        The outputs, (length, U, batch), the last cell state, (U, batch), and what `_backward` needs.
    """
    length, narrow, weights = tf.shape(x)[0], tf.cast(x, NARROW), tf.cast(weights, NARROW)
    transposed = tf.transpose(weights)  # (4U, U + F)

    def step(
        t: tf.Tensor, read: tf.Tensor, c: tf.Tensor, outputs: Any, products: Any, cells: Any
    ) -> tuple[tf.Tensor, ...]:
        product = transposed @ read
        cells = cells.write(t, c)
        h, c, read = _step(product, c, narrow, tf.minimum(t + 1, length - 1))
        return t + 1, read, c, outputs.write(t, h), products.write(t, product), cells

    units = h.shape[0]
    arrays = _array(units, WIDE, length), _array(GATES * units, NARROW, length), _array(units, WIDE, length)
    first = (0, tf.concat([tf.cast(h, NARROW), narrow[0]], 0), c, *arrays)
    _, _, c, outputs, products, cells = tf.while_loop(lambda t, *_: t < length, step, first)
    return outputs.stack(), c, _Kept(weights, products, cells)


def _backward(d_outputs: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor, kept: _Kept, inputs: int) -> tuple[tf.Tensor, ...]:
    """The backward loop over the steps.

    Args:
        d_outputs: the gradient with respect to the outputs, (length, U, batch).
        d_h, d_c: the gradients with respect to the last states, (U, batch) each.
        kept: from `_forward`.
        inputs: as for `run`.

    Returns:
        The gradients with respect to these features of x, (length, inputs, batch), to the initial h and c, (U, batch)
        each, and to z, in bfloat16, (length, 4U, batch).
    """
    length, units = tf.shape(d_outputs)[0], d_h.shape[0]
    weights = kept.weights[: units + inputs]

    def step(t: tf.Tensor, d_read: tf.Tensor, d_c: tf.Tensor, d_x: Any, d_z: Any) -> tuple[tf.Tensor, ...]:
        *gates, d_c = _step_back(kept.products.read(t), kept.cells.read(t), d_outputs, t, d_read, d_c)
        new = tf.concat(gates, 0)
        d_read = weights @ new
        return t - 1, d_read, d_c, d_x.write(t, d_read[units:]), d_z.write(t, new)

    d_read = tf.pad(tf.cast(d_h, NARROW), [[0, inputs], [0, 0]])
    arrays = _array(inputs, NARROW, length), _array(GATES * units, NARROW, length)
    first = (length - 1, d_read, d_c, *arrays)
    _, d_read, d_c, d_x, d_z = tf.while_loop(lambda t, *_: t >= 0, step, first)
    return tf.cast(d_x.stack(), WIDE), tf.cast(d_read[:units], WIDE), d_c, d_z.stack()


def _weights_gradient(h: tf.Tensor, outputs: tf.Tensor, x: tf.Tensor, d_z: tf.Tensor) -> tf.Tensor:
    """The gradient with respect to the weights, (U + F, 4U), from one product over all steps.

    Args:
        h: the initial state, (U, batch).
        outputs, x: of all steps, (length, U, batch) and (length, F, batch).
        d_z: from `_backward`.
    """
    return tf.cast(tf.matmul(_read(h, outputs, x), _by_feature(d_z), transpose_b=True), WIDE)


@tf.function(jit_compile=True, autograph=False)
def _step(product: tf.Tensor, c: tf.Tensor, x: tf.Tensor, following: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """The states after a step, (U, batch) each, and what the step `following` reads, (U + F, batch)."""
    i, f, g, o = _gates(product)
    c = f * c + i * g
    h = o * tf.tanh(c)
    return h, c, tf.concat([tf.cast(h, NARROW), tf.gather(x, following)], 0)


@tf.function(jit_compile=True, autograph=False)
def _step_back(
    product: tf.Tensor, before: tf.Tensor, d_outputs: tf.Tensor, t: tf.Tensor, d_read: tf.Tensor, d_c: tf.Tensor
) -> list[tf.Tensor]:
    """The gradients with respect to each gate's part of z of step t, in bfloat16, and to the cell state before it.

    All are (U, batch). XLA would compute what the gates share once for each gate if it concatenated them.
    """
    i, f, g, o = _gates(product)
    squashed = tf.tanh(f * before + i * g)
    d_h = tf.cast(d_read[: before.shape[0]], WIDE) + tf.gather(d_outputs, t)
    d_c += d_h * o * (1 - squashed * squashed)
    d_z = [d_c * g * i * (1 - i), d_c * before * f * (1 - f), d_c * i * (1 - g * g), d_h * squashed * o * (1 - o)]
    return [*(tf.cast(gate, NARROW) for gate in d_z), d_c * f]


def _gates(product: tf.Tensor) -> tuple[tf.Tensor, ...]:
    i, f, g, o = tf.split(tf.cast(product, WIDE), GATES)
    return tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)


@tf.function(jit_compile=True, autograph=False)
def _read(h: tf.Tensor, outputs: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """What all steps have read, in bfloat16, (U + F, length * batch)."""
    read = tf.concat([tf.concat([h[None], outputs[:-1]], 0), x], 1)
    return _by_feature(tf.cast(read, NARROW))


def _by_feature(array: tf.Tensor) -> tf.Tensor:
    """Rearrange (length, features, batch) to (features, length * batch)."""
    return tf.reshape(tf.transpose(array, (1, 0, 2)), (tf.shape(array)[1], -1))


def _array(features: int, dtype: tf.DType, length: tf.Tensor) -> tf.TensorArray:
    """An array with a place for (features, batch) of each step."""
    return tf.TensorArray(dtype, length, clear_after_read=False, element_shape=(features, None))
