"""The fields of a tune, read one character at a time: type, metre, unit length and key.

Types are hashed into a fixed number of classes, so that no list of types has to be stored: K. Weinberger et al.,
"Feature Hashing for Large Scale Multitask Learning" (2009).
"""

from folkkeras.features.characters import (
    BAR,
    DIGIT_0,
    DIGIT_9,
    FIELD_K,
    FIELD_L,
    FIELD_M,
    FIELD_R,
    FLAT,
    PERCENT,
    PLUS,
    SHARP,
    SLASH,
    SPACE,
    TO_LOWER,
    UPPER_A,
    UPPER_C,
    UPPER_G,
    A,
    Z,
)
from folkkeras.features.state import (
    COMPOUND,
    ENDING_BARS,
    ENDING_TIME,
    FIELD,
    FIELD_FIRST,
    FIELD_SECOND,
    FIELD_STATE,
    FIELD_WORD,
    FINAL,
    FULL,
    IN_BODY,
    KEY,
    KEY_MODE,
    KEY_OFFSET,
    METRE,
    MOST_TICKS,
    PART_BARS,
    PART_TIME,
    PITCH,
    PITCH_BEFORE,
    TICKS,
    TONIC,
    TYPE,
    UNIT,
    UNIT_GIVEN,
)

TYPES = 64  # classes of types
METRES = 128
COMMENTED = 9  # the state of a field whose value has ended in a comment
# Fifths above C of the letters C to B.
FIFTHS = (0, 2, 4, -1, 1, 3, 5)
# The first letters of the modes in base 32, and the fifths that their signature differs by from the major one.
MINOR, MIN, AEOLIAN, DORIAN = 13, 13614, 1199, 4594
MIXOLYDIAN, PHRYGIAN, LYDIAN, LOCRIAN = 13624, 16658, 13092, 12771


def begin_field(s: list[int], letter: int) -> None:
    """Begin a field of a letter's code."""
    s[FIELD] = letter
    s[FIELD_STATE] = s[FIELD_FIRST] = s[FIELD_SECOND] = s[FIELD_WORD] = 0


def read_field(s: list[int], code: int) -> None:
    """Read a character of a field's value."""
    letter = s[FIELD]
    if s[FIELD_STATE] == COMMENTED or code == PERCENT:
        s[FIELD_STATE] = COMMENTED
    elif letter == FIELD_R:
        if code != SPACE:
            s[FIELD_WORD] = (s[FIELD_WORD] * 31 + (code | TO_LOWER)) & 0xFFFF
    elif letter == FIELD_K:
        _read_key(s, code)
    elif letter in (FIELD_M, FIELD_L):
        if DIGIT_0 <= code <= DIGIT_9:
            place = FIELD_SECOND if s[FIELD_STATE] else FIELD_FIRST
            s[place] = min(s[place] * 10 + code - DIGIT_0, 999)
        elif code == SLASH:
            s[FIELD_STATE] = 1
        elif code == PLUS:  # 2+3/8
            s[FIELD_WORD] += s[FIELD_FIRST]
            s[FIELD_FIRST] = 0
        elif code == UPPER_C:
            s[FIELD_FIRST] = s[FIELD_SECOND] = 4
        elif code == BAR:  # C|
            s[FIELD_FIRST] = s[FIELD_SECOND] = 2


def _read_key(s: list[int], code: int) -> None:
    if s[FIELD_STATE] == 0:
        if UPPER_A <= code <= UPPER_G:
            s[FIELD_FIRST] = (code - UPPER_C) % 7 + 1
            s[FIELD_STATE] = 1
        elif code != SPACE:
            s[FIELD_STATE] = 3
    elif s[FIELD_STATE] == 1 and code in (SHARP, FLAT):
        s[FIELD_SECOND] = 1 if code == SHARP else -1
        s[FIELD_STATE] = 2
    elif s[FIELD_STATE] < 3:
        lower = code | TO_LOWER
        if A <= lower <= Z:
            s[FIELD_STATE] = 2
            if s[FIELD_WORD] < 1024:
                s[FIELD_WORD] = s[FIELD_WORD] * 32 + lower - A + 1
        elif s[FIELD_WORD]:
            s[FIELD_STATE] = 3


def end_field(s: list[int]) -> None:
    """Apply a field whose value has ended."""
    letter, first, second = s[FIELD], s[FIELD_FIRST], s[FIELD_SECOND]
    if letter == FIELD_R:
        s[TYPE] = 1 + s[FIELD_WORD] % (TYPES - 1)
    elif letter == FIELD_L:
        if first and second:
            s[UNIT] = TICKS * first // second
            s[UNIT_GIVEN] = 1
    elif letter == FIELD_M:
        first = min(first + s[FIELD_WORD], 999)
        full = TICKS * first // second if first and second else 0
        if full:
            _change_full_bar(s, PART_TIME, PART_BARS, full)
            _change_full_bar(s, ENDING_TIME, ENDING_BARS, full)
        s[FULL] = full
        s[METRE] = 1 + (first * 8 + second) % (METRES - 1) if full else 0
        s[COMPOUND] = 1 if first > 3 and first % 3 == 0 else 0
        if not s[UNIT_GIVEN] and not s[IN_BODY]:
            s[UNIT] = TICKS // 16 if full and 4 * full < 3 * TICKS else TICKS // 8
    elif letter == FIELD_K and first:
        mode, fifths = _mode(s[FIELD_WORD])
        for place in (PITCH, PITCH_BEFORE):  # which are steps above the tonic
            s[place] += s[TONIC] - (first - 1)
        if s[FINAL]:
            s[FINAL] = 1 + (s[FINAL] - 1 + s[TONIC] - (first - 1)) % 7
        s[TONIC] = first - 1
        s[KEY] = max(1, KEY_OFFSET + FIFTHS[first - 1] + 7 * second + fifths)
        s[KEY_MODE] = mode
    s[FIELD] = 0


def _change_full_bar(s: list[int], time: int, bars: int, full: int) -> None:
    """Set a time since the part began to that of the same bars in a new metre; what there is beside them remains."""
    beside = s[time] - s[bars] * s[FULL] if s[FULL] else 0
    s[time] = max(-MOST_TICKS, min(s[bars] * full + beside, MOST_TICKS))


def _mode(word: int) -> tuple[int, int]:
    """A mode's number, 1 for major, and the fifths that its signature differs by from the major one."""
    if word in (MINOR, MIN, AEOLIAN):
        return 2, -3
    if word == DORIAN:
        return 3, -2
    if word == MIXOLYDIAN:
        return 4, -1
    if word == PHRYGIAN:
        return 5, -4
    if word == LYDIAN:
        return 6, 1
    if word == LOCRIAN:
        return 7, -5
    return 1, 0
