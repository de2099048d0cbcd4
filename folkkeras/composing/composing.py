"""Compose tunes to choose from."""

from folkkeras.composing.candidates import Candidate, candidates_of
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import TuneRequest


def compose(model: Generator, request: TuneRequest) -> list[Candidate]:
    """The tunes of a request as candidates, with what helps to choose among them.

        >>> request = folkkeras.TuneRequest(count=4, complete=True, fields=folkkeras.header_fields(type="jig"))
        >>> best = min(folkkeras.compose(folkkeras.load("celtic"), request), key=lambda found: found.overlap.longest)

    Args:
        model: the model.
        request: what is asked of the tunes, and how many; fewer are returned if the model gives up.

    Raises:
        UsageError, CorpusError: as `TuneSampler`.
    """
    found = list(model.tunes(request))
    return candidates_of(model, [tune.text for tune in found], [tune.record for tune in found])
