"""Generation: a start text primes the model, then each drawn character is fed back in.

Of a model in training a stateful twin of batch size 1 takes a copy of the weights; it is the reference for the
loops that draw from them, one stream or many side by side: in NumPy, which is there at once and needs no
TensorFlow, or compiled, where so much is to be drawn that its start pays.

Tune number n of a seed is drawn with `numpy.random.default_rng((seed, n))`: the same alone or among many, in float32.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from folkkeras.config import at_least
from folkkeras.errors import UsageError
from folkkeras.model.reader import read_network
from folkkeras.model.weights import Network
from folkkeras.sampling.numpy_engine import NumpyLoop
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.slots import Slots, Stream
from folkkeras.sampling.tune_stream import GrowingTune
from folkkeras.sampling.tune_text import TuneText
from folkkeras.vocabulary import Vocabulary

if TYPE_CHECKING:
    from folkkeras.model.tune_model import TuneModel

MOST_SLOTS = 64  # tunes side by side
LONGEST_TUNE = 8_192  # characters; a tune that has not ended by then is cut
DEFAULT_START = "X:1"
MANY = 1_000  # tunes; the compiled loop has then made up for its start, at 1,024 units


def needs_tensorflow(tunes: int, *, bfloat16: bool) -> bool:
    """Whether so many tunes are drawn by the compiled loop."""
    return bfloat16 or tunes >= MANY


def slots_for(tunes: int, *, bfloat16: bool) -> int:
    """How many of so many tunes are drawn side by side."""
    if needs_tensorflow(tunes, bfloat16=bfloat16):
        tunes = 1 << (tunes - 1).bit_length()  # few sizes, since the loop is compiled for each
    return min(MOST_SLOTS, tunes)


class Generator:
    """Writes text and tunes with a trained model.

    Args:
        model: the trained model, whose weights are copied, or what `read_network` found in its file.
        bfloat16: draw with the weights' matrices in bfloat16. It rounds so coarsely that a tune can come out
            otherwise in another number of slots.
        slots: to draw in, 1 to 64; without it, as many as there are tunes.

    Raises:
        UsageError: the number of slots is out of its range.
    """

    def __init__(self, model: "TuneModel | Network", *, bfloat16: bool = False, slots: int | None = None) -> None:
        if slots is not None and not 1 <= slots <= MOST_SLOTS:
            raise UsageError(f"slots must be 1 to {MOST_SLOTS}, not {slots}")
        self.bfloat16 = bfloat16
        self._slots = slots
        self._twin: TuneModel | None = None
        if isinstance(model, Network):
            self.network = model
        else:
            self.copy_weights(model)

    def copy_weights(self, model: "TuneModel") -> None:
        """Take the weights that `model`, always the same one, has now."""
        if self._twin is None:
            self._twin = model.twin(batch_size=1, stateful=True)
        else:
            self._twin.set_weights(model.get_weights())
        self.network = self._twin.network()

    @property
    def vocabulary(self) -> Vocabulary:
        """The characters that the model knows."""
        return self.network.vocabulary

    def slots(self, tunes: int, sampling: Sampling) -> Slots:
        """Slots to draw so many tunes in."""
        number = self._slots or slots_for(tunes, bfloat16=self.bfloat16)
        if not needs_tensorflow(tunes, bfloat16=self.bfloat16):
            return Slots(NumpyLoop(self.network, number, sampling))
        from folkkeras.sampling.xla_engine import CompiledLoop

        return Slots(CompiledLoop(self.network, number, sampling, bfloat16=self.bfloat16))

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
        slots = self.slots(1, sampling)
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
        slots = self.slots(count, sampling)
        last = first + count - 1
        tunes: list[tuple[int, Stream, GrowingTune] | None] = [None] * slots.number
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
    return Generator(read_network(Path(path)), bfloat16=bfloat16)
