"""A text with gaps, and from where the content of a gap may come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ENDS = frozenset("|:")  # a content ends before one of these, with which all bar lines begin
# The probabilities of the proposal. They change how many particles are needed, not what is drawn.
COPIED = 0.5  # that a gap is copied from somewhere
CONTINUED = 0.6  # after a copied gap, that the next is copied from the next place
SWITCHED = 0.1  # after a copied gap, that the next is copied from elsewhere
PREFERENCE = 4  # how much likelier a preferred place is than others


@dataclass(frozen=True)
class Gap:
    """A gap, for the content of one bar.

    Args:
        number: where it comes in the order of the gaps, from 0.
        accepts: whether a content may stand in it.
        copies: contents of other bars that it may get, by the place of the bar in the tune.
        preferred: the places that are likelier to be copied from.
    """

    number: int
    accepts: Callable[[str], bool]
    copies: Mapping[int, str] = field(default_factory=dict)
    preferred: frozenset[int] = frozenset()

    def proposal(self, last: int | None) -> dict[int | None, float]:
        """The probability that it is copied from each place, or drawn by the model, which is None.

        Args:
            last: the place that the gap before was copied from; None if it was drawn.
        """
        if not self.copies:
            return {None: 1.0}
        continued = CONTINUED if last is not None and last + 1 in self.copies else 0.0
        copied = SWITCHED if last is not None else COPIED
        shares = {place: PREFERENCE if place in self.preferred else 1 for place in self.copies}
        total = sum(shares.values())
        found: dict[int | None, float] = {place: copied * share / total for place, share in shares.items()}
        if continued and last is not None:
            found[last + 1] += continued
        found[None] = 1 - copied - continued
        return found


Piece = str | Gap  # given text, or a gap; a gap that occurs again is filled again with the same content
