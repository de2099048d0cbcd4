"""The decoding engine that XLA compiles: for thousands of tunes, and for weights in bfloat16.

It takes seconds to start, as TensorFlow does, and is then faster if many streams are drawn side by side. Its arrays
have their features first, (units, slots), so that a step multiplies a large matrix by a narrow one. The first layer's
input projection is folded into the embedding table, as in `numpy_engine`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from folkkeras.model.weights import Array, ExportedWeights
from folkkeras.sampling.sampler import MAX, MIN, Sampling, draw
from folkkeras.sampling.slot_features import SlotFeatures
from folkkeras.sampling.slots import CHUNK, Ids, SlotState


@dataclass(frozen=True)
class Weights:
    """A model's weights in the engine's layout."""

    table: tf.Tensor  # (4 * units, vocabulary), or (vocabulary, 4 * units) for one slot
    layers: list[tuple[tf.Tensor, tf.Tensor]]  # (4 * units, read), (4 * units, 1); reads the layer below and itself
    dense: tuple[tf.Tensor, tf.Tensor]  # (vocabulary, units), (vocabulary, 1), with what the features add to both

    @classmethod
    def of(cls, exported: ExportedWeights, number: int, *, bfloat16: bool) -> "Weights":
        """Exported weights in the layout for a number of slots.

        For one slot the matrices keep Keras's layout, inputs first, which is the fastest for a product with a vector;
        for more they are transposed. In bfloat16 they take half the bytes of float32.
        """

        def matrix(kernel: Array) -> tf.Tensor:
            return tf.constant(kernel if number == 1 else kernel.T, tf.bfloat16 if bfloat16 else tf.float32)

        layers = []
        for layer, (kernel, recurrent_kernel, bias) in enumerate(exported.lstms()):
            read = np.concatenate([kernel if layer else exported.feature_kernel(), recurrent_kernel])
            layers.append((matrix(read), tf.constant(bias[:, None])))
        kernel, bias = exported.weights[-2:]
        table = exported.fused_embedding()
        return cls(tf.constant(table if number == 1 else table.T), layers, (matrix(kernel), tf.constant(bias[:, None])))

    def arrays(self) -> tuple[Any, ...]:
        """The arguments of a step."""
        return self.table, self.layers, self.dense


class XlaEngine:
    """A `slots.DecodingEngine`.

    Args:
        exported: the weights.
        number: the number of slots; each number is compiled separately.
        sampling: how characters are drawn.
        bfloat16: keep the matrices in bfloat16; faster if the processor supports it, and slightly less exact.
    """

    def __init__(self, exported: ExportedWeights, number: int, sampling: Sampling, *, bfloat16: bool = False) -> None:
        self.number = number
        self._weights = Weights.of(exported, number, bfloat16=bfloat16)
        units, layers = exported.hyperparameters["units"], exported.hyperparameters["layers"]
        self._states = [(tf.zeros((units, number)), tf.zeros((units, number))) for _ in range(layers)]
        self._logits = tf.zeros((len(exported.vocabulary), number))
        self._features = SlotFeatures(exported, number) if exported.features else None
        self._sampling = sampling

    def step(self, fresh: npt.NDArray[np.bool_], read: Ids, uniforms: Array) -> Ids:
        """See `slots.DecodingEngine.step`."""
        if self._features:
            return self._step_with_features(self._features, fresh, read, uniforms)
        ids, self._logits, self._states = _loop(self._sampling)(
            *self._weights.arrays(), self._states, self._logits, fresh[None], read, uniforms
        )
        drawn: Ids = ids.numpy()
        return drawn

    def _step_with_features(
        self, features: SlotFeatures, fresh: npt.NDArray[np.bool_], read: Ids, uniforms: Array
    ) -> Ids:
        """The same, one character a call, since TensorFlow cannot compute the features between two of them."""
        features.begin(fresh)
        self._states = [(tf.where(fresh, 0.0, h), tf.where(fresh, 0.0, c)) for h, c in self._states]
        ids, logits = read.copy(), self._logits.numpy().T
        for now, uniform in zip(ids, uniforms, strict=True):
            drawing = now < 0
            if drawing.any():
                np.copyto(now, draw(logits, uniform, self._sampling), where=drawing, casting="same_kind")
            vectors = features.read(now)
            outputs, self._states = _compiled_step(*self._weights.arrays(), self._states, now, vectors.T)
            logits = features.logits(outputs.numpy().T)
        self._logits = tf.constant(logits.T)
        return ids

    def state(self, slot: int) -> SlotState:
        """See `slots.DecodingEngine.state`."""
        columns = [array[:, slot].copy() for array in self._arrays()]
        return SlotState(columns, self._features.state(slot) if self._features else None)

    def set_state(self, slot: int, state: SlotState) -> None:
        """See `slots.DecodingEngine.set_state`."""
        if self._features:
            self._features.set_state(slot, state.features)
        arrays = [array.copy() for array in self._arrays()]
        for array, column in zip(arrays, state.columns, strict=True):
            array[:, slot] = column
        *states, self._logits = map(tf.constant, arrays)
        self._states = list(zip(states[::2], states[1::2], strict=True))

    def _arrays(self) -> list[Array]:
        return [array.numpy() for state in self._states for array in state] + [self._logits.numpy()]


_loops: dict[Sampling, Any] = {}  # compiled once per process


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
        """Read or draw CHUNK characters in each slot.

        Args:
            table, layers, dense: as in `Weights`.
            states: h and c of each layer, (units, slots) each.
            logits: the logits of the next character, (vocabulary, slots).
            fresh: whether each slot's stream begins, (1, slots).
            read: the characters to read, or -1 to draw one, (CHUNK, slots).
            uniforms: uniform numbers in [0, 1), (CHUNK, slots).

        Returns:
            The characters (CHUNK, slots), the logits and the states.
        """
        states = [(tf.where(fresh, 0.0, h), tf.where(fresh, 0.0, c)) for h, c in states]

        def step(number: tf.Tensor, ids: tf.TensorArray, logits: tf.Tensor, states: Any) -> Any:
            drawn = _draw(tf.transpose(logits), uniforms[number], self.sampling)
            ids_now = tf.where(read[number] < 0, drawn, read[number])  # (slots,)
            logits, states = _step(table, layers, dense, states, ids_now)
            return number + 1, ids.write(number, ids_now), logits, states

        first = (0, tf.TensorArray(tf.int32, size=CHUNK), logits, states)
        _, ids, logits, states = tf.while_loop(lambda number, *_: number < CHUNK, step, first, maximum_iterations=CHUNK)
        return ids.stack(), logits, states


def _step(
    table: tf.Tensor,
    layers: list[tuple[tf.Tensor, tf.Tensor]],
    dense: tuple[tf.Tensor, tf.Tensor],
    states: list[tuple[tf.Tensor, tf.Tensor]],
    ids: tf.Tensor,
    vectors: tf.Tensor | None = None,
) -> Any:
    """Read a character in each slot.

    Args:
        table, layers, dense: as in `Weights`.
        states: h and c of each layer, (units, slots) each.
        ids: the characters, (slots,).
        vectors: the sums of their features' vectors, (feature_embedding, slots); None if the model reads none.

    Returns:
        The dense layer's outputs, (vocabulary + copies, slots), and the states.
    """
    below, after = vectors, []
    for layer, ((weights, bias), (h, c)) in enumerate(zip(layers, states, strict=True)):
        z = _product(weights, h if below is None else tf.concat([below, h], 0))
        z = (
            tf.reshape(z + bias, (-1,))
            if layer
            else tf.reshape(z, (-1,)) + tf.reshape(_contributions(table, ids), (-1,))
        )
        # Flat, since XLA vectorizes slices of a flat array best.
        i, f, g, o = tf.split(z, 4)  # Keras's gate order
        c = tf.sigmoid(f) * tf.reshape(c, (-1,)) + tf.sigmoid(i) * tf.tanh(g)
        below = tf.reshape(tf.sigmoid(o) * tf.tanh(c), h.shape)  # (units, slots)
        after.append((below, tf.reshape(c, h.shape)))
    kernel, bias = dense
    return _product(kernel, below if vectors is None else tf.concat([below, vectors], 0)) + bias, after


_compiled_step = tf.function(_step, jit_compile=True, autograph=False)


def _contributions(table: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
    """The characters' contributions to the gates, (4 * units, slots)."""
    if ids.shape[0] == 1:
        return tf.transpose(tf.gather(table, ids))
    # For many slots, a product with a one-hot matrix is faster than looking up columns.
    return table @ tf.one_hot(ids, table.shape[1], axis=0)


