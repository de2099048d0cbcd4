"""An LSTM layer that is fast on a CPU, and that falls back to Keras's own on a GPU and for what it does not cover.

With the input x_t (F features) and the output h_t (U units), for each step t of a sequence:

    z_t = K^T x_t + R^T h_{t-1} + b            K (F, 4U), R (U, 4U), b (4U): Keras's weights
    i, f, o = sigmoid(z_t), g = tanh(z_t)      the gates, Keras's order i, f, g, o
    c_t = f * c_{t-1} + i * g
    h_t = o * tanh(c_t)

Backwards, from the last step to the first, with d for the gradient with respect to each value:

    dh = (gradient from above at t) + R dz_{t+1}
    dc = dc_{t+1} * f_{t+1} + dh * o * (1 - tanh(c_t)^2)
    dz = [dc * g * i(1-i), dc * c_{t-1} * f(1-f), dc * i * (1-g^2), dh * tanh(c_t) * o(1-o)]
    dx_t = K dz_t;  dK = sum_t x_t dz_t^T;  dR = sum_t h_{t-1} dz_t^T;  db = sum_t dz_t

What makes it fast on a CPU:

- A step's arrays have their features first, (features, batch). A large matrix times a narrow one is twice
  as fast as the narrow one times the large one, and the backward pass needs no transpose of R.
- x and h are stacked, and so are K and R. One product per step then serves both, forwards and backwards, and
  dK and dR come from one product per gate over all steps, after the loop.
- Everything that does not depend on dh and dc is computed for all steps at once, before the backward loop.
- Half-precision dtypes are computed in float32, since XLA's half-precision products are slower. Products in bfloat16
  are TensorFlow's, where a model asks for them: see `folkkeras.model.lstm_bfloat16`.
- XLA compiles the loops and fuses the arithmetic around the products. Each gate has an array of its own,
  since XLA vectorizes a loop over equal arrays but not one over several slices of an array.

Sources: S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory" (1997); F. Gers et al., "Learning to
Forget" (2000); one product for several: J. Appleyard et al. (2016), arXiv:1604.01946.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from folkkeras.model import lstm_bfloat16
from folkkeras.model.keras_compat import put_row
from folkkeras.model.weights import GATES

Arrays = list[tf.Tensor]
Size = Any  # an int, or a scalar tensor if it is unknown while tracing
States = tuple[tf.Tensor, tf.Tensor, tf.Tensor]  # outputs, last h, last c


@keras.saving.register_keras_serializable(package="folkkeras")
class LSTM(keras.layers.LSTM):
    """`keras.layers.LSTM` with the same arguments, weights and results, faster on a CPU.

    It has one more argument, with which results are rounded.

    Args:
        bfloat16_products: whether products are computed in bfloat16 in training, where this implementation applies.

    Example:
        >>> LSTM(1024, return_sequences=True)(features).shape  # features: (batch, length, features)
        (batch, length, 1024)
    """

    def __init__(self, *args: Any, bfloat16_products: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bfloat16_products = bfloat16_products

    def get_config(self) -> dict[str, Any]:
        """The arguments from which `from_config` builds this layer."""
        return {**super().get_config(), "bfloat16_products": self.bfloat16_products}

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """The states of all steps, (last output, outputs, [h, c]), as Keras's layer returns them."""
        if not self.is_covered(mask):
            return super().inner_loop(sequences, initial_state, mask, training=training)
        cell = self.cell
        if training and cell.dropout:
            sequences = sequences * cell.get_dropout_mask(sequences[:, 0, :])[:, None, :]
        bias = cell.bias if cell.use_bias else tf.zeros((GATES * self.units,), sequences.dtype)
        h, c = initial_state
        bfloat16 = training and self.bfloat16_products
        outputs, h, c = lstm(sequences, h, c, cell.kernel, cell.recurrent_kernel, bias, bfloat16=bfloat16)
        return h, outputs, [h, c]

    def is_covered(self, mask: Any = None) -> bool:
        """Whether this implementation applies; if not, the layer uses Keras's own, which is cuDNN's on a GPU."""
        cell = self.cell
        return (
            mask is None
            and not self.go_backwards
            and not self.unroll
            and not cell.recurrent_dropout
            and cell.activation is keras.activations.tanh
            and cell.recurrent_activation is keras.activations.sigmoid
            and not tf.config.list_logical_devices("GPU")
        )


