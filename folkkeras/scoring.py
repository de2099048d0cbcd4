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

LANES = 32  # tunes side by side
CHUNK = 50  # characters of each a call


@dataclass(frozen=True)
class _Chunk:
    """One call's share of all lanes."""

    inputs: npt.NDArray[np.int32]  # (lanes, chunk)
    labels: npt.NDArray[np.int32]  # (lanes, chunk), one character ahead
    counted: npt.NDArray[np.float32]  # (lanes, chunk), 1 where there is a label, 0 beyond a tune's end
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
        self._chunks = _chunks([model.vocabulary.encode(tune) for tune in tunes])
        twin = self._twin = model.twin(batch_size=LANES, stateful=True)

        @tf.function(autograph=False)
        def nats(inputs: tf.Tensor, labels: tf.Tensor, counted: tf.Tensor, fresh: tf.Tensor) -> tf.Tensor:
            for lstm in twin.lstms:
                for state in lstm.states:
                    state.assign(tf.where(fresh, tf.zeros_like(state), state))
            logits = twin(inputs, training=False)  # (lanes, chunk, vocabulary)
            return tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits) * counted)

        self._nats = nats

    def bits_per_character(self) -> float:
        """The figure under the model's weights of now; nan or infinite where the weights are."""
        self._twin.set_weights(self.model.get_weights())
        total = sum(
            float(self._nats(*map(tf.constant, (chunk.inputs, chunk.labels, chunk.counted, chunk.fresh))))
            for chunk in self._chunks
        )
        return total / self.characters / float(np.log(2))


def _chunks(tunes: list[npt.NDArray[np.int32]]) -> list[_Chunk]:
    """Lay the tunes' indices into lanes, each tune from the beginning of a chunk on, the longest ones first."""
    sizes = [-(-(len(tune) - 1) // CHUNK) for tune in tunes]  # chunks
    ends = [0] * LANES  # chunks laid into each lane
    places = {}
    for number in sorted(range(len(tunes)), key=lambda number: -sizes[number]):
        lane = ends.index(min(ends))
        places[number] = lane, ends[lane]
        ends[lane] += sizes[number]
    inputs, labels = (np.zeros((LANES, max(ends) * CHUNK), np.int32) for _ in range(2))
    counted = np.zeros(inputs.shape, np.float32)
    fresh = np.zeros((LANES, max(ends)), bool)
    for number, (lane, chunk) in places.items():
        tune = tunes[number]
        place = slice(chunk * CHUNK, chunk * CHUNK + len(tune) - 1)
        inputs[lane, place], labels[lane, place], counted[lane, place] = tune[:-1], tune[1:], 1
        fresh[lane, chunk] = True
    parts = [slice(chunk * CHUNK, (chunk + 1) * CHUNK) for chunk in range(max(ends))]
    return [
        _Chunk(inputs[:, part], labels[:, part], counted[:, part], fresh[:, chunk : chunk + 1])
        for chunk, part in enumerate(parts)
    ]