def _product(weights: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """A matrix of `Weights` times (read, slots), computed in the weights' dtype and returned in float32."""
    values = tf.cast(values, weights.dtype)
    one = values.shape[1] == 1
    product = tf.transpose(tf.transpose(values) @ weights) if one else weights @ values
    return tf.cast(product, tf.float32)


def _draw(logits: tf.Tensor, uniforms: tf.Tensor, sampling: Sampling) -> tf.Tensor:
    """`sampler.draw` for TensorFlow to compile; the indices are int32.

    Args:
        logits: float32 (..., vocabulary).
        uniforms: float32 in [0, 1), (...).
        sampling: how to draw.
    """
    if sampling.temperature == 0:
        return tf.argmax(logits, -1, output_type=tf.int32)
    # Subtract the maximum first: a tiny temperature must not turn logits into infinities that cancel to nan.
    # Clamp the temperature to float32's normal range, since processors may flush smaller numbers to 0.
    highest = tf.reduce_max(logits, -1, keepdims=True)
    weights = tf.exp((logits - highest) / min(max(sampling.temperature, MIN), MAX))  # (..., vocabulary)
    if 0 < sampling.top_k < logits.shape[-1]:
        least = tf.math.top_k(weights, sampling.top_k).values[..., -1:]
        weights = tf.where(weights >= least, weights, 0.0)
    if sampling.top_p < 1:
        falling = tf.sort(weights, direction="DESCENDING")
        before = tf.cumsum(falling, -1, exclusive=True)
        kept = before < sampling.top_p * tf.reduce_sum(falling, -1, keepdims=True)
        least = tf.reduce_min(tf.where(kept, falling, falling[..., :1]), -1, keepdims=True)
        weights = tf.where(weights >= least, weights, 0.0)
    # Mask characters of weight 0, so that rounding in the sum can never pick one.
    cumulative = tf.where(weights > 0, tf.cumsum(weights, -1), 0.0)
    reached = cumulative > uniforms[..., None] * tf.reduce_max(cumulative, -1, keepdims=True)
    return tf.argmax(reached, -1, output_type=tf.int32)
