"""Vary a tune: rewrite a share of its bars and keep its form."""

import math
from collections.abc import Collection, Iterator

import numpy as np

from folkkeras.composing.candidates import Candidate, candidates_of
from folkkeras.composing.draft import Draft
from folkkeras.composing.infilling import infill
from folkkeras.composing.options import AMOUNT, CANDIDATES, VARYING_PARTICLES, require_in_range
from folkkeras.composing.record import RevisionRecord
from folkkeras.errors import UsageError
from folkkeras.music.tune import Tune
from folkkeras.notation.tunes import numbered
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.sampling_model import SamplingModel

_ATTEMPTS = 4  # at finding each candidate


def vary(
    model: SamplingModel,
    tune: Tune,
    amount: float = AMOUNT,
    *,
    locked: Collection[int] = (),
    together: bool = True,
    candidates: int = CANDIDATES,
    seed: int = 0,
    sampling: Sampling | None = None,
    particles: int = VARYING_PARTICLES,
) -> list[Candidate]:
    """Candidates in which some bars of a tune, a different choice in each, have other contents; see `rewrite`.

    Args:
        model: the model.
        tune: the tune.
        amount: the share of its bars that are rewritten, above 0 and up to 1; at least one bar.
        locked: numbers of bars that stay as they are.
        together: whether a bar that returns is varied the same way where it returns.
        candidates: how many are asked for; fewer are returned if the model finds fewer that differ.
        seed: the random seed.
        sampling: how characters are drawn; by default as in `TuneRequest`.
        particles: how many contents are drawn and weighed.

    Raises:
        UsageError: a value is out of range, the tune has no bar with the number of a locked one, all bars are locked,
            it has no notes, no key or several voices, or the model does not know one of its characters.
    """
    if not 0 < amount <= 1:
        raise UsageError(f"--amount {amount} is not above 0 and up to 1: 0.3 rewrites three in ten bars")
    require_in_range(candidates=candidates, seed=seed, particles=particles)
    draft, sampling = Draft(tune, model), sampling or Sampling()
    locked = tuple(sorted(set(locked)))
    free = draft.returning(together=together, locked={draft.index_of(bar) for bar in locked})
    if not free:
        raise UsageError(f"all bars of {draft.name} are locked: leave some of them free")
    texts: dict[str, int] = {}  # and the number that each was drawn with: not each number finds one
    for number in range(1, candidates + 1):
        for text in _varied(model, draft, free, amount, (seed, number), sampling, particles):
            if text not in texts:
                texts[text] = number
                break
    records = [
        RevisionRecord.with_model(
            model, sampling, seed=seed, candidate=number, revises=draft.tune.text, amount=amount, locked=locked,
            together=together, particles=particles,
        )
        for number in texts.values()
    ]  # fmt: skip
    return candidates_of(model, [numbered(text, number) for number, text in enumerate(texts, 1)], records)


def _varied(
    model: SamplingModel,
    draft: Draft,
    free: list[list[int]],
    amount: float,
    seed: tuple[int, int],
    sampling: Sampling,
    particles: int,
) -> Iterator[str]:
    for attempt in range(_ATTEMPTS):
        random = np.random.default_rng((*seed, attempt))
        groups, wanted = list[list[int]](), max(1, math.floor(amount * len(draft.tune.bars)))
        for place in random.permutation(len(free)).tolist():
            if sum(map(len, groups)) < wanted:
                groups.append(free[place])
        groups.sort()
        pieces = draft.pieces(groups)
        for filling in infill(model, pieces, sampling=sampling, seed=(*seed, attempt), particles=particles):
            text = draft.filled(groups, filling.contents)
            # Each of the bars has to differ, so that the amount is as asked.
            if draft.accepts(text) and draft.differs(groups, filling.contents):
                yield text
