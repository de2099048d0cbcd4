"""The noteheads that show a length."""

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
_MAX_DOTS = 2


@lru_cache(maxsize=4_096)  # a tune has few lengths, and many notes of each length
def noteheads(length: Fraction) -> tuple[tuple[Fraction, int], ...]:
    """The tied noteheads that show a length, each as its undotted length and its number of dots.

    A length that no sum of noteheads shows, such as a third of a quarter, has longer noteheads, as in a tuplet.
    """
    length *= stretch(length)
    heads: list[tuple[Fraction, int]] = []
    while length >= min(TYPES) and len(heads) < len(TYPES):
        head = next((base, dots) for base in TYPES for dots in range(_MAX_DOTS, -1, -1) if dotted(base, dots) <= length)
        heads.append(head)
        length -= dotted(*head)
    return tuple(heads) or ((min(TYPES), 0),)


def dotted(base: Fraction, dots: int) -> Fraction:
    """The length of a notehead with its dots."""
    return base * (2 - Fraction(1, 2**dots))


def stretch(length: Fraction) -> Fraction:
    """The factor by which noteheads outside a tuplet exceed a length: usually 1, but 3/2 for a third of a quarter."""
    odd = length.denominator
    while odd % 2 == 0:
        odd //= 2
    return Fraction(odd, 1 << odd.bit_length() - 1)


class Head(NamedTuple):
    """One of the tied noteheads, or of the rests, that show an event."""

    base: Fraction
    dots: int
    onset: Fraction  # from the beginning of the event
    length: Fraction  # as it sounds
    first: bool
    last: bool


@lru_cache(maxsize=4_096)
def heads(length: Fraction, tuplet: Tuplet | None) -> tuple[Head, ...]:
    """The noteheads or rests that show an event, given its sounding length and its tuplet."""
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
    """The actual and the normal notes of an event's time modification; (1, 1) if it has none."""
    ratio = stretch(length)
    return (tuplet.notes, tuplet.time) if tuplet else (ratio.numerator, ratio.denominator)
