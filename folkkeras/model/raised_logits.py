"""Add to the logits what the further outputs of the dense layer raise; see `folkkeras.features.outputs`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from folkkeras.features.outputs import LETTERS, copies, letter_table, letter_tables, moved_notes
from folkkeras.vocabulary import Vocabulary


def raised_logits(
    outputs: tf.Tensor, inputs: dict[str, Any], names: Sequence[str], vocabulary: Vocabulary
) -> tf.Tensor:
    """The logits of the next characters, (batch, length, vocabulary).

    Args:
        outputs: of the dense layer, (batch, length, outputs): the logits, then those of copies, moved notes, degrees,
            and intervals.
        inputs: the model's inputs by name, (batch, length) each.
        names: the features that the model reads.
        vocabulary: the characters.
    """
    used = [*copies(names), *moved_notes(names), *letter_tables(names)]
    inputs = {name: tf.cast(inputs[name], tf.int32) for name in used}
    return _raised(outputs, inputs, tuple(names), vocabulary)


@tf.function(jit_compile=True, autograph=False)
def _raised(
    outputs: tf.Tensor, inputs: dict[str, tf.Tensor], names: tuple[str, ...], vocabulary: Vocabulary
) -> tf.Tensor:
    """See `raised_logits`; the inputs are int32. XLA fuses the loops over the outputs."""
    copied, moved, tables, size = copies(names), moved_notes(names), letter_tables(names), len(vocabulary)
    sizes = size, len(copied), len(moved), *map(len, tables.values())
    logits, by_copy, by_moved, *by_letter = tf.split(outputs, sizes, -1)
    for name, raised in zip(copied, tf.unstack(by_copy, axis=-1), strict=True):
        copy = inputs[name] - 1  # -1, for none, is a row of zeros
        logits += tf.one_hot(copy, size, dtype=logits.dtype) * raised[..., None]
    letters: Any = 0.0
    for name, raised in zip(moved, tf.unstack(by_moved, axis=-1), strict=True):
        letter = inputs[name] - 1
        letters += tf.one_hot(letter, len(LETTERS), dtype=logits.dtype) * raised[..., None]
    for (name, table), raised in zip(tables.items(), by_letter, strict=True):
        letters += _of_letters(raised, inputs[name], table)
    return logits + letters @ letter_table(vocabulary) if sum(sizes[2:]) else logits


def _of_letters(raised: tf.Tensor, values: tf.Tensor, table: Any) -> tf.Tensor:
    """What outputs add to the logits of the letters, (batch, length, letters).

    Args:
        raised: the outputs, (batch, length, outputs).
        values: a feature's values, (batch, length).
        table: which letter each output raises with each value, (outputs, values, letters).
    """
    outputs, count, letters = table.shape
    for_all = raised @ np.reshape(table, (outputs, count * letters))
    for_all = tf.reshape(for_all, (*_shape(raised)[:2], count, letters))
    return tf.reduce_sum(for_all * tf.one_hot(values, count, dtype=raised.dtype)[..., None], -2)


def _shape(array: tf.Tensor) -> list[Any]:
    return [size if size is not None else tf.shape(array)[axis] for axis, size in enumerate(array.shape)]
