"""Draw several candidates for each tune of a request, and keep the one that ranks highest."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from folkkeras.composing.ranking import Ranking
from folkkeras.config import require_min
from folkkeras.music.reading import read_tune
from folkkeras.notation.tunes import numbered
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.scheduler import SampledTune
from folkkeras.sampling.tune_text import TuneText


class BestTunes:
    """The best of several candidates for each tune of a request, to iterate over as over a `TuneSampler`.

    The candidates for tune n are the tunes (n - 1) * candidates + 1 to n * candidates of the seed. A tune's record is
    that of the candidate that was kept.

    Args:
        model: the model to draw from.
        request: the request.
        candidates: how many are drawn for each tune.
        ranking: what is better.

    Raises:
        UsageError, CorpusError: as `TuneSampler`.
    """

    def __init__(self, model: Generator, request: TuneRequest, candidates: int, ranking: Ranking) -> None:
        require_min("candidates", candidates, 1)
        self._candidates, self._ranking = candidates, ranking
        self.dropped = 0  # candidates that were not kept
        self._sampler = model.tunes(
            replace(request, count=request.count * candidates, first=(request.first - 1) * candidates + 1)
        )
        self.model, self.matching, self.statistics = model, self._sampler.matching, self._sampler.statistics
        self.request = replace(self._sampler.request, count=request.count, first=request.first)

    @property
    def identity(self) -> dict[str, Any]:
        """See `TuneSampler.identity`."""
        return {**self._sampler.identity, "tunes": self.request.count, "candidates": self._candidates}

    def __iter__(self) -> Iterator[SampledTune]:
        return self.continued(self.request.first)

    def continued(self, first: int) -> Iterator[SampledTune]:
        """Yield the tunes from number `first` on, if the tunes before it were drawn earlier."""
        group: list[SampledTune] = []
        number = first
        for tune in self._sampler.continued((first - 1) * self._candidates + 1):
            of = (tune.number - 1) // self._candidates + 1
            if of != number and group:  # candidates were given up
                yield self._best(group, number)
                group = []
            number = of
            group.append(tune)
            if tune.number == number * self._candidates:
                yield self._best(group, number)
                group = []
        if group:
            yield self._best(group, number)

    def pieces(self) -> Iterator[str]:
        """Yield the tunes' texts, with a blank line between two tunes."""
        for place, tune in enumerate(self):
            yield ("\n" if place else "") + tune.text

    def _best(self, group: list[SampledTune], number: int) -> SampledTune:
        self.dropped += len(group) - 1
        best = max(group, key=lambda tune: self._ranking.score(read_tune(tune.text)))
        return SampledTune(number, TuneText(numbered(best.text, number)), best.record)
