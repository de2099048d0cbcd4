"""The features of the texts in an engine's slots."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from folkkeras.features.columns import COUNT, columns_of, sizes_of
from folkkeras.features.outputs import (
    LETTERS,
    copies,
    count_of,
    letter_table,
    letter_tables,
    moved_notes,
)
from folkkeras.features.state import SIZE, clear
from folkkeras.features.stream import FeatureStream
from folkkeras.model.weights import Array, ExportedWeights
from folkkeras.sampling.sampler import Ids
from folkkeras.vocabulary import Vocabulary


class SlotFeatures:
    """Reads the characters of all slots, and gives the sums of their features' vectors.

    Args:
        exported: the weights of a model that reads features.
        number: the number of slots.
        compiled: whether Numba compiles the features, which takes a moment to load.
    """

    def __init__(self, exported: ExportedWeights, number: int, *, compiled: bool) -> None:
        names = exported.features
        sizes = sizes_of(names, len(exported.vocabulary))
        self._vectors = exported.weights[1]
        self._columns = np.array(columns_of(names))
        self._offsets = np.array([0, *accumulate(sizes[:-1])])
        self._raising = _Raising(names, exported.vocabulary, number) if count_of(names) else None
        self._rows = np.zeros((number, COUNT), np.int32)
        self._reader = (_CompiledStreams if compiled else _Streams)(exported, number)

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
        places = self._rows.take(self._columns, 1) + self._offsets
        return self._vectors.take(places, 0).sum(1)

    def logits(self, outputs: Array) -> Array:
        """The logits of the next characters, (slots, vocabulary).

        Args:
            outputs: of the dense layer: the logits, and what to add to those of characters that features name,
                (slots, outputs).
        """
        return self._raising.logits(outputs, self._rows) if self._raising else outputs

    def state(self, slot: int) -> Any:
        """A slot's state, for `set_state`."""
        return self._reader.state(slot), self._rows[slot].copy()

    def set_state(self, slot: int, state: Any) -> None:
        """Return to an earlier state."""
        of_reader, self._rows[slot] = state
        self._reader.set_state(slot, of_reader)


class _Raising:
    """Adds to the logits what the further outputs raise, see `folkkeras.features.outputs`.

    Args:
        names: the features that the model reads.
        vocabulary: the characters.
        number: the number of slots.
    """

    def __init__(self, names: Sequence[str], vocabulary: Vocabulary, number: int) -> None:
        self._characters = len(vocabulary)
        letters = letter_table(vocabulary)
        columns = np.where(letters.any(1), 1 + letters.argmax(1), 0)  # of the letters; column 0 is for no character
        output = self._characters  # the first of the further outputs
        # For each feature that says what is raised: the outputs and the columns that they raise, for each value.
        tables: list[tuple[str, Ids, Ids]] = []
        for named, raised in ((copies(names), np.arange(self._characters + 1)), (moved_notes(names), [0, *columns])):
            for name in named:
                tables.append((name, np.full((len(raised), 1), output), np.array(raised)[:, None]))
                output += 1
        for name, table in letter_tables(names).items():
            raises = table.any(0)  # (values, letters)
            tables.append((name, output + table.argmax(0), np.where(raises, columns, 0)))
            output += len(table)
        wide = [(_padded(outputs), _padded(raised)) for _, outputs, raised in tables]
        self._outputs, self._raised = (np.concatenate(arrays) for arrays in zip(*wide, strict=True))
        self._columns = np.array(columns_of(name for name, _, _ in tables))
        self._offsets = np.array([0, *accumulate(len(outputs) for _, outputs, _ in tables)][:-1])
        slots = np.arange(number)[:, None, None]
        self._first_outputs, self._first_columns = slots * output, slots * (1 + self._characters)

    def logits(self, outputs: Array, rows: Ids) -> Array:
        """The logits of the next characters, (slots, vocabulary).

        Args:
            outputs: of the dense layer, (slots, outputs).
            rows: the features, (slots, features).
        """
        number, width = len(outputs), 1 + self._characters
        places = rows.take(self._columns, 1) + self._offsets
        values = outputs.take(self._outputs.take(places, 0) + self._first_outputs)
        columns = self._raised.take(places, 0) + self._first_columns
        raised = np.bincount(columns.ravel(), values.ravel(), number * width).reshape(number, width)
        logits: Array = outputs[:, : self._characters] + raised[:, 1:].astype(np.float32)
        return logits


def _padded(table: Ids) -> Ids:
    """A table of values, (values, n), with a column for each letter; what is beyond n raises no character."""
    return np.pad(table, ((0, 0), (0, len(LETTERS) - table.shape[1])))


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
