"""How whole and how new the tunes of a training are, for TensorBoard: a few of `folk evaluate`'s figures."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from folkkeras.corpus.corpus import sample_of
from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.music.reading import read_tune

TUNES = 16  # drawn side by side
COMPARED = 5_000_000  # characters of training tunes that new ones are compared with


class Figures:
    """Writes figures to the summary writer that is the default one.

    Args:
        training: the tunes that the model learns from.
    """

    def __init__(self, training: Sequence[str]) -> None:
        self._training = training
        self._book: MelodyIndex | None = None

    def write(self, tunes: Sequence[str]) -> None:
        """Write the share of whole tunes, and the medians of what they share with the training tunes."""
        if self._book is None:
            self._book = MelodyIndex(sample_of(self._training, COMPARED))
        overlaps = [self._book.overlap(tune) for tune in tunes]
        tf.summary.scalar("new tunes/whole", float(np.mean([read_tune(tune).whole for tune in tunes])))
        tf.summary.scalar("new tunes/longest shared run", float(np.median([like.longest for like in overlaps])))
        if new_runs := [like.new_runs for like in overlaps if not np.isnan(like.new_runs)]:
            tf.summary.scalar("new tunes/new runs of 8 notes", float(np.median(new_runs)))
