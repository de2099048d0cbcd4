"""Transpose a tune's ABC text exactly: each note keeps its scale degree, and so its interval to the others.

Every note moves by the same number of letters. An accidental changes a note relative to the key signature, so it moves
with the signature: a raised seventh stays a raised seventh. A tune is not transposed if that cannot be exact: if a
note would need three sharps, for example, or if a key has accidentals of its own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from folkkeras.corpus.packed_tunes import GrowingTuneList, TuneList
from folkkeras.notation.intervals import Interval, nearer_way
from folkkeras.notation.keys import Key, key_of
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

COPIES = 8  # of each tune that is transposed
SPREAD = (5**0.5 - 1) / 2  # its multiples, modulo 1, are spread evenly


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


def in_keys_of_corpus(tunes: Sequence[str], *, but_not: Iterable[str] = ()) -> TuneList:
    """Eight copies of each tune: one in its key, the others in the keys of its mode, each as often as the tunes use it.

    So all keys are learned from all tunes, and the shares of the keys stay those of the corpus. A copy keeps the tune's
    own key if it cannot be transposed exactly, or would equal a tune that no transposition may equal.

    Args:
        tunes: the training tunes, in the normal form.
        but_not: tunes that no transposition may equal, such as those held out.
    """
    forbidden = {normalise(tune).body for tune in but_not}
    copies = GrowingTuneList()
    for tune, moves in zip(tunes, _moves([key_of(header_of(tune).get("K", "")) for tune in tunes]), strict=True):
        for fifths, same in groupby(moves):
            moved = transposed(tune, fifths) if fifths else None
            copy = tune if moved is None or normalise(moved).body in forbidden else moved
            for _ in same:
                copies.append(copy)
    return copies.done()


def _moves(keys: Sequence[Key | None]) -> Iterator[list[int]]:
    """The fifths by which each copy of each tune is transposed, from the tunes' keys."""
    by_mode: dict[str, list[int]] = {}
    for used in sorted(key for key in keys if key):
        by_mode.setdefault(used.mode, []).append(used.tonic)
    for number, key in enumerate(keys):
        if key:
            # Each further copy's tonic is a quantile of those of its mode.
            tonics, offset, further = by_mode[key.mode], number * SPREAD % 1, COPIES - 1
            yield [0, *(tonics[int((copy + offset) / further * len(tonics))] - key.tonic for copy in range(further))]
        else:
            yield [0] * COPIES


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