def lstm(
    x: tf.Tensor,
    h: tf.Tensor,
    c: tf.Tensor,
    kernel: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    bias: tf.Tensor,
    *,
    bfloat16: bool = False,
) -> States:
    """Run a sequence through an LSTM.

    Args:
        x: the input, (batch, length, F).
        h, c: the initial states, (batch, U) each.
        kernel, recurrent_kernel, bias: Keras's weights, (F, 4U), (U, 4U) and (4U,).
        bfloat16: whether products are computed in bfloat16, unless the dtype is float64.

    Returns:
        The outputs (batch, length, U), and the last h and c, (batch, U) each.
    """
    dtype = x.dtype
    x, h, c, kernel, recurrent_kernel, bias = map(_wide, (x, h, c, kernel, recurrent_kernel, bias))
    x = tf.transpose(x, (1, 2, 0))  # (length, F, batch)
    x = tf.concat([x, tf.ones_like(x[:, :1])], 1)  # the bias is the kernel row of an input that is always 1

    @tf.custom_gradient
    def run(x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, weights: tf.Tensor) -> Any:
        # `gradient` below computes the gradient; TensorFlow must not derive one from the loop.
        x, h, c, weights = map(tf.stop_gradient, (x, h, c, weights))
        outputs, cells, gates = _forward(x, h, c, weights)

        def gradient(d_outputs: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor) -> Arrays:
            d_x, d_h, d_c, d_z = _backward(d_outputs, d_h, d_c, weights, gates, cells, c)
            return [d_x, d_h, d_c, _weights_gradient(h, outputs, x, d_z)]

        return (outputs, outputs[-1], cells[-1]), gradient

    h, c, weights = tf.transpose(h), tf.transpose(c), tf.concat([recurrent_kernel, kernel, bias[None]], 0)
    narrow = bfloat16 and x.dtype == lstm_bfloat16.WIDE
    states = lstm_bfloat16.run(x, h, c, weights, x.shape[1]) if narrow else run(x, h, c, weights)
    return _batch_first(dtype, *states)


def lstm_of_characters(
    ids: tf.Tensor,
    x: tf.Tensor,
    h: tf.Tensor,
    c: tf.Tensor,
    table: tf.Tensor,
    kernel: tf.Tensor,
    recurrent_kernel: tf.Tensor,
    *,
    bfloat16: bool = False,
) -> States:
    """Run a sequence of characters through an LSTM whose input projection is folded into a table.

    Args:
        ids: indices of characters, (batch, length).
        x: further input beside the characters, (batch, length, F); F may be 0.
        h, c: the initial states, (batch, U) each.
        table: each character's contribution to z, K^T embedding + b, (vocabulary, 4U).
        kernel: the weights of `x`, (F, 4U).
        recurrent_kernel: Keras's weights, (U, 4U).
        bfloat16: whether products are computed in bfloat16, unless the dtype is float64.

    Returns:
        The same as `lstm`.
    """
    dtype = table.dtype
    x, h, c, table, kernel, recurrent_kernel = map(_wide, (x, h, c, table, kernel, recurrent_kernel))
    ids = tf.transpose(ids)  # (length, batch)
    x = tf.transpose(x, (1, 2, 0))  # (length, F, batch)

    @tf.custom_gradient
    def run(x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, table: tf.Tensor, weights: tf.Tensor) -> Any:
        x, h, c, table, weights = map(tf.stop_gradient, (x, h, c, table, weights))
        outputs, cells, gates = _forward_characters(ids, x, h, c, table, weights)

        def gradient(d_outputs: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor) -> Arrays:
            d_x, d_h, d_c, d_z = _backward(d_outputs, d_h, d_c, weights, gates, cells, c)
            ones = tf.one_hot(ids, _shape(table)[0], axis=1, dtype=table.dtype)  # (length, vocabulary, batch)
            d_weights = _weights_gradient(h, outputs, tf.concat([x, ones], 1), d_z)
            d_weights, d_table = tf.split(d_weights, [_shape(weights)[0], _shape(table)[0]])
            return [d_x, d_h, d_c, d_table, d_weights]

        return (outputs, outputs[-1], cells[-1]), gradient

    h, c, weights = tf.transpose(h), tf.transpose(c), tf.concat([recurrent_kernel, kernel], 0)
    if not bfloat16 or x.dtype != lstm_bfloat16.WIDE:
        return _batch_first(dtype, *run(x, h, c, table, weights))
    # The product is so fast that it serves the characters too, as further features of x.
    ones = tf.one_hot(ids, _shape(table)[0], axis=1, dtype=x.dtype)  # (length, vocabulary, batch)
    states = lstm_bfloat16.run(tf.concat([x, ones], 1), h, c, tf.concat([weights, table], 0), x.shape[1])
    return _batch_first(dtype, *states)


