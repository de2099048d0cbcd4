"""The decoding engine that XLA compiles: for thousands of tunes, and for weights in bfloat16.

It takes seconds to start, TensorFlow's own, and is faster from then on where many streams are drawn side by side:
its arrays have their features first, (units, slots), which makes the product of a large matrix and a narrow one.
The first layer's input projection is folded into the embedding table, as in `numpy_engine`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from folkkeras.model.weights import Array, Network
from folkkeras.sampling.sampler import LEAST, MOST, Sampling
from folkkeras.sampling.slots import CHUNK, Columns, Ids


@dataclass(frozen=True)
class Weights:
    """A model's weights as the engine reads them."""

    table: tf.Tensor  # (4 * units, vocabulary), for one slot (vocabulary, 4 * units)
    layers: list[tuple[tf.Tensor, tf.Tensor]]  # (4 * units, read), (4 * units, 1): read are the layer below and itself
    dense: tuple[tf.Tensor, tf.Tensor]  # (vocabulary, units), (vocabulary, 1)

    @classmethod
    def of(cls, network: Network, number: int, *, bfloat16: bool) -> "Weights":
        """A network's weights, for a number of slots.

        For one slot the matrices stay as Keras has them, inputs first, which is how a vector's product reads them
        fastest; for more they are transposed. In bfloat16, where asked for, they are half the bytes to read.
        """

        def matrix(kernel: Array) -> tf.Tensor:
            return tf.constant(kernel if number == 1 else kernel.T, tf.bfloat16 if bfloat16 else tf.float32)

        layers = []
        for layer, (kernel, recurrent_kernel, bias) in enumerate(network.lstms()):
            read = np.concatenate([kernel, recurrent_kernel]) if layer else recurrent_kernel
            layers.append((matrix(read), tf.constant(bias[:, None])))
        kernel, bias = network.weights[-2:]
        table = network.folded_table()
        return cls(tf.constant(table if number == 1 else table.T), layers, (matrix(kernel), tf.constant(bias[:, None])))


class XlaEngine:
    """A `slots.DecodingEngine`.

    Args:
        network: the weights.
        number: of slots; each is compiled anew.
        sampling: how characters are drawn.
        bfloat16: read the matrices in that type; faster where the processor is, and a little less exact.
    """

    def __init__(self, network: Network, number: int, sampling: Sampling, *, bfloat16: bool = False) -> None:
        self.number = number
        self._weights = Weights.of(network, number, bfloat16=bfloat16)
        units, layers = network.sizes["units"], network.sizes["layers"]
        self._states = [(tf.zeros((units, number)), tf.zeros((units, number))) for _ in range(layers)]
        self._logits = tf.zeros((len(network.vocabulary), number))
        self._loop = _loop(sampling)

    def step(self, fresh: npt.NDArray[np.bool_], read: Ids, uniforms: Array) -> Ids:
        """As `slots.DecodingEngine.step`."""
        weights = self._weights
        ids, self._logits, self._states = self._loop(
            weights.table, weights.layers, weights.dense, self._states, self._logits, fresh[None], read, uniforms
        )
        drawn: Ids = ids.numpy()
        return drawn

    def state(self, slot: int) -> Columns:
        """As `slots.DecodingEngine.state`."""
        return [array[:, slot].copy() for array in self._arrays()]

    def set_state(self, slot: int, columns: Columns) -> None:
        """As `slots.DecodingEngine.set_state`."""
        arrays = [array.copy() for array in self._arrays()]
        for array, column in zip(arrays, columns, strict=True):
            array[:, slot] = column
        *states, self._logits = map(tf.constant, arrays)
        self._states = list(zip(states[::2], states[1::2], strict=True))

    def _arrays(self) -> Columns:
        return [array.numpy() for state in self._states for array in state] + [self._logits.numpy()]


_loops: dict[Sampling, Any] = {}  # compiled once a process


def _loop(sampling: Sampling) -> Any:
    if sampling not in _loops:
        _loops[sampling] = tf.function(_Loop(sampling), jit_compile=True, autograph=False)
    return _loops[sampling]


