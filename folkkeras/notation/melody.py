"""A tune's melody by its steps on the staff: the same in every key, whatever its lengths and signs.

Two tunes that share a run of n notes share n - 1 steps. Signs are left aside, so that a tune set in another
mode counts as the same melody.
"""

import re

import numpy as np
import numpy.typing as npt

from folkkeras.notation.tunes import field_of

_ASIDE = re.compile(
    r'"[^"\n]*"'  # chord symbols, remarks
    r"|![^!\n|]*!"  # decorations
    r"|\{[^}\n]*\}"  # grace notes
    r"|\[[A-Za-z]:[^\]\n]*\]"  # fields
    r"|%.*"
)
_CHORD = re.compile(r"\[([^\]|:\n]*)\]")
_NOTE = re.compile(r"([A-Ga-g])([,']*)")
_DEGREES = {letter: degree for degree, letter in enumerate("CDEFGABcdefgab")}


def staff_places(tune: str) -> npt.NDArray[np.int16]:
    """Each note's place on the staff, letters above middle C, (notes,); of a chord the first note, graces left out."""
    places: list[int] = []
    in_header = "\nK:" in tune
    for line in tune.split("\n"):
        field = field_of(line, in_header=in_header)
        if field:
            in_header = in_header and field[0] != "K"
        if field or in_header:
            continue
        music = _CHORD.sub(_first, _ASIDE.sub("", line))
        places += [
            _DEGREES[letter] + (7 * (marks.count("'") - marks.count(",")) if marks else 0)
            for letter, marks in _NOTE.findall(music)
        ]
    return np.clip(places, -10_000, 10_000).astype(np.int16)  # a step between two fits as well


def _first(match: re.Match[str]) -> str:
    note = _NOTE.search(match[1])
    return note[0] if note else ""
