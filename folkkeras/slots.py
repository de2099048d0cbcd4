"""Slots: streams of characters drawn side by side by one compiled loop, each character fed back in.

The loop works in float32 on explicit LSTM states, features first, (units, slots). The first layer's input
projection is folded into the embedding table, where a character's row is its share of the gates. Each slot
reads its stream's start text from a zero state and then draws; a slot whose stream has ended takes the next.

A stream's uniform numbers are its own, so it is the same alone or among many, as far as the rounding of
wider products lets it: only where two characters' shares meet within rounding can a draw differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from folkkeras.model import TuneModel
from folkkeras.sampling import Sampling, draw

CHUNK = 64  # characters a call of the loop; short enough to stream, long enough to cost nothing

Ids = npt.NDArray[np.int32]
Columns = list[npt.NDArray[np.float32]]


class Stream:
    """A text on its way: what is still to be read of its start, and its uniform numbers.

    Args:
        start: the start text's indices.
        seed: keys the uniform numbers, `numpy.random.default_rng(seed)`.
    """

    def __init__(self, start: Ids, seed: tuple[int, ...]) -> None:
        self.unread = start
        self.fresh = True  # nothing has been read yet
        self.random = np.random.default_rng(seed)


@dataclass(frozen=True)
class Weights:
    """A model's weights as the loop reads them."""

    table: tf.Tensor  # (4 * units, vocabulary), for one slot (vocabulary, 4 * units)
    layers: list[tuple[tf.Tensor, tf.Tensor]]  # (4 * units, read), (4 * units, 1): read are the layer below and itself
    dense: tuple[tf.Tensor, tf.Tensor]  # (vocabulary, units), (vocabulary, 1)

    @classmethod
    def of(cls, model: TuneModel, number: int, *, bfloat16: bool) -> "Weights":
        """The weights that a model has now, for a number of slots.

        For one slot the matrices stay as Keras has them, inputs first, which is how a vector's product reads them
        fastest; for more they are transposed. In bfloat16, where asked for, they are half the bytes to read.
        """

        def matrix(kernel: tf.Tensor) -> tf.Tensor:
            kernel = kernel if number == 1 else tf.transpose(kernel)
            return tf.cast(kernel, tf.bfloat16) if bfloat16 else kernel

        layers = []
        for layer, lstm in enumerate(model.lstms):
            kernel, recurrent_kernel, bias = map(tf.convert_to_tensor, lstm.cell.trainable_variables)
            read = tf.concat([kernel, recurrent_kernel], 0) if layer else recurrent_kernel
            layers.append((matrix(read), bias[:, None]))
        kernel, bias = map(tf.convert_to_tensor, model.dense.trainable_variables)
        table = model.folded_table()
        return cls(table if number == 1 else tf.transpose(table), layers, (matrix(kernel), bias[:, None]))


class Slots:
    """A fixed number of slots and their states.

    Args:
        model: whose weights of now are taken.
        number: of slots.
        sampling: how characters are drawn.
        bfloat16: read the matrices in that type; faster where the processor is, and a little less exact.
    """

    def __init__(self, model: TuneModel, number: int, sampling: Sampling, *, bfloat16: bool = False) -> None:
        self.number = number
        self._weights = Weights.of(model, number, bfloat16=bfloat16)
        units = model.lstms[0].units
        self._states = [(tf.zeros((units, number)), tf.zeros((units, number))) for _ in model.lstms]
        self._logits = tf.zeros((len(model.vocabulary), number))
        self._loop = _loop(sampling)

    def advance(self, streams: Sequence[Stream | None]) -> list[Ids]:
        """Draw each slot's next characters, at most CHUNK: its start text's are read and not returned.

        Args:
            streams: a slot's stream, or None where it stands idle.
        """
        read = np.full((CHUNK, self.number), -1, np.int32)
        uniforms = np.zeros((CHUNK, self.number), np.float32)
        fresh = np.ones((1, self.number), bool)
        counts = []
        for slot, stream in enumerate(streams):
            count = CHUNK if stream is None else min(CHUNK, len(stream.unread))
            counts.append(count)
            read[:count, slot] = 0
            if stream is not None:
                read[:count, slot], stream.unread = stream.unread[:count], stream.unread[count:]
                uniforms[count:, slot] = stream.random.random(CHUNK - count, dtype=np.float32)
                fresh[0, slot], stream.fresh = stream.fresh, False
        weights = self._weights
        ids, self._logits, self._states = self._loop(
            weights.table, weights.layers, weights.dense, self._states, self._logits, fresh, read, uniforms
        )
        drawn = ids.numpy()
        return [drawn[count:, slot] for slot, count in enumerate(counts)]

    def state(self, slot: int) -> Columns:
        """What a slot's stream has come to, to be set again: its column of all states and of the logits."""
        return [array[:, slot].copy() for array in self._arrays()]

    def set_state(self, slot: int, columns: Columns) -> None:
        """Take a slot's stream back to where `state` was asked."""
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
            drawn = draw(tf.transpose(logits), uniforms[number], self.sampling)
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
