"""The features of the texts in an engine's slots."""

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.features.columns import COUNT
from folkkeras.features.outputs import count_of
from folkkeras.features.stream import FeatureStream
from folkkeras.model.weights import Array, ExportedWeights
from folkkeras.sampling.feature_tables import RaisingTable, VectorTable
from folkkeras.sampling.sampler import Ids

# Numba takes about as long to load as it saves in this many characters, once its functions are on disk. So drawing
# takes at most twice the time of the better of the two ways, whatever the length.
COMPILED_FROM = 20_000


def compiled_from() -> int:
    """After how many characters their features are computed with compiled functions in this process."""
    # Training and evaluating have loaded Numba to read tunes with it.
    return 1 if "folkkeras.features.compiled" in sys.modules else COMPILED_FROM


class SlotFeatures:
    """Reads the characters of all slots, and looks up what their features give; Numba compiles it for longer work.

    Args:
        exported: the weights of a model that reads features.
        number: the number of slots.
    """

    def __init__(self, exported: ExportedWeights, number: int) -> None:
        self._exported = exported
        self._raises = bool(count_of(exported.features))
        self._characters = 0  # characters that have been read
        self._compiled_from = compiled_from()
        self._rows = np.zeros((number, COUNT), np.int32)
        self._streams: _Streams | _CompiledStreams = _Streams(exported, number)
        self._vectors = VectorTable(exported)
        self._raising = RaisingTable(exported.features, exported.vocabulary, number) if self._raises else None

    def begin(self, fresh: npt.NDArray[np.bool_]) -> None:
        """Begin a new text in some slots.

        Args:
            fresh: in which, (slots,).
        """
        for slot in np.flatnonzero(fresh).tolist():
            self._streams.begin(slot)

    def read(self, ids: Ids) -> Array:
        """Read a character in each slot; return the sums of its features' vectors, (slots, feature_embedding)."""
        if self._characters < self._compiled_from <= self._characters + len(ids):
            self._compile()
        self._characters += len(ids)
        self._streams.read(ids, self._rows)
        return self._vectors.sums(self._rows)

    def logits(self, outputs: Array) -> Array:
        """The logits of the next characters, (slots, vocabulary).

        Args:
            outputs: of the dense layer: the logits, and what to add to those of characters that features name,
                (slots, outputs).
        """
        return self._raising.logits(outputs, self._rows) if self._raising else outputs

    def state(self, slot: int) -> Any:
        """A slot's state, for `set_state`."""
        return self._streams.state(slot), self._rows[slot].copy()

    def set_state(self, slot: int, state: Any) -> None:
        """Return to an earlier state."""
        of_stream, self._rows[slot] = state
        self._streams.set_state(slot, of_stream)

    def _compile(self) -> None:
        """Do the same from now on with compiled functions, if Numba has a folder for them."""
        exported, number = self._exported, len(self._rows)
        try:
            from folkkeras.sampling.compiled_tables import CompiledRaisingTable, CompiledVectorTable

            streams = _CompiledStreams(exported, number)
        except RuntimeError:  # no folder that Numba tries can be written
            return
        for slot in range(number):
            streams.set_state(slot, self._streams.state(slot))
        self._streams = streams
        self._vectors = CompiledVectorTable(exported)
        self._raising = CompiledRaisingTable(exported.features, exported.vocabulary, number) if self._raises else None


def load_compiled(exported: ExportedWeights) -> None:
    """Load what longer work is compiled with, so that nobody has to wait for it then."""
    features = SlotFeatures(exported, 1)
    features._compile()
    features.begin(np.ones(1, bool))
    features.read(np.zeros(1, np.int32))
    features.logits(np.zeros((1, exported.weights[-1].shape[0]), np.float32))


class _Streams:
    """The states of all slots' features, computed by Python."""

    def __init__(self, exported: ExportedWeights, number: int) -> None:
        codes = exported.vocabulary.codes.tolist()
        self._streams = [FeatureStream(codes) for _ in range(number)]

    def begin(self, slot: int) -> None:
        self._streams[slot].begin()

    def read(self, ids: Ids, rows: Ids) -> None:
        for slot, (stream, index) in enumerate(zip(self._streams, ids.tolist(), strict=True)):
            stream.read(index)
            rows[slot] = stream.row

    def state(self, slot: int) -> list[int] | Ids:
        return self._streams[slot].state()

    def set_state(self, slot: int, state: list[int] | Ids) -> None:
        # Another engine's state may be an array, whose elements Python would compute with slowly.
        self._streams[slot].set_state(state if isinstance(state, list) else state.tolist())


class _CompiledStreams:
    """The same, compiled by Numba."""

    def __init__(self, exported: ExportedWeights, number: int) -> None:
        from folkkeras.features.compiled import CLEARED_STATE, advance

        self._advance, self._codes, self._cleared = advance, exported.vocabulary.codes, CLEARED_STATE
        self._states = np.tile(CLEARED_STATE, (number, 1))

    def begin(self, slot: int) -> None:
        self._states[slot] = self._cleared

    def read(self, ids: Ids, rows: Ids) -> None:
        self._advance(self._states, ids, self._codes, rows)

    def state(self, slot: int) -> list[int] | Ids:
        return self._states[slot].copy()

    def set_state(self, slot: int, state: list[int] | Ids) -> None:
        self._states[slot] = state
