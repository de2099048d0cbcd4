"""Intervals between spelled notes: so many steps on the line of fifths, and so many letters up.

The two together say everything: a major third is four fifths and two letters. Moved by one interval, every note
keeps its degree of the scale.
"""

from collections.abc import Sequence
from typing import NamedTuple

from folkkeras.notation.keys import LETTERS, Key

MOST_SIGNS = 2  # sharps or flats before a note: ABC has no third
_LETTERS, _SEMITONES = len(LETTERS), 12  # of an octave
_FIFTH, _FIFTH_SEMITONES = 4, 7  # in letters and in semitones


class Spelling(NamedTuple):
    """A note as it is spelled."""

    letter: str  # A to G
    alter: int  # semitones
    octave: int  # each begins with C

    @property
    def is_written(self) -> bool:
        """Whether ABC has signs for it."""
        return abs(self.alter) <= MOST_SIGNS

    @property
    def simplified(self) -> "Spelling":
        """The same key of the piano with at most one sharp or flat."""
        spelling = self
        while abs(spelling.alter) > 1:
            up = 1 if spelling.alter > 0 else -1
            spelling = Interval(-_SEMITONES * up, up).moved(spelling)
        return spelling


class Interval(NamedTuple):
    """An interval, up or, below 0, down."""

    fifths: int
    letters: int

    def moved(self, note: Spelling) -> Spelling:
        """The note at this interval from another; its signs may be more than ABC can write."""
        place = LETTERS.index(note.letter) - 1
        alter, letter = divmod(place + self.fifths + 1, _LETTERS)
        octave = note.octave + (_FIFTH * place % _LETTERS + self.letters) // _LETTERS
        return Spelling(LETTERS[letter], note.alter + alter, octave)


def nearer_way(fifths: int) -> Interval:
    """So many fifths, by the smaller of the intervals up and down."""
    letters = _FIFTH * fifths % _LETTERS
    return Interval(fifths, letters - _LETTERS * (2 * letters > _LETTERS))


def interval_for(semitones: int, keys: Sequence[Key]) -> Interval:
    """The interval of so many semitones that gives keys the fewest sharps or flats; whole octaves keep the key.

    The first key decides, then the others together. Where it has six signs either way, the flats are taken:
    of Eb minor and D# minor, musicians write the former, and F# major and Gb major are equally at home.

    Args:
        semitones: up, or down where negative.
        keys: of the tune; without one, C major.
    """
    first, *others = keys or [Key(0, "maj")]
    nearest = _FIFTH_SEMITONES * semitones % _SEMITONES
    ways = [nearest + _SEMITONES * turns for turns in range(-2, 2)] if nearest else [0]
    fifths = min(ways, key=lambda way: (abs(first.fifths + way), sum(abs(other.fifths + way) for other in others), way))
    octaves = (semitones - _FIFTH_SEMITONES * fifths) // _SEMITONES
    return Interval(fifths, _FIFTH * fifths + _LETTERS * octaves)
