"""The features of the texts in an engine's slots."""

from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.features.columns import COUNT
from folkkeras.features.outputs import count_of
from folkkeras.features.stream import FeatureStream
from folkkeras.model.weights import Array, ExportedWeights
from folkkeras.sampling.feature_tables import RaisingTable, VectorTable
from folkkeras.sampling.sampler import Ids


class SlotFeatures:
    """Reads the characters of all slots, and looks up what their features give.

    Args:
        exported: the weights of a model that reads features.
        number: the number of slots.
    """

    def __init__(self, exported: ExportedWeights, number: int) -> None:
        self._exported = exported
        self._raises = bool(count_of(exported.features))
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

    def compile(self) -> None:
        """Do the same from now on with compiled functions; RuntimeError if Numba has no folder for them."""
        from folkkeras.sampling.compiled_tables import CompiledRaisingTable, CompiledVectorTable

        exported, number = self._exported, len(self._rows)
        streams = _CompiledStreams(exported, number)
        for slot in range(number):
            streams.set_state(slot, self._streams.state(slot))
        self._streams = streams
        self._vectors = CompiledVectorTable(exported)
        self._raising = CompiledRaisingTable(exported.features, exported.vocabulary, number) if self._raises else None


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
