"""The decoding engine in NumPy: it writes before TensorFlow would have started.

One stream is bound by memory, since each character reads all recurrent weights; NumPy's products read them as
fast as the memory gives them, and the rest of a step is small. The first layer's input projection is folded into
the embedding table, where a character's row is its share of the gates.

The gates stand in the order i, f, o, c, and what goes into the first three is halved beforehand, which is exact:
sigmoid(z) = (1 + tanh(z / 2)) / 2, so that one tanh serves all four.
"""

from functools import partial

import numpy as np
import numpy.typing as npt

from folkkeras.model.weights import GATES, Array, Network
from folkkeras.sampling.sampler import Sampling, draw
from folkkeras.sampling.slots import Columns, Ids
from folkkeras.sampling.threads import Threads

WHOLE_BLOCKS = 64  # of units, which the products share among threads without changing a digit


class NumpyEngine:
    """A `slots.DecodingEngine` in float32.

    Args:
        network: the weights.
        number: of slots.
        sampling: how characters are drawn.
    """

    def __init__(self, network: Network, number: int, sampling: Sampling) -> None:
        self.number, self.sampling = number, sampling
        self._table = _by_one_tanh(network.folded_table())  # (vocabulary, 4 * units)
        self._layers = []  # from what a layer reads to its gates, (read, 4 * units), and their bias
        for layer, (kernel, recurrent_kernel, bias) in enumerate(network.lstms()):
            read = np.concatenate([kernel, recurrent_kernel]) if layer else recurrent_kernel
            self._layers.append((_by_one_tanh(read), _by_one_tanh(bias)))
        self._dense, self._bias = network.weights[-2:]
        units = len(self._dense)
        self._states = [
            (np.zeros((number, units), np.float32), np.zeros((number, units), np.float32)) for _ in self._layers
        ]
        self._logits = np.zeros((number, len(self._bias)), np.float32)
        # For other sizes the last digits of a product can hang on the number of threads, and with them a draw.
        self._threads = Threads() if units % WHOLE_BLOCKS == 0 else None

    def step(self, fresh: npt.NDArray[np.bool_], read: Ids, uniforms: Array) -> Ids:
        """As `slots.DecodingEngine.step`."""
        for h, c in self._states:
            h[fresh] = c[fresh] = 0
        ids = read.copy()
        steps = partial(self._steps, ids, uniforms)
        if self._threads:
            self._threads.run(steps)
        else:
            steps()
        return ids

    def _steps(self, ids: Ids, uniforms: Array) -> None:
        """Take a step for each row of the characters, and put drawn ones where none are to be read."""
        for now, uniform in zip(ids, uniforms, strict=True):
            drawing = now < 0
            if drawing.any():
                np.copyto(now, draw(self._logits, uniform, self.sampling), where=drawing, casting="same_kind")
            self._step(now)

    def _step(self, ids: Ids) -> None:
        below = None
        for (weights, bias), (h, c) in zip(self._layers, self._states, strict=True):
            z = (h if below is None else np.concatenate([below, h], 1)) @ weights  # (slots, 4 * units)
            z += self._table[ids] if below is None else bias
            np.tanh(z, out=z)
            gates = z.reshape(self.number, GATES, -1)
            sigmoids = gates[:, :3]
            sigmoids *= 0.5
            sigmoids += 0.5
            c *= gates[:, 1]
            c += gates[:, 0] * gates[:, 3]
            np.multiply(gates[:, 2], np.tanh(c), out=h)
            below = h
        self._logits = self._states[-1][0] @ self._dense + self._bias

    def state(self, slot: int) -> Columns:
        """As `slots.DecodingEngine.state`."""
        return [array[slot].copy() for array in self._arrays()]

    def set_state(self, slot: int, columns: Columns) -> None:
        """As `slots.DecodingEngine.set_state`."""
        for array, column in zip(self._arrays(), columns, strict=True):
            array[slot] = column

    def _arrays(self) -> list[Array]:
        return [array for state in self._states for array in state] + [self._logits]


def _by_one_tanh(weights: Array) -> Array:
    """Weights (..., 4 * units) from Keras's order of the gates i, f, c, o, for one tanh over all."""
    i, f, c, o = np.split(weights, GATES, axis=-1)
    return np.concatenate([i / 2, f / 2, o / 2, c], -1)
