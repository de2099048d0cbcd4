"""The decoding engine in NumPy, which starts writing before TensorFlow would have loaded.

Drawing one stream is bound by memory bandwidth, since each character reads all recurrent weights. NumPy's products
read them at that bandwidth, and the rest of a step takes little time. The first layer's input projection is folded
into the embedding table, so a character's row is its contribution to the gates.

The gates have the order i, f, o, c, and the inputs of the first three are halved beforehand, which is exact:
sigmoid(z) = (1 + tanh(z / 2)) / 2, so one tanh serves all four.

The features of a slot's text are computed as each character is read. Their vectors' sum is part of what the first layer
and the dense layer read.
"""

from functools import partial

import numpy as np
import numpy.typing as npt

from folkkeras.model.weights import GATES, Array, ExportedWeights
from folkkeras.sampling.sampler import Sampling, draw
from folkkeras.sampling.slot_features import SlotFeatures
from folkkeras.sampling.slots import Ids, SlotState
from folkkeras.sampling.threads import Threads

WHOLE_BLOCKS = 64  # units; a product over a multiple of these is the same to the last digit with any number of threads


class NumpyEngine:
    """A `slots.DecodingEngine` in float32.

    Args:
        exported: the weights.
        number: the number of slots.
        sampling: how characters are drawn.
    """

    def __init__(self, exported: ExportedWeights, number: int, sampling: Sampling) -> None:
        self.number, self.sampling = number, sampling
        self._table = _by_one_tanh(exported.fused_embedding())  # (vocabulary, 4 * units)
        self._layers = []  # weights from what a layer reads to its gates, (read, 4 * units), and the gates' bias
        for layer, (kernel, recurrent_kernel, bias) in enumerate(exported.lstms()):
            read = np.concatenate([kernel if layer else exported.feature_kernel(), recurrent_kernel])
            self._layers.append((_by_one_tanh(read), _by_one_tanh(bias)))
        self._features = SlotFeatures(exported, number) if exported.features else None
        self._dense, self._bias = exported.weights[-2:]
        units = exported.hyperparameters["units"]
        self._states = [
            (np.zeros((number, units), np.float32), np.zeros((number, units), np.float32)) for _ in self._layers
        ]
        self._logits = np.zeros((number, len(exported.vocabulary)), np.float32)
        # With other numbers of units, a product's last digits, and so a draw, can depend on the number of threads.
        self._threads = Threads() if units % WHOLE_BLOCKS == 0 else None

    def step(self, fresh: npt.NDArray[np.bool_], read: Ids, uniforms: Array) -> Ids:
        """See `slots.DecodingEngine.step`."""
        for h, c in self._states:
            h[fresh] = c[fresh] = 0
        if self._features:
            self._features.begin(fresh)
        ids = read.copy()
        steps = partial(self._steps, ids, uniforms)
        if self._threads:
            self._threads.run(steps)
        else:
            steps()
        return ids

    def _steps(self, ids: Ids, uniforms: Array) -> None:
        """Take a step for each row of `ids`, replacing each -1 by a drawn character."""
        for now, uniform in zip(ids, uniforms, strict=True):
            drawing = now < 0
            if drawing.any():
                np.copyto(now, draw(self._logits, uniform, self.sampling), where=drawing, casting="same_kind")
            self._step(now)

    def _step(self, ids: Ids) -> None:
        vectors = self._features.read(ids) if self._features else None  # (slots, feature_embedding)
        below = vectors
        for layer, ((weights, bias), (h, c)) in enumerate(zip(self._layers, self._states, strict=True)):
            z = (h if below is None else np.concatenate([below, h], 1)) @ weights  # (slots, 4 * units)
            z += bias if layer else self._table[ids]
            np.tanh(z, out=z)
            gates = z.reshape(self.number, GATES, -1)
            sigmoids = gates[:, :3]
            sigmoids *= 0.5
            sigmoids += 0.5
            c *= gates[:, 1]
            c += gates[:, 0] * gates[:, 3]
            np.multiply(gates[:, 2], np.tanh(c), out=h)
            below = h
        h = self._states[-1][0]
        outputs = (h if vectors is None else np.concatenate([h, vectors], 1)) @ self._dense + self._bias
        self._logits = self._features.logits(outputs) if self._features else outputs

    def state(self, slot: int) -> SlotState:
        """See `slots.DecodingEngine.state`."""
        columns = [array[slot].copy() for array in self._arrays()]
        return SlotState(columns, self._features.state(slot) if self._features else None)

    def set_state(self, slot: int, state: SlotState) -> None:
        """See `slots.DecodingEngine.set_state`."""
        for array, column in zip(self._arrays(), state.columns, strict=True):
            array[slot] = column
        if self._features:
            self._features.set_state(slot, state.features)

    def _arrays(self) -> list[Array]:
        return [array for state in self._states for array in state] + [self._logits]


def _by_one_tanh(weights: Array) -> Array:
    """Convert weights (..., 4 * units) from Keras's gate order i, f, c, o to one tanh over all gates."""
    i, f, c, o = np.split(weights, GATES, axis=-1)
    return np.concatenate([i / 2, f / 2, o / 2, c], -1)
