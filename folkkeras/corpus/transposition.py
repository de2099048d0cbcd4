"""Transpose a tune's ABC text into another key, exactly: each note keeps its degree, and so its interval to the others.

Every note moves by the same number of letters. A sign before a note says how far it stands from the key's
own, so it moves with the signature: a raised seventh stays a raised seventh. What cannot be moved exactly,
such as a note that would need three sharps, or a key with signs of its own, leaves the tune untransposed.
"""

import re
from collections.abc import Iterable, Sequence

from folkkeras.corpus.tune_list import GrowingTuneList, TuneList
from folkkeras.notation.keys import Key, key_of, place_of, spelled
from folkkeras.notation.normal_form import normalise
from folkkeras.notation.tunes import header_of

_SCALE = "CDEFGAB"
_SIGNS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_SIGN_OF = {value: sign for sign, value in _SIGNS.items()}
_TOKEN = re.compile(
    r'(?P<quoted>"[^"\n]*")'
    r"|(?P<decoration>![^!\n|]*!|\+(?![A-Ga-g,'^_=/\d]+\+)[^+\s|]+\+)"  # +trill+, but not the old chord +CEG+
    r"|(?P<inline>\[[A-Za-z]:[^\]\n]*\])"
    r"|(?P<sign>\^\^|\^|__|_|=)?(?P<letter>[A-Ga-g])(?P<marks>[,']*)"
)
_CHORD = re.compile(  # what it begins with, its root, and what kind it is; other words in quotes are remarks
    r"(\(?)([A-G])([#b]?)((?:maj|min|dim|aug|sus|add|omit|no|alt|[mMoø°+^\d(),-]|[#b]\d)*)"
)


class _Fixed(Exception):
    """The tune cannot be transposed exactly."""


def transposed(tune: str, fifths: int) -> str | None:
    """The tune in the key so many fifths up, up or down by the nearer way; None where that cannot be exact.

    Args:
        tune: in the normal form.
        fifths: such as 1 from G to D, and -3 from A to C.
    """
    key = key_of(header_of(tune).get("K", ""))
    if key is None:
        return None
    steps = (4 * fifths) % 7  # letters up; a fifth is four
    steps -= 7 * (steps > 3)
    lines, body = [], False
    try:
        for line in tune.split("\n"):
            if line.startswith("K:"):
                key, body = _moved(line[2:], fifths), True
                lines.append(f"K:{key}")
            elif not body or (line[1:2] == ":" and line[0] in "ML"):
                lines.append(line)
            else:
                line, key = _music(line, key, fifths, steps)
                lines.append(line)
    except _Fixed:
        return None
    return "\n".join(lines)


def in_all_keys(tunes: Sequence[str], *, but_not: Iterable[str] = ()) -> TuneList:
    """The tunes in the normal form, each also in the other keys of its mode that stand among them, where exact.

    Args:
        tunes: those to learn from.
        but_not: tunes that may not be learned in this way either, such as those held out.
    """
    forbidden = {normalise(tune).body for tune in but_not}
    keys = [key_of(header_of(tune).get("K", "")) for tune in tunes]
    found = sorted({key for key in keys if key})
    learned = GrowingTuneList()
    for tune, key in zip(tunes, keys, strict=True):
        learned.append(tune)
        for other in found:
            if key and other.mode == key.mode and other != key:
                moved = transposed(tune, other.tonic - key.tonic)
                if moved is not None and normalise(moved).body not in forbidden:
                    learned.append(moved)
    return learned.done()


def _moved(value: str, fifths: int) -> Key:
    key = key_of(value.strip())
    if key is None or not key.moved(fifths).is_usual:
        raise _Fixed
    return key.moved(fifths)


def _music(line: str, key: Key, fifths: int, steps: int) -> tuple[str, Key]:
    """A line of music moved, and the key, moved too, at its end."""

    def move(match: re.Match[str]) -> str:
        nonlocal key
        if quoted := match["quoted"]:
            return quoted if quoted[1:2] in tuple("^_<>@") else _chord(quoted, fifths)
        if inline := match["inline"]:
            if not inline.startswith("[K:"):
                return inline
            key = _moved(inline[3:-1], fifths)
            return f"[K:{key}]"
        if match["decoration"]:
            return match[0]
        return _note(match, key, fifths, steps)

    return _TOKEN.sub(move, line), key


def _note(match: re.Match[str], key: Key, fifths: int, steps: int) -> str:
    letter, marks = match["letter"], match["marks"]
    place = _SCALE.index(letter.upper()) + 7 * (letter.islower() + marks.count("'") - marks.count(",")) + steps
    octave, degree = divmod(place, 7)
    moved = _SCALE[degree]
    sign = match["sign"] or ""
    if sign:
        alter = _SIGNS[sign] + key.alter(moved) - key.moved(-fifths).alter(letter.upper())
        if alter not in _SIGN_OF:
            raise _Fixed
        sign = _SIGN_OF[alter]
    return sign + (moved.lower() + "'" * (octave - 1) if octave > 0 else moved + "," * -octave)


def _chord(quoted: str, fifths: int) -> str:
    """A chord symbol with its root and its bass moved."""

    def move(match: re.Match[str]) -> str:
        place = place_of(match[2], match[3]) + fifths
        if not -8 <= place <= 12:
            raise _Fixed
        return match[1] + spelled(place) + match[4]

    parts = quoted[1:-1].split("/")
    if not all(_CHORD.fullmatch(part) for part in parts):
        return quoted
    return '"' + "/".join(_CHORD.sub(move, part) for part in parts) + '"'
