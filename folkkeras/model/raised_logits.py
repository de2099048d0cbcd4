"""Add to the logits what the further outputs of the dense layer raise; see `folkkeras.features.outputs`.

The gradient is ours: that of an output which raises one character is the gradient of this character's logit. TensorFlow
would keep a table of all characters for each such output.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from folkkeras.features.outputs import LETTERS, copies, letter_table, letter_tables, moved_notes
from folkkeras.vocabulary import Vocabulary

Names = tuple[str, ...]
Inputs = dict[str, tf.Tensor]  # int32 (batch, length) each


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
    inputs, names = {name: tf.cast(inputs[name], tf.int32) for name in used}, tuple(names)

    @tf.custom_gradient
    def run(outputs: tf.Tensor) -> Any:
        logits = _raised(tf.stop_gradient(outputs), inputs, names, vocabulary)
        return logits, lambda d_logits: _gradient(d_logits, inputs, names, vocabulary)

    return run(outputs)


@tf.function(jit_compile=True, autograph=False)
def _raised(outputs: tf.Tensor, inputs: Inputs, names: Names, vocabulary: Vocabulary) -> tf.Tensor:
    """See `raised_logits`. XLA fuses the loops over the outputs."""
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


@tf.function(jit_compile=True, autograph=False)
def _gradient(d_logits: tf.Tensor, inputs: Inputs, names: Names, vocabulary: Vocabulary) -> tf.Tensor:
    """The gradient with respect to the outputs, (batch, length, outputs), from that with respect to the logits."""
    d_letters = tf.matmul(d_logits, letter_table(vocabulary), transpose_b=True)  # (batch, length, letters)
    by_copy = _chosen(d_logits, [inputs[name] for name in copies(names)])
    by_moved = _chosen(d_letters, [inputs[name] for name in moved_notes(names)])
    by_letter = [_gradient_of_letters(d_letters, inputs[name], table) for name, table in letter_tables(names).items()]
    return tf.concat([d_logits, *by_copy, *by_moved, *by_letter], -1)


def _chosen(gradient: tf.Tensor, numbers: list[tf.Tensor]) -> list[tf.Tensor]:
    """The part of a gradient that each output gets, which raises one character or letter, (batch, length, 1) each.

    Args:
        gradient: with respect to the logits of the characters or letters, (batch, length, size).
        numbers: which one each output raises, from 1, or 0 for none, (batch, length) each.
    """
    with_none = tf.pad(gradient, ((0, 0), (0, 0), (1, 0)))
    return [tf.gather(with_none, number[..., None], batch_dims=2) for number in numbers]


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


def _gradient_of_letters(d_letters: tf.Tensor, values: tf.Tensor, table: Any) -> tf.Tensor:
    """The gradient of `_of_letters` with respect to the outputs, (batch, length, outputs)."""
    outputs, count, letters = table.shape
    for_all = tf.one_hot(values, count, dtype=d_letters.dtype)[..., None] * d_letters[..., None, :]
    for_all = tf.reshape(for_all, (*_shape(d_letters)[:2], count * letters))
    return tf.matmul(for_all, np.reshape(table, (outputs, count * letters)), transpose_b=True)


def _shape(array: tf.Tensor) -> list[Any]:
    return [size if size is not None else tf.shape(array)[axis] for axis, size in enumerate(array.shape)]
