"""The meaning of single tokens, independent of context; cached, since the same tokens recur often."""

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from folkkeras.music.tune import BarLine, Pitch
from folkkeras.notation.tokens import ACCIDENTALS, NOTE

MAX_PASSES = 64  # of a repeated section; a larger number is a typo that would play for days
_LENGTH = re.compile(r"(\d*)(/*)(\d*)$")
_MAX_NUMBER = 6  # digits
_PASSES = re.compile(r"(\d{1,3})(?:-(\d{0,3}))?")  # such as 1, 1-3


class NoteSign(NamedTuple):
    """A note as written."""

    letter: str  # A to G
    accidental: int | None  # semitones
    octave: int  # scientific
    number: int  # numerator of the length in units
    part: int  # denominator of the length


@lru_cache(maxsize=8_192)
def note_sign(text: str) -> NoteSign:
    """Read a note such as `^c'3/2`."""
    match = NOTE.match(text)
    assert match is not None
    sign, letter, marks, _, _ = match.groups()
    octave = 4 + letter.islower() + marks.count("'") - marks.count(",")
    return NoteSign(letter.upper(), ACCIDENTALS.get(sign), octave, *length_sign(text))


@lru_cache(maxsize=8_192)
def length_sign(text: str) -> tuple[int, int]:
    """The length at the end of a token, such as (3, 2) for `z3/2`; (1, 1) if it has none.

    The numerator of an unusable length, such as `0`, is 0.
    """
    match = _LENGTH.search(text)
    assert match is not None
    number, slashes, part = match.groups()
    if len(number) > _MAX_NUMBER or len(part) > _MAX_NUMBER or len(slashes) > _MAX_NUMBER:
        return 0, 1
    divisor = int(part or 2) * 2 ** (len(slashes) - 1) if slashes else 1
    return (int(number or 1), divisor) if divisor else (0, 1)


@lru_cache(maxsize=8_192)
def scaled(length: Fraction, factor: Fraction) -> Fraction:
    """The product of a length and a factor."""
    return length * factor


@lru_cache(maxsize=8_192)
def pitch_of(letter: str, alter: int, octave: int, accidental: int | None) -> Pitch:
    """A pitch; equal pitches are the same object."""
    return Pitch(letter, alter, octave, accidental)


@lru_cache(maxsize=1_024)
def bar_line_of(text: str) -> BarLine:
    """Read a bar line such as `:|]`; standard 4.8. Each colon adds one repeat.

    In `::`, half of the colons belong to each side.
    """
    if "|" not in text:
        if text == ":]":
            return BarLine(repeat_end=True)
        return BarLine(repeat_start=True, repeat_end=True, times=_times(len(text) // 2))
    before, after = (len(part) - len(part.strip(":")) for part in (text[: text.index("|")], text[text.rindex("|") :]))
    strokes = text.strip(":.")
    style = ""
    if text == "[|]":
        style = "invisible"
    elif text.startswith("."):
        style = "dashed"
    elif "]" in strokes:
        style = "light-heavy"
    elif strokes.startswith("["):
        style = "heavy-light"
    elif len(strokes) > 1:
        style = "light-light"
    return BarLine(
        repeat_start=bool(after),
        repeat_end=bool(before),
        double=style in ("light-heavy", "heavy-light", "light-light"),
        times=_times(max(before, after)),
        style=style,
    )


@lru_cache(maxsize=1_024)
def passes_of(text: str) -> tuple[int, ...]:
    """The passes of an ending, such as (1, 2, 3) for `[1,2-3`; empty if they cannot be played."""
    passes: list[int] = []
    for part in text.lstrip("[").split(","):
        match = _PASSES.fullmatch(part)
        if not match:
            return ()
        passes += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(passes) if passes and max(passes) <= MAX_PASSES and min(passes) >= 1 else ()


def merged(one: BarLine, other: BarLine) -> BarLine:
    """Combine two bar lines that have no music between them."""
    return BarLine(
        one.repeat_start or other.repeat_start,
        one.repeat_end or other.repeat_end,
        one.double or other.double,
        one.endings + other.endings,
        max(one.times, other.times),
        one.style or other.style,
        one.decorations + other.decorations,
    )


def _times(colons: int) -> int:
    return min(max(colons, 1) + 1, MAX_PASSES)
