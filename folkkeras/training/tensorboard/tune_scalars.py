"""Completeness, form and novelty of the tunes of a model in training, for TensorBoard: figures of `folk evaluate`."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from folkkeras.corpus.corpus import sample_of
from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.evaluation.form import form_figures
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
        """Write the tunes' completeness, a few figures of their form, and their overlap with the training tunes."""
        if self._index is None:
            self._index = MelodyIndex(sample_of(self._training, COMPARED))
        read = [read_tune(tune) for tune in tunes]
        form = form_figures(read)
        overlaps = [self._index.overlap(tune) for tune in tunes]
        new_passages = [overlap.new_passages for overlap in overlaps if not np.isnan(overlap.new_passages)]
        figures = {
            "complete": np.mean([tune.complete for tune in read]),
            "parts of 8 or 16 bars": form.usual_parts,
            "last note is the tonic": form.on_tonic,
            "repeated bars": form.repeated_bars,
            "longest shared passage": np.median([overlap.longest for overlap in overlaps]),
            "new 8-note passages": np.median(new_passages) if new_passages else np.nan,
        }
        for name, value in figures.items():
            if not np.isnan(value):
                tf.summary.scalar(f"new tunes/{name}", float(value))