def _wide(array: Any) -> tf.Tensor:
    array = tf.convert_to_tensor(array)  # a stateful layer's states are variables
    return tf.cast(array, tf.float32) if array.dtype.size < tf.float32.size else array


def _batch_first(dtype: tf.DType, outputs: tf.Tensor, h: tf.Tensor, c: tf.Tensor) -> States:
    parts = tf.transpose(outputs, (2, 0, 1)), tf.transpose(h), tf.transpose(c)
    outputs, h, c = (tf.cast(part, dtype) for part in parts)
    return outputs, h, c


@tf.function(jit_compile=True, autograph=False)
def _forward(x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, weights: tf.Tensor) -> Any:
    """The forward loop over the steps.

    Args:
        x: the input, (length, F, batch).
        h, c: the initial states, (U, batch) each.
        weights: R above K, (U + F, 4U).

    Returns:
        The outputs and the cell states, (length, U, batch) each, and the four gates, (length, U * batch) each.
    """
    transposed = tf.transpose(weights)  # (4U, U + F)
    return _loop(lambda t, h: _flat(transposed @ tf.concat([h, x[t]], 0)), _shape(x)[0], h, c)


@tf.function(jit_compile=True, autograph=False)
def _forward_characters(
    ids: tf.Tensor, x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, table: tf.Tensor, weights: tf.Tensor
) -> Any:
    """`_forward` for characters.

    Args:
        ids: indices of characters, (length, batch).
        x: further input beside the characters, (length, F, batch).
        h, c: the initial states, (U, batch) each.
        table: each character's contribution to z, (vocabulary, 4U).
        weights: R above K, (U + F, 4U).
    """
    length, transposed = _shape(x)[0], tf.transpose(weights)  # (4U, U + F)
    contributions = tf.transpose(tf.gather(table, ids), (0, 2, 1))  # (length, 4U, batch)
    contributions = tf.reshape(contributions, (length, -1))
    return _loop(lambda t, h: _flat(transposed @ tf.concat([h, x[t]], 0)) + contributions[t], length, h, c)


def _loop(z_of: Callable[[tf.Tensor, tf.Tensor], tf.Tensor], length: Size, h: tf.Tensor, c: tf.Tensor) -> Any:
    units, batch = _shape(h)
    size = units * batch

    def step(t: tf.Tensor, h: tf.Tensor, c: tf.Tensor, *saved: tf.Tensor) -> Any:
        i, f, g, o = tf.split(z_of(t, tf.reshape(h, (units, batch))), GATES)  # (U * batch,) each
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        c = f * c + i * g
        h = o * tf.tanh(c)
        return t + 1, h, c, *(put_row(array, t, value) for array, value in zip(saved, (h, c, i, f, g, o), strict=True))

    first = (0, _flat(h), _flat(c), *(tf.zeros((length, size), h.dtype) for _ in range(6)))
    _, _, _, outputs, cells, *gates = tf.while_loop(lambda t, *_: t < length, step, first, maximum_iterations=length)
    by_step = (length, units, batch)
    return tf.reshape(outputs, by_step), tf.reshape(cells, by_step), gates


