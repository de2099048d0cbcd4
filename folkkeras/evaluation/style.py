"""The style of tunes: distributions of keys, metres, lengths, parts and notes, and the distance between two of them.

The distance is the Jensen-Shannon distance, the square root of the divergence to base 2. It is 0 if two
distributions are the same and 1 if they have no value in common. Source: D. Endres and J. Schindelin, "A new
metric for probability distributions" (2003).
"""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from folkkeras.evaluation.melody import notes_of, pitches_of
from folkkeras.music.parts import parts_of
from folkkeras.music.tune import Tune
from folkkeras.notation.keys import key_of

_PITCH_CLASSES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
_WIDEST = 12  # semitones; wider intervals are clipped to this
_BARS = 8  # in each class of lengths

Distribution = Counter[Hashable]


def _keys(tune: Tune) -> Iterator[str]:
    yield str(key_of(tune.key) or tune.key)


def _metres(tune: Tune) -> Iterator[str]:
    yield {"C": "4/4", "C|": "2/2"}.get(tune.metre, tune.metre)


def _lengths(tune: Tune) -> Iterator[int]:
    yield len(tune.bars) // _BARS * _BARS


def _bars_of_parts(tune: Tune) -> Iterator[int]:
    return (part.bars for part in parts_of(tune))


def _parts(tune: Tune) -> Iterator[int]:
    yield len(parts_of(tune))


def _pitch_classes(tune: Tune) -> Iterator[str]:
    return (_PITCH_CLASSES[pitch % 12] for pitch in pitches_of(tune.bars))


def _melodic_intervals(tune: Tune) -> Iterator[int]:
    for before, after in pairwise(pitches_of(tune.bars)):
        yield max(-_WIDEST, min(_WIDEST, after - before))


def _note_lengths(tune: Tune) -> Iterator[Fraction]:
    return (event.length for event in notes_of(tune.bars))


FEATURES: dict[str, Callable[[Tune], Iterable[Hashable]]] = {
    "key": _keys,
    "metre": _metres,
    "length": _lengths,  # bars, in classes of eight
    "bars a part": _bars_of_parts,
    "parts a tune": _parts,
    "pitch class": _pitch_classes,
    "interval": _melodic_intervals,  # semitones to the next note
    "note length": _note_lengths,  # whole notes
}


def style_of(tunes: Sequence[Tune]) -> dict[str, Distribution]:
    """The distribution of each feature over all tunes that have notes."""
    played = [tune for tune in tunes if tune.bars]
    return {name: Counter(value for tune in played for value in values(tune)) for name, values in FEATURES.items()}


def distance(one: Distribution, other: Distribution) -> float:
    """The Jensen-Shannon distance between two distributions, 0 to 1; 1 if either of them is empty."""
    sums = one.total(), other.total()
    if not all(sums):
        return 1.0
    divergence = 0.0
    for value in sorted(one.keys() | other.keys(), key=str):  # the order of a set differs between processes
        fractions = one[value] / sums[0], other[value] / sums[1]
        middle = sum(fractions) / 2
        divergence += sum(fraction * math.log2(fraction / middle) for fraction in fractions if fraction) / 2
    return math.sqrt(min(max(divergence, 0.0), 1.0))
