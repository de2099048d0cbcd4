"""Transpose a tune's ABC text exactly: each note keeps its scale degree, and so its interval to the others.

Every note moves by the same number of letters. An accidental changes a note relative to the key signature, so it moves
with the signature: a raised seventh stays a raised seventh. A tune is not transposed if that cannot be exact: if a
note would need three sharps, for example, or if a key has accidentals of its own.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from folkkeras.corpus.packed_tunes import GrowingTuneList, TuneList
from folkkeras.notation.intervals import Interval, nearer_way
from folkkeras.notation.keys import key_of
from folkkeras.notation.normal_form import normalise
from folkkeras.notation.tokens import TOKEN
from folkkeras.notation.transposing import (
    Transposer,
    is_behind_a_sign,
    read_note,
    within_reach,
    written,
)
from folkkeras.notation.tunes import header_of


class _Inexact(Exception):
    """The tune cannot be transposed exactly."""


def transposed(tune: str, fifths: int) -> str | None:
    """Transpose a tune by fifths, in the nearer direction; None if that cannot be exact.

    Args:
        tune: the tune in the normal form.
        fifths: steps on the line of fifths, such as 1 from G to D or -3 from A to C.
    """
    if key_of(header_of(tune).get("K", "")) is None:
        return None
    writer = _Exact(nearer_way(fifths))
    lines, body = [], False
    try:
        for line in tune.split("\n"):
            if line.startswith("K:"):
                lines.append(f"K:{writer.key(line[2:])}")
                body = True
            elif not body or (line[1:2] == ":" and line[0] in "ML"):
                lines.append(line)
            else:
                lines.append("".join(map(writer.sign, TOKEN.finditer(line))))
    except _Inexact:
        return None
    return "\n".join(lines)


def in_all_keys(tunes: Sequence[str], *, but_not: Iterable[str] = ()) -> TuneList:
    """The tunes, each followed by its exact transpositions into all other keys of its mode that the tunes use.

    Args:
        tunes: the training tunes, in the normal form.
        but_not: tunes that no transposition may equal, such as those held out.
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


class _Exact(Transposer):
    """Transposes each token by itself: accidentals in force within a bar or across a tie move along with the rest."""

    def __init__(self, interval: Interval) -> None:
        self.interval = interval

    def note(self, match: re.Match[str]) -> str:
        moved = _note(match[0], self.interval)
        if moved is None or is_behind_a_sign(match):
            raise _Inexact
        return moved

    def key(self, value: str) -> str:
        key = key_of(value)
        if key is None or not key.moved(self.interval.fifths).is_usual:
            raise _Inexact
        return str(key.moved(self.interval.fifths))

    def root(self, place: int) -> int:
        moved = place + self.interval.fifths
        if moved != within_reach(moved):
            raise _Inexact
        return moved


@lru_cache(maxsize=65_536)
def _note(text: str, interval: Interval) -> str | None:
    """A transposed note, or None if ABC cannot write it; cached, since the same notes recur often."""
    accidental, note, length = read_note(text)
    moved = interval.moved(note._replace(alter=accidental or 0))
    if accidental is None:
        return written(moved, sign=False) + length
    return written(moved, sign=True) + length if moved.is_written else None