@tf.function(jit_compile=True, autograph=False)
def _backward(
    d_outputs: tf.Tensor,
    d_h: tf.Tensor,
    d_c: tf.Tensor,
    weights: tf.Tensor,
    gates: Arrays,
    cells: tf.Tensor,
    c: tf.Tensor,
) -> Any:
    """The backward loop over the steps.

    Args:
        d_outputs: the gradient with respect to the outputs, (length, U, batch).
        d_h, d_c: the gradients with respect to the last states, (U, batch) each.
        weights: R above K, (U + F, 4U).
        gates, cells: from `_forward`.
        c: the initial cell state, (U, batch).

    Returns:
        The gradients with respect to x, (length, F, batch), to the initial h and c, (U, batch) each, and to each gate's
        part of z, (U, length * batch).
    """
    length, units, batch = _shape(cells)
    size = units * batch
    i, f, g, o = gates
    before = tf.reshape(tf.concat([c[None], cells[:-1]], 0), (length, size))
    squashed = tf.tanh(tf.reshape(cells, (length, size)))
    # The factors of dc and dh, (length, U * batch) each.
    by_c = [g * i * (1 - i), before * f * (1 - f), i * (1 - g * g)]
    by_h = squashed * o * (1 - o)
    h_to_c = o * (1 - squashed * squashed)
    d_outputs = tf.reshape(d_outputs, (length, size))
    parts = tf.split(weights, GATES, axis=1)  # (U + F, U) each

    def step(t: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor, d_x: tf.Tensor, *d_z: tf.Tensor) -> Any:
        d_h += d_outputs[t]
        d_c += d_h * h_to_c[t]
        new = [factor[t] * d_c for factor in by_c] + [by_h[t] * d_h]
        d_read = tf.add_n([part @ tf.reshape(z, (units, batch)) for part, z in zip(parts, new, strict=True)])
        return (
            t - 1,
            _flat(d_read[:units]),
            d_c * f[t],
            put_row(d_x, t, _flat(d_read[units:])),
            *(put_row(array, t, value) for array, value in zip(d_z, new, strict=True)),
        )

    empty = [tf.zeros((length, size), d_h.dtype) for _ in range(GATES)]
    d_x = tf.zeros((length, (_shape(weights)[0] - units) * batch), d_h.dtype)
    first = (length - 1, _flat(d_h), _flat(d_c), d_x, *empty)
    _, d_h, d_c, d_x, *d_z = tf.while_loop(lambda t, *_: t >= 0, step, first, maximum_iterations=length)
    return (
        tf.reshape(d_x, (length, -1, batch)),
        tf.reshape(d_h, (units, batch)),
        tf.reshape(d_c, (units, batch)),
        [_by_feature(tf.reshape(array, (length, units, batch))) for array in d_z],
    )


def _weights_gradient(h: tf.Tensor, outputs: tf.Tensor, x: tf.Tensor, d_z: Arrays) -> tf.Tensor:
    """The gradient with respect to R above K, (U + F, 4U), from one product per gate over all steps."""
    before = tf.concat([h[None], outputs[:-1]], 0)  # (length, U, batch)
    read = _by_feature(tf.concat([before, x], 1))  # (U + F, length * batch)
    return tf.concat([tf.matmul(read, gate, transpose_b=True) for gate in d_z], 1)


def _flat(array: tf.Tensor) -> tf.Tensor:
    return tf.reshape(array, (-1,))


def _by_feature(array: tf.Tensor) -> tf.Tensor:
    """Rearrange (length, features, batch) to (features, length * batch)."""
    return tf.reshape(tf.transpose(array, (1, 0, 2)), (_shape(array)[1], -1))


def _shape(array: tf.Tensor) -> list[Size]:
    """The array's shape: sizes that are known while tracing as ints, the others as tensors."""
    return [size if size is not None else tf.shape(array)[axis] for axis, size in enumerate(array.shape)]
