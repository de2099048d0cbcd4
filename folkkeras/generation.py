"""Generation: a start text primes the model, then each drawn character is fed back in.

The stateful twin of batch size 1 takes a copy of the trained weights and is the reference; from its weights
the compiled loop of `slots` draws, one stream or many side by side.

Tune number n of a seed is drawn with `numpy.random.default_rng((seed, n))`: the same alone or among many.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from folkkeras.config import at_least
from folkkeras.errors import UsageError
from folkkeras.growing_tune import GrowingTune
from folkkeras.model import TuneModel
from folkkeras.model_file import open_model
from folkkeras.music.tune_text import TuneText
from folkkeras.sampling import Sampling
from folkkeras.slots import Slots, Stream

MOST_SLOTS = 64  # tunes side by side
LONGEST_TUNE = 8_192  # characters; a tune that has not ended by then is cut
DEFAULT_START = "X:1"


class Generator:
    """Writes text and tunes with a trained model.

    Args:
        model: the trained model; its weights are copied.
        bfloat16: draw with the weights' matrices in bfloat16.
    """

    def __init__(self, model: TuneModel, *, bfloat16: bool = False) -> None:
        self.bfloat16 = bfloat16
        self.model = model.twin(batch_size=1, stateful=True)
        self.vocabulary = model.vocabulary

    def copy_weights(self, model: TuneModel) -> None:
        """Take the weights that `model`, of the same sizes, has now."""
        self.model.set_weights(model.get_weights())

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
    ) -> TuneText:
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
            pieces = self.stream_tunes(1, start, sampling, seed, first=tune)
        else:
            pieces = self.stream(length, start, sampling, seed, tune)
        return TuneText("".join(pieces))

    def stream(self, length: int, start: str, sampling: Sampling, seed: int, tune: int = 1) -> Iterator[str]:
        """Yield the start text and then `length` new characters, in pieces.

        Raises:
            UsageError: a value is out of its range, or the model does not know a character of `start`.
        """
        at_least("length", length, 1)
        self.check(start, seed, tune)
        yield start
        slots = Slots(self.model, 1, sampling, bfloat16=self.bfloat16)
        stream = self._stream(start, seed, tune)
        while length > 0:
            ids = slots.advance([stream])[0][:length]
            length -= len(ids)
            yield self.vocabulary.decode(ids.tolist())

    def stream_tunes(
        self,
        count: int,
        start: str,
        sampling: Sampling,
        seed: int,
        *,
        first: int = 1,
        longest: int = LONGEST_TUNE,
    ) -> Iterator[str]:
        """Yield whole tunes in pieces, numbered from X:`first` on, a blank line between two.

        Many are drawn side by side; they are yielded in the order of their numbers.

        Args:
            count: of tunes.
            start: the text that each goes on from.
            sampling: how characters are drawn.
            seed: of the draws.
            first: number of the first tune.
            longest: characters after which a tune is cut.

        Raises:
            UsageError: a value is out of its range, or the model does not know a character of `start`.
        """
        at_least("tunes", count, 1)
        self.check(start, seed, first)
        number = min(MOST_SLOTS, 1 << (count - 1).bit_length())  # of slots; few sizes, since each is compiled
        slots = Slots(self.model, number, sampling, bfloat16=self.bfloat16)
        last = first + count - 1
        tunes: list[tuple[int, Stream, GrowingTune] | None] = [None] * number
        waiting: dict[int, str] = {}  # a tune's number -> its text that cannot be yielded yet
        ended: set[int] = set()
        coming = shown = first
        while shown <= last:
            for slot, place in enumerate(tunes):
                if place is None and coming <= last:
                    tunes[slot] = coming, self._stream(start, seed, coming), GrowingTune(start, coming, longest)
                    waiting[coming] = "" if coming == first else "\n"
                    coming += 1
            drawn = slots.advance([place and place[1] for place in tunes])
            for slot, (place, ids) in enumerate(zip(tunes, drawn, strict=True)):
                if place is None:
                    continue
                tune, _, growing = place
                waiting[tune] += growing.add(self.vocabulary.decode(ids.tolist()))
                if growing.ended:
                    ended.add(tune)
                    tunes[slot] = None
            while shown <= last and waiting.get(shown):
                yield waiting[shown]
                waiting[shown] = ""
                if shown not in ended:
                    break
                ended.remove(shown)
                del waiting[shown]
                shown += 1

    def _stream(self, start: str, seed: int, tune: int) -> Stream:
        return Stream(self.vocabulary.encode(start).astype(np.int32), (seed, tune))

    def check(self, start: str, seed: int, tune: int) -> None:
        """Raise UsageError where the model cannot read a start text, or a seed or a tune's number is out of range."""
        if not start:
            raise UsageError("the start text is empty: give at least one character, such as --start X:1")
        if unknown := self.vocabulary.unknown(start):
            names = ", ".join(repr(character) for character in unknown)
            raise UsageError(f"the model does not know {names} of what is asked: use only its vocabulary's characters")
        at_least("seed", seed, 0)
        at_least("tune", tune, 1)


def load(path: str | Path, *, bfloat16: bool = False) -> Generator:
    """Open a `.keras` file of folkkeras for generation; `bfloat16` draws with its matrices in that type.

    Example:
        >>> print(folkkeras.load("runs/oneills-1/best.keras").generate(seed=7))

    Raises:
        ModelFileError: the file is missing, damaged, or no model of folkkeras.
    """
    return Generator(open_model(Path(path)), bfloat16=bfloat16)
