"""A tune's melody as steps on the staff, independent of key, note lengths and accidentals.

Two tunes that share a passage of n notes share n - 1 steps. Accidentals are ignored, so a tune set in another mode
counts as the same melody.
"""

import numpy as np
import numpy.typing as npt

from folkkeras.notation.lines import Kind, lines_of
from folkkeras.notation.tokens import NOTE, TOKEN

_DEGREES = {letter: degree for degree, letter in enumerate("CDEFGABcdefgab")}


def staff_places(tune: str) -> npt.NDArray[np.int16]:
    """The staff position of each note, in letters above middle C, (notes,).

    A chord counts as its first note; grace notes are left out.
    """
    places: list[int] = []
    for line in lines_of(tune):
        if line.kind is Kind.MUSIC:
            _add(line.value, places)
    return np.clip(places, -10_000, 10_000).astype(np.int16)  # so that the difference of two fits in int16 too


def _add(music: str, places: list[int]) -> None:
    """Add the notes of a line of music."""
    in_chord = has_first = False
    for match in TOKEN.finditer(music):
        sign = match.lastgroup
        if sign == "note":
            if in_chord and has_first:
                continue
            has_first = True
            _, letter, marks, _, _ = NOTE.match(match[0]).groups()  # type: ignore[union-attr]  # a note token always matches
            places.append(_DEGREES[letter] + (7 * (marks.count("'") - marks.count(",")) if marks else 0))
        elif sign == "chord":
            in_chord, has_first = True, False
        elif sign == "chord_end":
            in_chord = False
        elif sign == "old_chord":
            _add("[{}]".format(match[0].split("+")[1]), places)
