"""The decoding engine: a model's step in NumPy, without TensorFlow, which would take longer to load than a tune takes.

Drawing is bound by the products with the recurrent weights, which are in int8 by default. The first layer's input
projection is folded into the embedding table, so a character's row is its contribution to the gates.

The gates have the order i, f, o, c, and the inputs of the first three are halved beforehand, which is exact:
sigmoid(z) = (1 + tanh(z / 2)) / 2, so one tanh serves all four.

A vector is multiplied once with all that reads it. A layer's outputs go into its own gates at the next step and into
the layer above, so both kernels are one matrix, and a slot keeps the product with the recurrent kernel instead of the
outputs. The sum of the features' vectors goes into the first layer and into the dense layer.

Numba compiles what is computed around the products, once that pays. It changes no number.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.model.weights import GATES, Array, ExportedWeights
from folkkeras.sampling import arithmetic
from folkkeras.sampling.matrices import Float32Matrix, Int8Matrix, Matrix
from folkkeras.sampling.sampler import Ids, Sampling
from folkkeras.sampling.slot_features import SlotFeatures

# Numba takes about as long to load as it saves in this many characters, once its functions are on disk. So drawing
# takes at most twice the time of the better of the two ways, whatever the length.
COMPILED_FROM = 20_000


def compiled_from() -> int:
    """After how many characters an engine computes with compiled functions in this process."""
    # Training and evaluating have loaded Numba to read tunes with it.
    return 1 if "folkkeras.features.compiled" in sys.modules else COMPILED_FROM


@dataclass(frozen=True)
class SlotState:
    """All that a slot's next characters depend on."""

    columns: list[Array]  # of the layers' states and of the logits
    features: Any  # the state of the features of its text, None if the model reads none


class EngineWeights:
    """A model's weights in the engine's layout, which several engines may share.

    Args:
        exported: the weights.
        int8: whether the matrices are rounded to int8.
    """

    def __init__(self, exported: ExportedWeights, *, int8: bool) -> None:
        matrix = Int8Matrix if int8 else Float32Matrix
        self.exported, self.int8 = exported, int8
        self.table = _by_one_tanh(exported.fused_embedding())  # (vocabulary, 4 * units)
        units = exported.hyperparameters["units"]
        lstms, (dense, dense_bias) = exported.lstms(), exported.weights[-2:]
        readers = [(_by_one_tanh(kernel), _by_one_tanh(bias)) for kernel, _, bias in lstms[1:]]
        # For each layer the matrix from its outputs to its own gates at the next step and to what the layer above it
        # reads, (units, 4 * units and more columns), and the bias of the layer above.
        self.layers: list[tuple[Matrix, Array]] = [
            (matrix(np.concatenate([_by_one_tanh(recurrent_kernel), kernel], 1)), bias)
            for (_, recurrent_kernel, _), (kernel, bias) in zip(
                lstms, [*readers, (dense[:units], dense_bias)], strict=True
            )
        ]
        # From the sum of the features' vectors to the first layer's gates and to the dense layer's outputs.
        self.features: Matrix | None = None
        if exported.features:
            self.features = matrix(np.concatenate([_by_one_tanh(exported.feature_kernel()), dense[units:]], 1))


