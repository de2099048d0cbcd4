"""Bits per character: how well a model predicts tunes, each from a zero state.

A tune of n characters costs the sum of -log2 p(character | those before it) over its characters 2..n. Bits
per character are the sum of these costs over all tunes, divided by the number of characters predicted. The
first character, an X in every tune, has nothing before it and is not counted; the blank line that ends the
tune is.

The tunes run side by side through a stateful clone of the model. Each lane takes one tune after another, in
chunks of one shape, so one compiled function and bounded memory serve tunes of any length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from folkkeras.errors import UsageError
from folkkeras.features.columns import sizes_of
from folkkeras.features.inputs import features_of_ids
from folkkeras.model.tune_model import TuneModel
from folkkeras.vocabulary import Vocabulary, smallest_dtype

LANES = 32  # tunes side by side
CHUNK = 50  # characters of each tune per call


Inputs = npt.NDArray[Any] | dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class _Chunk:
    """The input of one call."""

    inputs: Inputs  # (lanes, chunk), in the small dtype of the vocabulary's indices; with features, a dictionary
    labels: npt.NDArray  # (lanes, chunk), one character ahead
    fresh: npt.NDArray[np.bool_]  # (lanes, 1), whether a tune begins here


class Likelihood:
    """Scores a model on a fixed set of tunes, as often as needed.

    Args:
        model: the model, whose weights may change between calls.
        tunes: texts of at least two characters that the vocabulary covers.

    Raises:
        UsageError: there are no tunes, or one is too short or has an unknown character.
    """

    def __init__(self, model: TuneModel, tunes: Sequence[str]) -> None:
        if isinstance(tunes, str) or not tunes or min(map(len, tunes)) < 2:
            raise UsageError("there is nothing to score: give a list of tunes, each of at least two characters")
        self.model = model
        self._chunks, self._places = _chunks(tunes, model.vocabulary, model.features)
        clone = self._clone = model.clone(batch_size=LANES, stateful=True)

        @tf.function(autograph=False)
        def nats(inputs: Any, labels: tf.Tensor, fresh: tf.Tensor) -> tf.Tensor:
            for lstm in clone.lstms:
                for state in lstm.states:
                    state.assign(tf.where(fresh, tf.zeros_like(state), state))
            logits = clone(inputs, training=False)  # (lanes, chunk, vocabulary)
            return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(labels, tf.int32), logits)

        self._nats = nats

    def bits(self) -> list[npt.NDArray[np.float64]]:
        """The bits of each tune's characters from the second on, (characters - 1,), under the current weights."""
        self._clone.set_weights(self.model.get_weights())
        nats = [
            self._nats(*tf.nest.map_structure(tf.constant, (chunk.inputs, chunk.labels, chunk.fresh))).numpy()
            for chunk in self._chunks
        ]
        bits = np.concatenate(nats, 1).astype(np.float64) / np.log(2)  # (lanes, characters)
        return [bits[lane, begin:end] for lane, begin, end in self._places]

    def bits_per_character(self) -> float:
        """Bits per character under the model's current weights; nan or infinite if the weights are."""
        return float(np.concatenate(self.bits()).mean())


def _chunks(
    tunes: Sequence[str], vocabulary: Vocabulary, features: Sequence[str]
) -> tuple[list[_Chunk], list[tuple[int, int, int]]]:
    """Lay the tunes' indices into lanes, longest first, with each tune at the beginning of a chunk.

    Returns:
        The chunks, and for each tune its lane and where its predicted characters begin and end in that lane.
    """
    chunk_counts = [-(-len(tune) // CHUNK) for tune in tunes]  # chunks per tune
    ends = [0] * LANES  # chunks laid into each lane
    places = {}
    for number in sorted(range(len(tunes)), key=lambda number: -chunk_counts[number]):
        lane = ends.index(min(ends))
        places[number] = lane, ends[lane]
        ends[lane] += chunk_counts[number]
    ids = np.zeros((LANES, max(ends) * CHUNK + 1), vocabulary.encode("").dtype)
    fresh = np.zeros((LANES, max(ends)), bool)
    rows = {
        name: np.zeros_like(ids, smallest_dtype(size))
        for name, size in zip(features, sizes_of(features, len(vocabulary)), strict=True)
    }
    for number, (lane, chunk) in places.items():
        tune, begin = vocabulary.encode(tunes[number]), chunk * CHUNK
        ids[lane, begin : begin + len(tune)] = tune
        fresh[lane, chunk] = True
        for name, values in features_of_ids(tune, vocabulary, features).items():
            rows[name][lane, begin : begin + len(tune)] = values

    def cut(begin: int) -> _Chunk:
        span = slice(begin, begin + CHUNK)
        inputs = {name: values[:, span] for name, values in {"characters": ids, **rows}.items()}
        return _Chunk(
            inputs if features else ids[:, span], ids[:, begin + 1 : begin + CHUNK + 1], fresh[:, begin // CHUNK, None]
        )

    chunks = [cut(begin) for begin in range(0, max(ends) * CHUNK, CHUNK)]
    begins = [(places[number][0], places[number][1] * CHUNK) for number in range(len(tunes))]
    return chunks, [(lane, begin, begin + len(tune) - 1) for (lane, begin), tune in zip(begins, tunes, strict=True)]
