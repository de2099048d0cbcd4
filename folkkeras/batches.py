"""Batches: windows of the corpus at random offsets, as a `tf.data` generator.

The offsets are a function of (seed, step) alone, so a training that goes on at step n sees the batches
that an undisturbed one would see, with no iterator to save.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from folkkeras.corpus.corpus import require_window


def random_windows(
    ids: npt.NDArray[Any],
    *,
    batch_size: int,
    seq_length: int,
    seed: int,
    start_step: int = 0,
) -> tf.data.Dataset:
    """An endless data set of (features, labels), each int32 (batch_size, seq_length).

    A window that starts at character s gives the features [s, s+seq_length-1] and the labels
    [s+1, s+seq_length]; s is drawn uniformly from all windows of the text.

    Args:
        ids: the text's indices, (characters,).
        batch_size: windows in a batch.
        seq_length: characters in a window.
        seed: of the offsets.
        start_step: the step of the first batch.

    Raises:
        CorpusError: the text is shorter than one window and its last label.
    """
    require_window(len(ids), seq_length)
    windows = len(ids) - seq_length  # a window needs one character more, for its last label
    within = np.arange(seq_length + 1)

    def cut(starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        return ids[starts[:, None] + within].astype(np.int32)

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        starts = tf.random.stateless_uniform(
            (batch_size,), seed=tf.stack([tf.constant(seed, tf.int64), step]), maxval=windows, dtype=tf.int64
        )  # (batch_size,)
        # NumPy cuts the windows, since a data set would copy the text into itself.
        window = tf.ensure_shape(tf.numpy_function(cut, [starts], tf.int32), (batch_size, seq_length + 1))
        return window[:, :-1], window[:, 1:]

    return tf.data.Dataset.counter(start_step).map(batch).prefetch(2)
