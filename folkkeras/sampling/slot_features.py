"""The features of the texts in an engine's slots."""

from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.features.columns import COUNT, columns_of, sizes_of
from folkkeras.features.outputs import copies, degree_table, interval_table, letter_table, moved_notes
from folkkeras.features.state import SIZE, clear
from folkkeras.features.stream import FeatureStream
from folkkeras.model.weights import Array, ExportedWeights
from folkkeras.sampling.slots import Ids

COMPILED = 32  # slots; for fewer, Numba takes longer to load than it saves


class SlotFeatures:
    """Reads the characters of all slots, and gives the sums of their features' vectors.

    Args:
        exported: the weights of a model that reads features.
        number: the number of slots.
    """

    def __init__(self, exported: ExportedWeights, number: int) -> None:
        names, self._characters = exported.features, len(exported.vocabulary)
        sizes = sizes_of(names, self._characters)
        self._vectors = exported.weights[1]
        self._columns = np.array(columns_of(names))
        self._offsets = np.array([0, *accumulate(sizes[:-1])])
        letters = letter_table(exported.vocabulary)
        self._letters = np.where(letters.any(1), 1 + letters.argmax(1), 0)
        # The columns of the features that name a character, each with the column of the logits for each value.
        self._naming = [(column, np.arange(self._characters + 1)) for column in columns_of(copies(names))]
        self._naming += [(column, np.array([0, *self._letters])) for column in columns_of(moved_notes(names))]
        # For each value of a feature, the output that raises each letter; the last output is always 0.
        self._tables: list[tuple[int, npt.NDArray[np.int64]]] = []
        first = self._characters + len(self._naming)
        for name, table in (("tonic", degree_table()), ("letter", interval_table())):
            if name in names:
                places = np.where(table.any(0), first + table.argmax(0), -1)
                self._tables.append((columns_of([name])[0], places))
                first += len(table)
        self._slots = np.arange(number)
        self._rows = np.zeros((number, COUNT), np.int32)
        self._reader = (_CompiledStreams if number >= COMPILED else _Streams)(exported, number)

    def begin(self, fresh: npt.NDArray[np.bool_]) -> None:
        """Begin a new text in some slots.

        Args:
            fresh: in which, (slots,).
        """
        for slot in np.flatnonzero(fresh).tolist():
            self._reader.begin(slot)

    def read(self, ids: Ids) -> Array:
        """Read a character in each slot; return the sums of its features' vectors, (slots, feature_embedding)."""
        self._reader.read(ids, self._rows)
        return self._vectors[self._rows[:, self._columns] + self._offsets].sum(1)

    def logits(self, outputs: Array) -> Array:
        """The logits of the next characters, (slots, vocabulary).

        Args:
            outputs: of the dense layer: the logits, and what to add to those of characters that features name,
                (slots, outputs).
        """
        logits = np.zeros((len(outputs), 1 + self._characters), np.float32)  # the first column is for no character
        logits[:, 1:] = outputs[:, : self._characters]
        for place, (column, numbers) in enumerate(self._naming, start=self._characters):
            logits[self._slots, numbers[self._rows[:, column]]] += outputs[:, place]
        if self._tables:
            padded = np.concatenate([outputs, np.zeros((len(outputs), 1), np.float32)], 1)
            for column, places in self._tables:
                raised = np.take_along_axis(padded, places[self._rows[:, column]], 1)  # (slots, letters)
                logits[:, self._letters] += raised
        return logits[:, 1:]

    def state(self, slot: int) -> Any:
        """A slot's state, for `set_state`."""
        return self._reader.state(slot), self._rows[slot].copy()

    def set_state(self, slot: int, state: Any) -> None:
        """Return to an earlier state."""
        of_reader, self._rows[slot] = state
        self._reader.set_state(slot, of_reader)


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

    def state(self, slot: int) -> list[int]:
        return self._streams[slot].state()

    def set_state(self, slot: int, state: list[int]) -> None:
        self._streams[slot].set_state(state)


class _CompiledStreams:
    """The same, compiled by Numba."""

    def __init__(self, exported: ExportedWeights, number: int) -> None:
        from folkkeras.features.compiled import advance

        self._advance, self._codes = advance, exported.vocabulary.codes
        empty = [0] * SIZE
        clear(empty)
        self._empty = np.array(empty, np.int32)
        self._states = np.tile(self._empty, (number, 1))

    def begin(self, slot: int) -> None:
        self._states[slot] = self._empty

    def read(self, ids: Ids, rows: Ids) -> None:
        self._advance(self._states, ids, self._codes, rows)

    def state(self, slot: int) -> Ids:
        return self._states[slot].copy()

    def set_state(self, slot: int, state: Ids) -> None:
        self._states[slot] = state
