"""The time within the bar after each character of music: lengths, broken rhythm, tuplets and chords.

While a note's length may still continue, its time is provisional: after the `d` of `d2` it is that of a `d`. Source:
the ABC standard 2.1, sections 4.3, 4.4, 4.13 and 4.17.
"""

from folkkeras.features.characters import DIGIT_0, SLASH
from folkkeras.features.state import (
    BASE,
    BROKEN,
    BROKEN_FROM,
    CHORD,
    COMPOUND,
    DENOMINATOR,
    FULL,
    MOST_TICKS,
    NUMERATOR,
    ONSET,
    TIME,
    TUPLET_LEFT,
    TUPLET_NOTES,
    TUPLET_TIME,
    UNIT,
)

DAMPED = 4  # maximum signs of a broken rhythm


def begin_note(s: list[int], full_bar: bool) -> None:
    """Read the first character of a note, a rest or a chord that sounds after the last one.

    Args:
        s: the state.
        full_bar: whether it is a rest for a bar.
    """
    base = s[FULL] if full_bar else s[UNIT]
    if s[TUPLET_LEFT]:
        base = base * s[TUPLET_TIME] // s[TUPLET_NOTES]
        s[TUPLET_LEFT] -= 1
    signs = s[BROKEN]
    if signs > 0:
        base = base >> signs
    elif signs < 0:
        base = base * ((2 << -signs) - 1) >> -signs
    s[BROKEN] = 0
    s[ONSET] = s[TIME]
    s[BASE] = base = min(base, MOST_TICKS)
    s[NUMERATOR] = s[DENOMINATOR] = 0
    s[TIME] = min(s[TIME] + base, MOST_TICKS)


def read_length(s: list[int], code: int) -> None:
    """Read a digit or a slash of a note's multiplier."""
    if code == SLASH:
        s[DENOMINATOR] = min(2 * s[DENOMINATOR], MOST_TICKS) if s[DENOMINATOR] else 2
    elif not s[DENOMINATOR]:
        s[NUMERATOR] = min(s[NUMERATOR] * 10 + code - DIGIT_0, 999)
    set_multiplier(s)


def read_denominator(s: list[int], digit: int, first: bool) -> None:
    """Read a digit after the slash of a note's multiplier."""
    s[DENOMINATOR] = digit if first else min(s[DENOMINATOR] * 10 + digit, 999)
    set_multiplier(s)


def set_multiplier(s: list[int]) -> None:
    """Apply the multiplier to the last note."""
    s[TIME] = min(s[ONSET] + s[BASE] * (s[NUMERATOR] or 1) // (s[DENOMINATOR] or 1), MOST_TICKS)


def end_chord(s: list[int]) -> None:
    """Read the bracket that ends a chord, whose length is that of its first note and may be multiplied."""
    s[CHORD] = 0
    s[BASE] = s[TIME] - s[ONSET]
    s[NUMERATOR] = s[DENOMINATOR] = 0


def read_broken(s: list[int], sign: int) -> None:
    """Read a sign of a broken rhythm, 1 for > and -1 for <, which changes the note before it."""
    if not s[BROKEN]:
        s[BROKEN_FROM] = s[TIME] - s[ONSET]
    if abs(s[BROKEN]) < DAMPED:
        s[BROKEN] += sign
    signs, length = s[BROKEN], s[BROKEN_FROM]
    if signs > 0:
        length = length * ((2 << signs) - 1) >> signs
    elif signs < 0:
        length = length >> -signs
    s[TIME] = min(s[ONSET] + length, MOST_TICKS)


def begin_tuplet(s: list[int], notes: int) -> None:
    """Read the first number of a tuplet: `notes` in the time of what the standard gives for them."""
    time = 2
    if notes in (2, 4, 8):
        time = 3
    elif notes in (5, 7, 9):
        time = 3 if s[COMPOUND] else 2
    s[TUPLET_NOTES] = s[TUPLET_LEFT] = notes
    s[TUPLET_TIME] = time
