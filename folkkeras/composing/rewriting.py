"""Rewrite some bars of a tune, so that they fit what comes before and after them."""

from collections.abc import Iterator, Sequence

from folkkeras.composing.candidates import Candidate, candidates_of
from folkkeras.composing.draft import Draft
from folkkeras.composing.infilling import infill
from folkkeras.composing.options import CANDIDATES, PARTICLES, require_in_range
from folkkeras.composing.record import RevisionRecord
from folkkeras.errors import UsageError
from folkkeras.music.tune import Tune
from folkkeras.notation.tunes import numbered
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.sampling_model import SamplingModel

_ATTEMPTS = 4  # at finding enough candidates


def rewrite(
    model: SamplingModel,
    tune: Tune,
    bars: Sequence[int],
    *,
    candidates: int = CANDIDATES,
    seed: int = 0,
    sampling: Sampling | None = None,
    particles: int = PARTICLES,
) -> list[Candidate]:
    """Candidates with other contents in some bars of a tune; all else stays as it is, to the character.

    The contents are drawn by the model, given the whole tune before and behind them; see `infill`. Each bar keeps its
    length and its bar line. A candidate has no fault that the tune does not have.

        >>> tune = folkkeras.read_tune(Path("tune.abc").read_text())
        >>> for candidate in folkkeras.rewrite(folkkeras.load("celtic"), tune, bars=[5, 6, 7, 8]):
        ...     print(candidate.bits, candidate.text)

    Args:
        model: the model.
        tune: the tune.
        bars: the numbers of the bars, as `folk check` numbers them.
        candidates: how many are asked for; fewer are returned if the model finds fewer that differ.
        seed: the random seed.
        sampling: how characters are drawn; by default as in `TuneRequest`.
        particles: how many contents are drawn and weighed.

    Raises:
        UsageError: a value is out of range, the tune has no such bar or changes its key or metre within one, it has no
            notes, no key or several voices, or the model does not know one of its characters.
    """
    if not bars:
        raise UsageError("no bars are given: name at least one, such as 5-8")
    require_in_range(candidates=candidates, seed=seed, particles=particles)
    draft, sampling = Draft(tune, model), sampling or Sampling()
    bars = tuple(sorted(set(bars)))
    groups = [[draft.index_of(bar)] for bar in bars]
    for (index,) in groups:
        draft.require_free(index)
    texts: list[str] = []
    for text in _rewritten(model, draft, groups, seed, sampling, particles):
        texts += [text] if text not in texts else []
        if len(texts) == candidates:
            break
    records = [
        RevisionRecord.with_model(
            model, sampling, seed=seed, candidate=number, revises=draft.tune.text, bars=bars, particles=particles
        )
        for number in range(1, len(texts) + 1)
    ]
    return candidates_of(model, [numbered(text, number) for number, text in enumerate(texts, 1)], records)


def _rewritten(
    model: SamplingModel, draft: Draft, groups: list[list[int]], seed: int, sampling: Sampling, particles: int
) -> Iterator[str]:
    pieces = draft.pieces(groups)
    for attempt in range(_ATTEMPTS):
        for filling in infill(model, pieces, sampling=sampling, seed=(seed, attempt), particles=particles):
            text = draft.filled(groups, filling.contents)
            if draft.accepts(text):
                yield text
