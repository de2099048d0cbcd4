"""What an engine looks up by the features of its slots: the features' vectors, and the logits that features raise."""

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from folkkeras.features.columns import columns_of, sizes_of
from folkkeras.features.outputs import LETTERS, copies, letter_table, letter_tables, moved_notes
from folkkeras.model.weights import Array, ExportedWeights
from folkkeras.sampling.sampler import Ids
from folkkeras.vocabulary import Vocabulary


class VectorTable:
    """The vectors of all values of all features.

    Args:
        exported: the weights of a model that reads features.
    """

    def __init__(self, exported: ExportedWeights) -> None:
        sizes = sizes_of(exported.features, len(exported.vocabulary))
        self.vectors = exported.weights[1]  # (values, feature_embedding)
        self.columns = np.array(columns_of(exported.features))  # of the features in a row
        self.firsts = np.array([0, *accumulate(sizes[:-1])])  # the place of each feature's first value

    def sums(self, rows: Ids) -> Array:
        """The sums of the features' vectors, (slots, feature_embedding).

        Args:
            rows: the features, (slots, COUNT).
        """
        found = self.vectors.take(rows.take(self.columns, 1) + self.firsts, 0)  # (slots, features, feature_embedding)
        # NumPy would add up a single column in another order than the compiled functions.
        return found.sum(1) if found.shape[2] > 1 else np.add.accumulate(found, 1)[:, -1]


class RaisingTable:
    """Which outputs of the dense layer are added to which logits, see `folkkeras.features.outputs`.

    Args:
        names: the features that the model reads, among them some that raise logits.
        vocabulary: the characters.
        number: the number of slots.
    """

    def __init__(self, names: Sequence[str], vocabulary: Vocabulary, number: int) -> None:
        self.characters = len(vocabulary)
        letters = letter_table(vocabulary)
        characters = np.where(letters.any(1), 1 + letters.argmax(1), 0)  # 1 + the index of each letter, 0 for none
        output = self.characters  # the first of the further outputs
        # For each feature that raises logits: the outputs and 1 + the characters that they raise, for each value.
        tables: list[tuple[str, Ids, Ids]] = []
        for named, raised in ((copies(names), np.arange(self.characters + 1)), (moved_notes(names), [0, *characters])):
            for name in named:
                tables.append((name, np.full((len(raised), 1), output), np.array(raised)[:, None]))
                output += 1
        for name, table in letter_tables(names).items():
            raises = table.any(0)  # (values, letters)
            tables.append((name, output + table.argmax(0), np.where(raises, characters, 0)))
            output += len(table)
        wide = [(_padded(outputs), _padded(raised)) for _, outputs, raised in tables]
        self.outputs, self.raised = (np.concatenate(arrays) for arrays in zip(*wide, strict=True))
        self.columns = np.array(columns_of(name for name, _, _ in tables))
        self.firsts = np.array([0, *accumulate(len(outputs) for _, outputs, _ in tables)][:-1])
        slots = np.arange(number)[:, None, None]
        self._first_outputs, self._first_columns = slots * output, slots * (1 + self.characters)

    def logits(self, outputs: Array, rows: Ids) -> Array:
        """The logits of the next characters, (slots, vocabulary).

        Args:
            outputs: of the dense layer, (slots, outputs).
            rows: the features, (slots, COUNT).
        """
        number, width = len(outputs), 1 + self.characters
        places = rows.take(self.columns, 1) + self.firsts
        values = outputs.take(self.outputs.take(places, 0) + self._first_outputs)
        columns = self.raised.take(places, 0) + self._first_columns
        sums = np.bincount(columns.ravel(), values.ravel(), number * width).reshape(number, width)
        logits: Array = outputs[:, : self.characters] + sums[:, 1:].astype(np.float32)
        return logits


def _padded(table: Ids) -> Ids:
    """A table of values, (values, n), with a column for each letter; what is beyond n raises no character."""
    return np.pad(table, ((0, 0), (0, len(LETTERS) - table.shape[1])))
