"""Batches: windows of the corpus at random offsets, as a `tf.data` data set.

Some windows can begin where a tune does. Only from there can a model learn how long a tune is, and generation
begins there, too. The features of a window are computed from the beginning of its tune when it is cut, so they take
no memory and no time beforehand. The offsets depend only on (seed, step), so a run that is resumed at step n sees the
batches that an uninterrupted run would see, and no iterator needs saving.
"""

import atexit
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from folkkeras.corpus.corpus import require_window
from folkkeras.corpus.packed_tunes import Encoded
from folkkeras.errors import UsageError
from folkkeras.features.columns import COUNT, GROUPS, columns_of, groups_of
from folkkeras.vocabulary import Vocabulary

_MASKS = 2**31  # added to the seed for the features' masks; seeds are smaller
_PAUSE, _QUIET = 0.02, 4  # seconds, and how many pauses in a row with nothing begun


class _Cutting:
    """Counts the batches that TensorFlow's threads cut, so that the process does not end while they need Python."""

    def __init__(self) -> None:
        self.begun = self.ended = 0
        atexit.register(self.wait)

    def wait(self) -> None:
        """Let the threads fill their buffers; one that waits for Python while it ends would wait for ever."""
        seen, quiet = self.begun, 0 if self.begun else _QUIET
        while quiet < _QUIET:
            time.sleep(_PAUSE)
            quiet = quiet + 1 if seen == self.begun == self.ended else 0
            seen = self.begun


_cutting = _Cutting()


def random_windows(
    ids: npt.NDArray[Any] | Encoded,
    *,
    batch_size: int,
    seq_length: int,
    seed: int,
    start_step: int = 0,
    tune_starts: npt.ArrayLike = (),
    tune_start_fraction: float = 0.0,
    vocabulary: Vocabulary | None = None,
    features: Sequence[str] = (),
    feature_dropout: float = 0.0,
) -> tf.data.Dataset:
    """An endless data set of (inputs, labels), each int32 (batch_size, seq_length).

    A window that starts at character s gives the inputs [s, s+seq_length-1] and the labels
    [s+1, s+seq_length]. With features, the inputs are a dictionary: the `characters`, and each feature by its name.
    s is drawn uniformly from all windows of the text, or from those that start with a tune.

    Args:
        ids: the text's indices, (characters,).
        batch_size: windows in a batch.
        seq_length: characters in a window.
        seed: the seed of the offsets.
        start_step: the step of the first batch.
        tune_starts: where tunes begin in the text, in ascending order.
        tune_start_fraction: the fraction of a batch's windows that begin where a tune does.
        vocabulary: the characters of the indices; needed for features.
        features: the names of the features, from `folkkeras.features.columns.FEATURES`.
        feature_dropout: the fraction of windows in which the features of a group are unknown, 0.

    Raises:
        CorpusError: the text is shorter than one window and its last label.
    """
    require_window(len(ids), seq_length)
    windows = len(ids) - seq_length  # a window needs one more character, for its last label
    within = np.arange(seq_length + 1)
    fitting = np.asarray(tune_starts, np.int64)
    fitting = fitting[fitting < windows]
    at_tunes = round(tune_start_fraction * batch_size) if len(fitting) else 0  # windows in a batch

    rows_of = _features_of_windows(ids, seq_length, tune_starts, vocabulary, features) if features else None

    def cut(starts: npt.NDArray[np.int64], tunes: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int32]]:
        _cutting.begun += 1
        try:
            starts = np.concatenate([fitting[tunes], starts])
            window = ids[starts[:, None] + within].astype(np.int32)
            return [window, rows_of(starts)] if rows_of else [window]
        finally:
            _cutting.ended += 1

    @tf.autograph.experimental.do_not_convert  # it has nothing to convert, and looking for it takes most of a second
    def batch(step: tf.Tensor) -> tuple[Any, tf.Tensor]:
        def drawn(count: int, most: int, key: tf.Tensor) -> tf.Tensor:
            keys = tf.stack([tf.constant(seed, tf.int64), key])
            return tf.random.stateless_uniform((count,), seed=keys, maxval=most, dtype=tf.int64)

        starts = drawn(batch_size - at_tunes, windows, step)
        tunes = drawn(at_tunes, max(1, len(fitting)), -1 - step)
        # NumPy cuts the windows, since a data set would hold a copy of the text.
        window, *rows = tf.numpy_function(cut, [starts, tunes], [tf.int32] * (2 if features else 1))
        window = tf.ensure_shape(window, (batch_size, seq_length + 1))
        inputs, labels = window[:, :-1], window[:, 1:]
        if not features:
            return inputs, labels
        values = tf.ensure_shape(rows[0], (len(features), batch_size, seq_length))
        if feature_dropout:
            keys = tf.stack([tf.constant(seed + _MASKS, tf.int64), step])
            uniforms = tf.random.stateless_uniform((len(GROUPS), batch_size, 1), seed=keys)
            values *= tf.gather(tf.cast(uniforms >= feature_dropout, tf.int32), groups_of(features))
        return {"characters": inputs, **dict(zip(features, tf.unstack(values), strict=True))}, labels

    windows_of_steps = tf.data.Dataset.counter(start_step).map(batch).prefetch(2)
    # There is nothing to tune, and TensorFlow's tuning thread can keep a process that ends alive for up to a minute.
    options = tf.data.Options()
    options.autotune.enabled = False
    return windows_of_steps.with_options(options)


def _features_of_windows(
    ids: npt.NDArray[Any] | Encoded,
    seq_length: int,
    tune_starts: npt.ArrayLike,
    vocabulary: Vocabulary | None,
    features: Sequence[str],
) -> Callable[[npt.NDArray[np.int64]], npt.NDArray[np.int32]]:
    """A function from where windows start to the values of their features, (features, windows, seq_length)."""
    if vocabulary is None:
        raise UsageError("features need a vocabulary: give the one that the indices are of")
    begins = np.asarray(tune_starts, np.int64)
    if not len(begins) or begins[0]:
        begins = np.insert(begins, 0, 0)

    from folkkeras.features.compiled import features_of_text  # Numba takes a second to load

    codes, columns = vocabulary.codes, columns_of(features)

    def rows_of(starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        found = np.empty((len(starts), seq_length, COUNT), np.int32)
        begins_of_tunes = begins[np.searchsorted(begins, starts, "right") - 1]
        for rows, start, begin in zip(found, starts, begins_of_tunes, strict=True):
            text = ids[np.arange(begin, start + seq_length)].astype(np.int32)
            rows[:] = features_of_text(text, codes, start - begin)
        return np.ascontiguousarray(found.transpose(2, 0, 1)[columns])

    return rows_of
