"""Spell notes in ABC notation: the ABC standard 2.1, section 4."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

_ACCIDENTALS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}
_MIDDLE = 4  # the octave that begins at middle C, whose notes are capitals


class Speller:
    """Writes an accidental where the key signature, or an earlier accidental of the bar, does not imply it."""

    def __init__(self) -> None:
        self.signature: Mapping[str, int] = {}  # letter -> semitones
        self._in_force: dict[str, int] = {}  # by accidentals of this bar

    def new_bar(self) -> None:
        """Forget the accidentals of the last bar."""
        self._in_force = {}

    def note(self, pitch: Any) -> str:
        """A pitch with `step`, `alter` and `octave`, as music21 has them; quarter tones are rounded down."""
        letter, alter = pitch.step, max(-2, min(2, int(pitch.alter)))
        octave = _MIDDLE if pitch.octave is None else pitch.octave
        text = ""
        if self._in_force.get(letter, self.signature.get(letter, 0)) != alter:
            text = _ACCIDENTALS[alter]
            self._in_force[letter] = alter
        if octave > _MIDDLE:
            return text + letter.lower() + "'" * (octave - _MIDDLE - 1)
        return text + letter + "," * (_MIDDLE - octave)


def fraction_of_unit(length: Fraction) -> str:
    """A note's length behind its name, in units: empty for 1, `2`, `/2`, `3/2`."""
    if length == 1:
        return ""
    if length.denominator == 1:
        return str(length.numerator)
    return f"{length.numerator if length.numerator > 1 else ''}/{length.denominator}"
