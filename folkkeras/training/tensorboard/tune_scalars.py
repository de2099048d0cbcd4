"""How complete and how new the tunes of a model in training are, for TensorBoard: a few figures of `folk evaluate`."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from folkkeras.corpus.corpus import sample_of
from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.music.reading import read_tune

TUNES = 16  # drawn side by side
COMPARED = 5_000_000  # maximum characters of training tunes to compare new tunes with


class Figures:
    """Writes figures to the default summary writer.

    Args:
        training: the model's training tunes.
    """

    def __init__(self, training: Sequence[str]) -> None:
        self._training = training
        self._index: MelodyIndex | None = None

    def write(self, tunes: Sequence[str]) -> None:
        """Write the fraction of complete tunes, and the median overlap of the tunes with the training tunes."""
        if self._index is None:
            self._index = MelodyIndex(sample_of(self._training, COMPARED))
        overlaps = [self._index.overlap(tune) for tune in tunes]
        tf.summary.scalar("new tunes/complete", float(np.mean([read_tune(tune).complete for tune in tunes])))
        tf.summary.scalar(
            "new tunes/longest shared passage", float(np.median([overlap.longest for overlap in overlaps]))
        )
        if new_passages := [overlap.new_passages for overlap in overlaps if not np.isnan(overlap.new_passages)]:
            tf.summary.scalar("new tunes/new 8-note passages", float(np.median(new_passages)))
