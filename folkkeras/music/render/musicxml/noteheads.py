"""Which noteheads show a length."""

from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from folkkeras.music.tune import Tuplet

TYPES = {
    Fraction(2): "breve",
    Fraction(1): "whole",
    Fraction(1, 2): "half",
    Fraction(1, 4): "quarter",
    Fraction(1, 8): "eighth",
    **{Fraction(1, part): f"{part}{'nd' if part == 32 else 'th'}" for part in (16, 32, 64, 128, 256, 512, 1024)},
}
_MOST_DOTS = 2


@lru_cache(maxsize=4_096)  # a tune has few lengths, and many notes of each
def noteheads(length: Fraction) -> tuple[tuple[Fraction, int], ...]:
    """The noteheads that show a length, tied to each other: each one's undotted length and its dots.

    What no sum of noteheads shows, such as a third of a quarter, is shown as in a tuplet: by longer ones.
    """
    length *= stretch(length)
    heads: list[tuple[Fraction, int]] = []
    while length >= min(TYPES) and len(heads) < len(TYPES):
        head = next(
            (base, dots) for base in TYPES for dots in range(_MOST_DOTS, -1, -1) if dotted(base, dots) <= length
        )
        heads.append(head)
        length -= dotted(*head)
    return tuple(heads) or ((min(TYPES), 0),)


def dotted(base: Fraction, dots: int) -> Fraction:
    """The length of a notehead with its dots."""
    return base * (2 - Fraction(1, 2**dots))


def stretch(length: Fraction) -> Fraction:
    """By how much noteheads are longer than a length outside a tuplet: 3/2 for a third of a quarter, else 1."""
    odd = length.denominator
    while odd % 2 == 0:
        odd //= 2
    return Fraction(odd, 1 << odd.bit_length() - 1)


class Head(NamedTuple):
    """One of the noteheads or rests, tied to each other, that show an event."""

    base: Fraction
    dots: int
    onset: Fraction  # from where the event begins
    length: Fraction  # as it sounds
    first: bool
    last: bool


@lru_cache(maxsize=4_096)
def heads(length: Fraction, tuplet: Tuplet | None) -> tuple[Head, ...]:
    """What shows an event of a length that sounds, in a tuplet or outside."""
    written = noteheads(length * Fraction(tuplet.notes, tuplet.time) if tuplet else length)
    lengths = [dotted(*head) for head in written]
    scaled = [length * each / sum(lengths) for each in lengths]
    onsets = accumulate(scaled, initial=Fraction())
    return tuple(
        Head(*head, onset, each, number == 0, number == len(written) - 1)
        for number, (head, onset, each) in enumerate(zip(written, onsets, scaled, strict=False))
    )


@lru_cache(maxsize=4_096)
def time_modification(length: Fraction, tuplet: Tuplet | None) -> tuple[int, int]:
    """So many noteheads of an event in the time of so many; (1, 1) where they last what they show."""
    ratio = stretch(length)
    return (tuplet.notes, tuplet.time) if tuplet else (ratio.numerator, ratio.denominator)
