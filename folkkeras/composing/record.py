"""The record of a revised tune: everything needed to reproduce it, as a comment line in its ABC text."""

from dataclasses import dataclass

from folkkeras.sampling.record import Record


@dataclass(frozen=True, kw_only=True)
class RevisionRecord(Record):
    """How a tune was made from another one.

    Args:
        revises: the text of the tune that it was made from.
        candidate: the number of the candidate under the seed, from 1.
        bars: the numbers of the bars that were rewritten; if empty, the tune was varied.
        amount, locked, together: how it was varied; see `vary`.
        particles: fillings that were drawn and weighed.
    """

    revises: str
    candidate: int
    bars: tuple[int, ...] = ()
    amount: float = 0.0
    locked: tuple[int, ...] = ()
    together: bool = True
    particles: int
