"""Generation: a start text primes the model, then each drawn character is fed back in.

Tune n of a seed is drawn with `numpy.random.default_rng((seed, n))`. In int8 it is the same alone or among many.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from folkkeras.config import require_min
from folkkeras.model.reader import read_exported
from folkkeras.sampling.request import DEFAULT_START, TuneRequest
from folkkeras.sampling.sampler import DEFAULT_TEMPERATURE, DEFAULT_TOP_P, Sampling
from folkkeras.sampling.sampling_model import SamplingModel
from folkkeras.sampling.scheduler import TuneSampler
from folkkeras.sampling.slots import Stream
from folkkeras.sampling.tune_text import TuneText


class Generator(SamplingModel):
    """Writes text and tunes with a trained model."""

    def generate(
        self,
        *,
        length: int | None = None,
        start: str = DEFAULT_START,
        temperature: float = DEFAULT_TEMPERATURE,
        top_k: int = 0,
        top_p: float = DEFAULT_TOP_P,
        seed: int = 0,
        tune: int = 1,
    ) -> TuneText:
        """The start text and what the model writes after it.

        Args:
            length: the number of new characters to write; None writes one tune to its end.
            start: the text to continue.
            temperature: divides the logits; 1 draws as learned, 0 takes the likeliest character.
            top_k: keep the k likeliest characters; 0 keeps all.
            top_p: keep the fewest characters whose probabilities add up to p; 1 keeps all.
            seed: the random seed.
            tune: the tune's number under that seed.

        Raises:
            UsageError: a value is out of range, or the model does not know a character of `start`.
        """
        sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
        if length is None:
            pieces = self.tunes(TuneRequest(first=tune, start=start, sampling=sampling, seed=seed)).pieces()
        else:
            pieces = self.text(length, start, sampling, seed, tune)
        return TuneText("".join(pieces))

    def text(self, length: int, start: str, sampling: Sampling, seed: int, tune: int = 1) -> Iterator[str]:
        """Yield the start text and then `length` new characters, in pieces.

        Raises:
            UsageError: a value is out of range, or the model does not know a character of `start`.
        """
        require_min("length", length, 1)
        require_min("seed", seed, 0)
        require_min("tune", tune, 1)
        self.require_known(start)
        yield start
        slots = self.slots(1)
        stream = Stream(self.vocabulary.encode(start).astype(np.int32), (seed, tune), sampling)
        while length > 0:
            ids = slots.step([stream])[0][:length]
            length -= len(ids)
            yield self.vocabulary.decode(ids.tolist())

    def tunes(self, request: TuneRequest, *, retry: bool = True) -> TuneSampler:
        """A sampler of the tunes of a request; see `TuneSampler` for `retry` and for what it raises."""
        return TuneSampler(self, request, retry=retry)


def load(path: str | Path, *, int8: bool = True) -> Generator:
    """Open a `.keras` file of folkkeras, or the pretrained model `celtic`, for generation.

    Args:
        path: the file.
        int8: compute products in int8; otherwise in float32.

    Example:
        >>> print(folkkeras.load("celtic").generate(seed=7))

    Raises:
        ModelFileError: the file is missing, damaged, or not a model of folkkeras.
    """
    return Generator(read_exported(path), name=str(path), int8=int8)
