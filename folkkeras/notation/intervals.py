"""Intervals between spelled notes, as steps on the line of fifths and letters up.

These two numbers define an interval: a major third is four fifths and two letters. If all notes move by the same
interval, each keeps its scale degree.
"""

from collections.abc import Sequence
from typing import NamedTuple

from folkkeras.notation.keys import LETTERS, Key

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}  # above C
MAX_SIGNS = 2  # sharps or flats before a note; ABC cannot write more
_LETTERS, _SEMITONES = len(LETTERS), 12  # in an octave
_FIFTH, _FIFTH_SEMITONES = 4, 7  # in letters and in semitones


class Spelling(NamedTuple):
    """A note with its spelling."""

    letter: str  # A to G
    alter: int  # semitones
    octave: int  # scientific: octave 4 begins at middle C

    @property
    def is_written(self) -> bool:
        """Whether ABC can write its accidental."""
        return abs(self.alter) <= MAX_SIGNS

    @property
    def simplified(self) -> "Spelling":
        """An enharmonic spelling with at most one sharp or flat."""
        spelling = self
        while abs(spelling.alter) > 1:
            up = 1 if spelling.alter > 0 else -1
            spelling = Interval(-_SEMITONES * up, up).moved(spelling)
        return spelling


class Interval(NamedTuple):
    """An interval between two spelled notes."""

    fifths: int  # steps on the line of fifths
    letters: int  # up, or down if negative

    def moved(self, note: Spelling) -> Spelling:
        """The note this interval away from `note`; it may need more sharps or flats than ABC can write."""
        place = LETTERS.index(note.letter) - 1
        alter, letter = divmod(place + self.fifths + 1, _LETTERS)
        octave = note.octave + (_FIFTH * place % _LETTERS + self.letters) // _LETTERS
        return Spelling(LETTERS[letter], note.alter + alter, octave)


def nearer_way(fifths: int) -> Interval:
    """The smaller of the intervals up and down that span this many fifths."""
    letters = _FIFTH * fifths % _LETTERS
    return Interval(fifths, letters - _LETTERS * (2 * letters > _LETTERS))


def interval_for(semitones: int, keys: Sequence[Key]) -> Interval:
    """The interval of this many semitones that gives the keys the fewest sharps or flats; octaves keep the key.

    The first key decides; the other keys together break ties. If both ways give the first key six sharps or flats,
    flats win: musicians write Eb minor rather than D# minor, and F# major and Gb major are equally common.

    Args:
        semitones: the distance up; negative values go down.
        keys: the tune's keys; if there are none, C major is assumed.
    """
    first, *others = keys or [Key(0, "maj")]
    nearest = _FIFTH_SEMITONES * semitones % _SEMITONES
    ways = [nearest + _SEMITONES * turns for turns in range(-2, 2)] if nearest else [0]
    fifths = min(ways, key=lambda way: (abs(first.fifths + way), sum(abs(other.fifths + way) for other in others), way))
    octaves = (semitones - _FIFTH_SEMITONES * fifths) // _SEMITONES
    return Interval(fifths, _FIFTH * fifths + _LETTERS * octaves)
