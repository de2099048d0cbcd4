"""A tune's melody by its steps on the staff: the same in every key, whatever its lengths and signs.

Two tunes that share a run of n notes share n - 1 steps. Signs are left aside, so that a tune set in another
mode counts as the same melody.
"""

import numpy as np
import numpy.typing as npt

from folkkeras.notation.lines import Kind, lines_of
from folkkeras.notation.tokens import NOTE, TOKEN

_DEGREES = {letter: degree for degree, letter in enumerate("CDEFGABcdefgab")}


def staff_places(tune: str) -> npt.NDArray[np.int16]:
    """Each note's place on the staff, letters above middle C, (notes,); of a chord the first note, graces left out."""
    places: list[int] = []
    for line in lines_of(tune):
        if line.kind is Kind.MUSIC:
            _add(line.value, places)
    return np.clip(places, -10_000, 10_000).astype(np.int16)  # a step between two fits as well


def _add(music: str, places: list[int]) -> None:
    """Add the notes of a line of music."""
    in_chord = has_first = False
    for match in TOKEN.finditer(music):
        sign = match.lastgroup
        if sign == "note":
            if in_chord and has_first:
                continue
            has_first = True
            _, letter, marks, _, _ = NOTE.match(match[0]).groups()  # type: ignore[union-attr]  # a note is one
            places.append(_DEGREES[letter] + (7 * (marks.count("'") - marks.count(",")) if marks else 0))
        elif sign == "chord":
            in_chord, has_first = True, False
        elif sign == "chord_end":
            in_chord = False
        elif sign == "old_chord":
            _add("[{}]".format(match[0].split("+")[1]), places)