class _Loop:
    """The loop over a chunk's characters, for TensorFlow to compile."""

    def __init__(self, sampling: Sampling) -> None:
        self.sampling = sampling

    def __call__(
        self,
        table: tf.Tensor,
        layers: list[tuple[tf.Tensor, tf.Tensor]],
        dense: tuple[tf.Tensor, tf.Tensor],
        states: list[tuple[tf.Tensor, tf.Tensor]],
        logits: tf.Tensor,
        fresh: tf.Tensor,
        read: tf.Tensor,
        uniforms: tf.Tensor,
    ) -> Any:
        """Read or draw CHUNK characters a slot.

        Args:
            table, layers, dense: as in `Weights`.
            states: of each layer, h and c, (units, slots) each.
            logits: of the next character, (vocabulary, slots).
            fresh: whether a slot's stream begins, (1, slots).
            read: the characters to read; -1 where one is to be drawn, (CHUNK, slots).
            uniforms: in [0, 1), (CHUNK, slots).

        Returns:
            The characters (CHUNK, slots), the logits and the states.
        """
        kernel, bias = dense
        states = [(tf.where(fresh, 0.0, h), tf.where(fresh, 0.0, c)) for h, c in states]

        def step(number: tf.Tensor, ids: tf.TensorArray, logits: tf.Tensor, states: Any) -> Any:
            drawn = _draw(tf.transpose(logits), uniforms[number], self.sampling)
            ids_now = tf.where(read[number] < 0, drawn, read[number])  # (slots,)
            share = _shares(table, ids_now)  # (4 * units, slots)
            below = None
            after = []
            for (weights, layer_bias), (h, c) in zip(layers, states, strict=True):
                if below is None:
                    z = tf.reshape(_product(weights, h), (-1,)) + tf.reshape(share, (-1,))
                else:
                    z = tf.reshape(_product(weights, tf.concat([below, h], 0)) + layer_bias, (-1,))
                # Flat, since XLA vectorizes slices of a flat array best.
                i, f, g, o = tf.split(z, 4)  # Keras's order of the gates
                c = tf.sigmoid(f) * tf.reshape(c, (-1,)) + tf.sigmoid(i) * tf.tanh(g)
                below = tf.reshape(tf.sigmoid(o) * tf.tanh(c), h.shape)  # (units, slots)
                after.append((below, tf.reshape(c, h.shape)))
            return number + 1, ids.write(number, ids_now), _product(kernel, below) + bias, after

        first = (0, tf.TensorArray(tf.int32, size=CHUNK), logits, states)
        _, ids, logits, states = tf.while_loop(lambda number, *_: number < CHUNK, step, first, maximum_iterations=CHUNK)
        return ids.stack(), logits, states


def _shares(table: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
    """The characters' shares of the gates, (4 * units, slots)."""
    if ids.shape[0] == 1:
        return tf.transpose(tf.gather(table, ids))
    # For many a product with ones and zeros is faster than looking columns up.
    return table @ tf.one_hot(ids, table.shape[1], axis=0)


def _product(weights: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """A matrix of `Weights` times (read, slots), in the weights' type and float32 again after it."""
    values = tf.cast(values, weights.dtype)
    one = values.shape[1] == 1
    product = tf.transpose(tf.transpose(values) @ weights) if one else weights @ values
    return tf.cast(product, tf.float32)


def _draw(logits: tf.Tensor, uniforms: tf.Tensor, sampling: Sampling) -> tf.Tensor:
    """As `sampling.draw`, for TensorFlow to compile; int32.

    Args:
        logits: float32 (..., vocabulary).
        uniforms: float32 in [0, 1), (...).
        sampling: how to draw.
    """
    if sampling.temperature == 0:
        return tf.argmax(logits, -1, output_type=tf.int32)
    # The maximum goes first: a tiny temperature must not turn logits into infinities that cancel to nan.
    # Below float32's normal range a temperature counts as 0; processors may flush such numbers.
    highest = tf.reduce_max(logits, -1, keepdims=True)
    weights = tf.exp((logits - highest) / min(max(sampling.temperature, LEAST), MOST))  # (..., vocabulary)
    if 0 < sampling.top_k < logits.shape[-1]:
        least = tf.math.top_k(weights, sampling.top_k).values[..., -1:]
        weights = tf.where(weights >= least, weights, 0.0)
    if sampling.top_p < 1:
        falling = tf.sort(weights, direction="DESCENDING")
        before = tf.cumsum(falling, -1, exclusive=True)
        kept = before < sampling.top_p * tf.reduce_sum(falling, -1, keepdims=True)
        least = tf.reduce_min(tf.where(kept, falling, falling[..., :1]), -1, keepdims=True)
        weights = tf.where(weights >= least, weights, 0.0)
    # Only characters of some weight take part, so rounding in the sum can never pick another.
    cumulative = tf.where(weights > 0, tf.cumsum(weights, -1), 0.0)
    reached = cumulative > uniforms[..., None] * tf.reduce_max(cumulative, -1, keepdims=True)
    return tf.argmax(reached, -1, output_type=tf.int32)
