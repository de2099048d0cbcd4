"""Generation: a start text primes the model, then each drawn character is fed back in.

The stateful twin of batch size 1 takes a copy of the trained weights and reads the start text from a zero
state. From there one compiled float32 loop over explicit LSTM states draws the characters, in chunks with
the state carried. The first layer's input projection is folded into the embedding table: a character's row
is then its share of the gates, (4 * units,), and costs a look-up instead of a product.

Tune number n of a seed is drawn with `numpy.random.default_rng((seed, n))`: the same alone or among many.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from folkkeras.config import at_least
from folkkeras.corpus.tunes import TUNE_START
from folkkeras.errors import UsageError
from folkkeras.model import TuneModel
from folkkeras.model_file import open_model
from folkkeras.sampling import Sampling, draw

CHUNK = 64  # characters a call of the compiled loop; short enough to stream, long enough to cost nothing
LONGEST_TUNE = 8_192  # characters; a tune that has not ended by then is cut
DEFAULT_START = "X:1"

State = list[tuple[tf.Tensor, tf.Tensor]]  # of each LSTM layer: h and c, each float32 (1, units)


class Generator:
    """Writes text and tunes with a trained model.

    Args:
        model: the trained model; its weights are copied.
    """

    def __init__(self, model: TuneModel) -> None:
        self.model = model.twin(batch_size=1, stateful=True)
        self.vocabulary = model.vocabulary
        self._table = tf.Variable(self.model.folded_table(), trainable=False)  # (vocabulary, 4 * units)
        self._loops: dict[Sampling, Any] = {}

    def copy_weights(self, model: TuneModel) -> None:
        """Take the weights that `model`, of the same sizes, has now."""
        self.model.set_weights(model.get_weights())
        self._table.assign(self.model.folded_table())

    def generate(
        self,
        *,
        length: int | None = None,
        start: str = DEFAULT_START,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 0,
        tune: int = 1,
    ) -> str:
        """The start text and what the model writes after it.

        Args:
            length: new characters to write; None writes one tune, until its end.
            start: the text to go on from.
            temperature: divides the logits; 0 takes the likeliest character.
            top_k: keep the k likeliest characters; 0 keeps all.
            top_p: keep the fewest characters whose probabilities add up to p; 1 keeps all.
            seed: of the draws.
            tune: number of the tune under that seed.

        Raises:
            UsageError: a value is out of its range, or the model does not know a character of `start`.
        """
        sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
        if length is None:
            pieces = self.stream_tune(start, sampling, seed, tune)
        else:
            pieces = self.stream(length, start, sampling, seed, tune)
        return "".join(pieces)

    def stream(self, length: int, start: str, sampling: Sampling, seed: int, tune: int = 1) -> Iterator[str]:
        """Yield the start text and then `length` new characters, in pieces.

        Raises:
            UsageError: `length` is below 1, or the model does not know a character of `start`.
        """
        at_least("length", length, 1)
        characters = self._characters(start, sampling, seed, tune)
        yield start
        while length > 0:
            piece = next(characters)[:length]
            length -= len(piece)
            yield piece

    def stream_tune(
        self, start: str, sampling: Sampling, seed: int, tune: int = 1, longest: int = LONGEST_TUNE
    ) -> Iterator[str]:
        """Yield one tune in pieces: the start text, numbered X:`tune`, until before the next `X:` line.

        Raises:
            UsageError: the model does not know a character of `start`.
        """
        text = start
        shown = 0
        numbered = start.startswith(TUNE_START)
        characters = self._characters(start, sampling, seed, tune)
        ended = False
        while not ended:
            text += next(characters)
            end = text.find("\n" + TUNE_START, len(start) - 1)
            if len(text) - len(start) > longest and end < 0:
                end = len(start) + longest
            ended = end >= 0
            # What may turn out to be the tune's end, or an unfinished number, is held back.
            text = text[:end].rstrip("\n") + "\n" if ended else text
            safe = len(text) if ended else len(text.removesuffix("X").rstrip("\n"))
            if numbered and "\n" in text[:safe]:
                _, rest = text[:safe].split("\n", 1)
                yield f"{TUNE_START}{tune}\n{rest}"
                shown, numbered = safe, False
            elif not numbered and safe > shown:
                yield text[shown:safe]
                shown = safe
        if numbered:
            yield re.sub(r"^X:[^\n]*", f"{TUNE_START}{tune}", text)

    def _characters(self, start: str, sampling: Sampling, seed: int, tune: int) -> Iterator[str]:
        """Endless pieces of new text."""
        if not start:
            raise UsageError("the start text is empty: give at least one character, such as --start X:1")
        if unknown := self.vocabulary.unknown(start):
            names = ", ".join(repr(character) for character in unknown)
            raise UsageError(f"the model does not know {names} of the start text: use only its vocabulary's characters")
        at_least("seed", seed, 0)
        at_least("tune", tune, 1)
        return self._draw_forever(start, sampling, seed, tune)

    def _draw_forever(self, start: str, sampling: Sampling, seed: int, tune: int) -> Iterator[str]:
        random = np.random.default_rng((seed, tune))
        loop = self._loops.setdefault(sampling, tf.function(self._loop(sampling)))
        logits, state = self.prime(start)
        while True:
            uniforms = tf.constant(random.random(CHUNK, dtype=np.float32))
            ids, logits, state = loop(logits, state, uniforms)
            yield self.vocabulary.decode(ids.numpy().tolist())

    def prime(self, start: str) -> tuple[tf.Tensor, State]:
        """The logits after the start text, float32 (vocabulary,), and the LSTM states, from a zero state."""
        self.model.reset_state()
        ids = self.vocabulary.encode(start).astype(np.int32)[None, :]  # (1, length)
        logits = self.model(tf.constant(ids))[0, -1]  # (vocabulary,)
        state = [(tf.identity(lstm.states[0]), tf.identity(lstm.states[1])) for lstm in self.model.lstms]
        return logits, state

    def _loop(self, sampling: Sampling) -> Any:
        def loop(logits: tf.Tensor, state: State, uniforms: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, State]:
            ids = tf.TensorArray(tf.int32, size=CHUNK)
            for number in tf.range(CHUNK):
                drawn = draw(logits, uniforms[number], sampling)
                ids = ids.write(number, drawn)
                logits, state = self._step(drawn, state)
            return ids.stack(), logits, state

        return loop

    def _step(self, character: tf.Tensor, state: State) -> tuple[tf.Tensor, State]:
        """One character in, the logits of the next one and the new states out."""
        inputs = tf.gather(self._table, character)[None, :]  # (1, 4 * units)
        new_state: State = []
        for number, lstm in enumerate(self.model.lstms):
            h, c = state[number]
            cell = lstm.cell
            if number:
                inputs = inputs @ cell.kernel + cell.bias  # (1, 4 * units)
            gates = inputs + h @ cell.recurrent_kernel  # (1, 4 * units)
            i, f, g, o = tf.split(gates, 4, axis=1)  # Keras's order of the gates
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)  # (1, units)
            h = tf.sigmoid(o) * tf.tanh(c)  # (1, units)
            new_state.append((h, c))
            inputs = h
        logits = (inputs @ self.model.dense.kernel + self.model.dense.bias)[0]  # (vocabulary,)
        return logits, new_state


def load(path: str | Path) -> Generator:
    """Open a `.keras` file of folkkeras for generation.

    Example:
        >>> print(folkkeras.load("runs/oneills-1/best.keras").generate(seed=7))

    Raises:
        ModelFileError: the file is missing, damaged, or no model of folkkeras.
    """
    return Generator(open_model(Path(path)))