class Engine:
    """Draws characters for a number of slots and keeps their states.

    Args:
        weights: the model's weights.
        number: the number of slots.
    """

    def __init__(self, weights: EngineWeights, number: int) -> None:
        self.number = number
        self._weights, exported = weights, weights.exported
        self._features = SlotFeatures(exported, number) if exported.features else None
        self._units = exported.hyperparameters["units"]
        # For each layer the product of its last outputs with all that reads them, of which the next step reads the part
        # for the layer's own gates, (slots, 4 * units or more), and its cells, (slots, units).
        self._products = [np.zeros((number, GATES * self._units), np.float32) for _ in weights.layers]
        self._cells = [np.zeros((number, self._units), np.float32) for _ in weights.layers]
        self.logits = np.zeros((number, len(exported.vocabulary)), np.float32)  # of each slot's next character
        self._characters = 0  # characters that have been read
        self._compiled_from = compiled_from()
        self._arithmetic: Any = arithmetic

    def step(
        self, fresh: npt.NDArray[np.bool_], read: Ids, uniforms: Array, samplings: Sequence[Sampling], nats: Array
    ) -> Ids:
        """Read or draw a number of characters in each slot.

        Args:
            fresh: whether each slot's stream begins, (slots,).
            read: the characters to read, or -1 to draw one, (characters, slots).
            uniforms: uniform numbers in [0, 1), (characters, slots).
            samplings: how each slot's characters are drawn.
            nats: is filled with what each character costs after those before it, (characters, slots); left if empty.

        Returns:
            The characters, (characters, slots).
        """
        for array in (*self._products, *self._cells):
            array[fresh] = 0
        if self._features:
            self._features.begin(fresh)
        ids = read.copy()
        # Each way of drawing, and its slots.
        ways: dict[Sampling, npt.NDArray[np.bool_]] = {
            sampling: np.array([each == sampling for each in samplings]) for sampling in set(samplings)
        }
        for place, (now, uniform) in enumerate(zip(ids, uniforms, strict=True)):
            drawing, draw = now < 0, self._arithmetic.draw
            if len(ways) == 1 and drawing.any():
                np.copyto(now, draw(self.logits, uniform, samplings[0]), where=drawing, casting="same_kind")
            elif len(ways) > 1:
                for sampling, members in ways.items():
                    own = drawing & members
                    now[own] = draw(self.logits[own], uniform[own], sampling)
            if nats.size:
                nats[place] = nats_of(self.logits, now)
            self.read(now)
        return ids

    def read(self, ids: Ids) -> None:
        """Read a character in each slot, (slots,)."""
        if self._characters < self._compiled_from <= self._characters + len(ids):
            self.compile()
        self._characters += len(ids)
        weights, size, how = self._weights, GATES * self._units, self._arithmetic
        reads = weights.table[ids]  # what the layer reads, as part of its gates, (slots, 4 * units)
        if self._features and weights.features:
            added = weights.features.of(self._features.read(ids), how)
            reads += added[:, :size]
        for layer, ((matrix, bias), cells) in enumerate(zip(weights.layers, self._cells, strict=True)):
            products = matrix.of(how.outputs(self._products[layer], reads, cells), how)
            self._products[layer], reads = products, products[:, size:] + bias
        # What the dense layer reads, after its own product: its outputs, (slots, outputs).
        self.logits = self._features.logits(reads + added[:, size:]) if self._features else reads

    def compile(self) -> None:
        """Compute with compiled functions from now on, if Numba has a folder for them."""
        try:
            from folkkeras.sampling import compiled_arithmetic
        except RuntimeError:  # no folder that Numba tries can be written
            return
        self._arithmetic = compiled_arithmetic
        if self._features:
            self._features.compile()

    def state(self, slot: int) -> SlotState:
        """A slot's state, to restore with `set_state`."""
        columns = [array[slot].copy() for array in self._arrays()]
        return SlotState(columns, self._features.state(slot) if self._features else None)

    def set_state(self, slot: int, state: SlotState) -> None:
        """Restore a slot to the result of an earlier `state`."""
        for array, column in zip(self._arrays(), state.columns, strict=True):
            array[slot] = column
        if self._features:
            self._features.set_state(slot, state.features)

    def _arrays(self) -> list[Array]:
        recurrent = [products[:, : GATES * self._units] for products in self._products]
        return [*recurrent, *self._cells, self.logits]


def load_compiled(weights: EngineWeights) -> None:
    """Load what longer work is compiled with, so that nobody has to wait for it then."""
    engine = Engine(weights, 1)
    engine.compile()
    nobody, one = np.zeros((0, 1), np.float32), np.zeros((1, 1), np.float32)
    for read in (0, -1):
        engine.step(np.ones(1, bool), np.full((1, 1), read, np.int32), one, [Sampling()], nobody)


def _by_one_tanh(weights: Array) -> Array:
    """Convert weights (..., 4 * units) from Keras's gate order i, f, c, o to one tanh over all gates."""
    i, f, c, o = np.split(weights, GATES, axis=-1)
    return np.concatenate([i / 2, f / 2, o / 2, c], -1)


def nats_of(logits: Array, ids: Ids) -> Array:
    """What each of some characters costs, in nats, under its row of logits, (characters, vocabulary)."""
    costs: Array = np.logaddexp.reduce(logits, -1) - logits[np.arange(len(ids)), ids]
    return costs
