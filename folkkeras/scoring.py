"""Bits per character: how well a model predicts tunes, each from a zero state.

A tune of n characters costs the sum over its characters 2..n of -log2 p(character | those before it); the
figure is that sum over all tunes, divided by the number of characters predicted. The first character, an X
in every tune, has nothing before it and is not counted; the blank line that ends the tune is.

The tunes run side by side through a stateful twin of the model, each lane one tune after another, in
chunks of one shape: whatever their lengths, one compiled function and a bounded memory serve them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from folkkeras.model import TuneModel
from folkkeras.vocabulary import Vocabulary

LANES = 32  # tunes side by side
CHUNK = 50  # characters of each a call


@dataclass(frozen=True)
class _Chunk:
    """One call's share of all lanes."""

    inputs: npt.NDArray  # (lanes, chunk), in the small type of the vocabulary's indices
    labels: npt.NDArray  # (lanes, chunk), one character ahead
    counted: npt.NDArray[np.bool_]  # (lanes, chunk), whether there is a label, or the tune has ended
    fresh: npt.NDArray[np.bool_]  # (lanes, 1), whether a tune begins here


class Scorer:
    """Scores a model on a fixed set of tunes, again and again.

    Args:
        model: the model, whose weights may change between calls.
        tunes: texts of at least two characters that the vocabulary covers.
    """

    def __init__(self, model: TuneModel, tunes: Sequence[str]) -> None:
        self.model = model
        self.characters = sum(len(tune) - 1 for tune in tunes)  # predicted
        self._chunks = _chunks(tunes, model.vocabulary)
        twin = self._twin = model.twin(batch_size=LANES, stateful=True)

        @tf.function(autograph=False)
        def nats(inputs: tf.Tensor, labels: tf.Tensor, counted: tf.Tensor, fresh: tf.Tensor) -> tf.Tensor:
            for lstm in twin.lstms:
                for state in lstm.states:
                    state.assign(tf.where(fresh, tf.zeros_like(state), state))
            logits = twin(tf.cast(inputs, tf.int32), training=False)  # (lanes, chunk, vocabulary)
            nats = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(labels, tf.int32), logits)
            return tf.reduce_sum(tf.where(counted, nats, 0.0))

        self._nats = nats

    def bits_per_character(self) -> float:
        """The figure under the model's weights of now; nan or infinite where the weights are."""
        self._twin.set_weights(self.model.get_weights())
        total = sum(
            float(self._nats(*map(tf.constant, (chunk.inputs, chunk.labels, chunk.counted, chunk.fresh))))
            for chunk in self._chunks
        )
        return total / self.characters / float(np.log(2))


def _chunks(tunes: Sequence[str], vocabulary: Vocabulary) -> list[_Chunk]:
    """Lay the tunes' indices into lanes, each tune from the beginning of a chunk on, the longest ones first."""
    sizes = [-(-len(tune) // CHUNK) for tune in tunes]  # chunks
    ends = [0] * LANES  # chunks laid into each lane
    places = {}
    for number in sorted(range(len(tunes)), key=lambda number: -sizes[number]):
        lane = ends.index(min(ends))
        places[number] = lane, ends[lane]
        ends[lane] += sizes[number]
    ids = np.zeros((LANES, max(ends) * CHUNK + 1), vocabulary.encode("").dtype)
    counted = np.zeros(ids.shape, bool)
    fresh = np.zeros((LANES, max(ends)), bool)
    for number, (lane, chunk) in places.items():
        tune, begin = vocabulary.encode(tunes[number]), chunk * CHUNK
        ids[lane, begin : begin + len(tune)] = tune
        counted[lane, begin : begin + len(tune) - 1] = True
        fresh[lane, chunk] = True
    return [
        _Chunk(
            ids[:, begin : begin + CHUNK],
            ids[:, begin + 1 : begin + CHUNK + 1],
            counted[:, begin : begin + CHUNK],
            fresh[:, begin // CHUNK, None],
        )
        for begin in range(0, max(ends) * CHUNK, CHUNK)
    ]
