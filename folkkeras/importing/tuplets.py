"""Tuplets of a music21 part in ABC notation: the ABC standard 2.1, section 4.13."""

from fractions import Fraction
from typing import Any

from music21 import harmony, note


class Tuplets:
    """Writes the sign of a tuplet before its first note."""

    def __init__(self) -> None:
        self.factor = Fraction(1)  # from a note's sounding length to its written one
        self._left = Fraction(0)  # of the open tuplet, in quarters

    def sign(self, element: Any) -> str:
        """`(p:q:r` if a tuplet begins at the note, else nothing."""
        tuplets = element.duration.tuplets
        if len(tuplets) != 1:
            self.factor, self._left = Fraction(1), Fraction(0)
            return ""
        count, time = tuplets[0].numberNotesActual, tuplets[0].numberNotesNormal
        self.factor = Fraction(count, time)
        sign = ""
        if self._left <= 0:
            members = _members(element)
            self._left = sum((Fraction(each.quarterLength) for each in members), Fraction(0))
            sign = f"({count}:{time}:{len(members)}"
            if (count, time, len(members)) == (3, 2, 3):
                sign = "(3"
        self._left -= Fraction(element.quarterLength)
        return sign


def _members(first: Any) -> list[Any]:
    """The notes of the tuplet that a note begins: as many as fill it, in its bar."""
    full = Fraction(first.duration.tuplets[0].totalTupletLength())
    members, filled = [], Fraction(0)
    element = first
    while element is not None and element.measureNumber == first.measureNumber:
        if _lasts(element):
            if len(element.duration.tuplets) != 1 or filled >= full:
                break
            members.append(element)
            filled += Fraction(element.quarterLength)
        element = element.next()
    return members


def _lasts(element: Any) -> bool:
    """Whether it is a note or rest that takes time."""
    return (
        isinstance(element, note.GeneralNote)
        and not isinstance(element, harmony.ChordSymbol)
        and not element.duration.isGrace
    )
