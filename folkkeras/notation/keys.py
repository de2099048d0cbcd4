"""Keys as ABC names them: a tonic and a mode, placed on the line of fifths.

The line of fifths, ... Bb F C G D A ..., orders all spellings: seven steps up sharpen a letter. A key
signature of n sharps is n steps up from that of C major, and each mode stands a fixed number of steps from
its major. Source: the ABC standard 2.1, section 3.1.14.
"""

import re
from typing import NamedTuple

LETTERS = "FCGDAEB"  # by fifths
MODES = {"lyd": 1, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "min": -3, "aeo": -3, "phr": -4, "loc": -5}
MOST_FIFTHS = 7  # sharps or flats of a signature
_KEY = re.compile(r"([A-G])([#b]?)\s*([A-Za-z]*)\s*")


class Key(NamedTuple):
    """A key: its tonic on the line of fifths, C being 0, and its mode by its three letters."""

    tonic: int
    mode: str  # of MODES; major is maj, and minor min

    @property
    def fifths(self) -> int:
        """Sharps of the signature, below 0 flats."""
        return self.tonic + MODES[self.mode]

    def alter(self, letter: str) -> int:
        """Semitones by which the signature raises a letter, -1 to 1."""
        return (self.fifths + 6 - LETTERS.index(letter)) // 7

    def moved(self, fifths: int) -> "Key":
        """The key of the same mode so many fifths up."""
        return Key(self.tonic + fifths, self.mode)

    @property
    def is_usual(self) -> bool:
        """Whether its signature has at most seven signs, and its tonic at most one."""
        return abs(self.fifths) <= MOST_FIFTHS and -8 <= self.tonic + 1 <= 12

    def __str__(self) -> str:
        mode = {"maj": "", "min": "m"}.get(self.mode, self.mode)
        return spelled(self.tonic) + mode


def spelled(fifths: int) -> str:
    """The name of a place on the line of fifths, such as F# or Bb."""
    octave, place = divmod(fifths + 1, 7)
    return LETTERS[place] + ("#" * octave if octave > 0 else "b" * -octave)


def place_of(letter: str, sign: str) -> int:
    """The place of a letter with its sign, "#", "b" or none, on the line of fifths."""
    return LETTERS.index(letter) - 1 + 7 * {"#": 1, "b": -1, "": 0}[sign]


def key_of(value: str) -> Key | None:
    """The key that a K field's value names, or None where it is none, or one with signs or a clef of its own."""
    match = _KEY.fullmatch(value)
    if match is None:
        return None
    letter, sign, name = match.groups()
    mode = "maj" if not name or name == "M" else "min" if name == "m" else name[:3].lower()
    return (
        Key(place_of(letter, sign), "maj" if mode == "ion" else "min" if mode == "aeo" else mode)
        if mode in MODES
        else None
    )
