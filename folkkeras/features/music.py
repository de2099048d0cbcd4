"""Read a text one character at a time: its lines, fields and music.

Source: the ABC standard 2.1, sections 2.2, 3, 4 and 7. Text in other notations is read as music without bar lines.
"""

from folkkeras.features.bars import begin_bar, begin_ending, end_bar, end_part
from folkkeras.features.characters import (
    AMPERSAND,
    APOSTROPHE,
    BAR,
    BRACE,
    BRACKET,
    CLOSING_BRACE,
    CLOSING_BRACKET,
    COLON,
    COMMA,
    DIGIT_0,
    DIGIT_9,
    EXCLAMATION,
    FIELD_K,
    GREATER,
    LESS,
    NEWLINE,
    PARENTHESIS,
    PERCENT,
    QUOTE,
    SLASH,
    TO_LOWER,
    A,
    C,
    G,
    X,
    Z,
)
from folkkeras.features.fields import begin_field, end_field, read_field
from folkkeras.features.rhythm import begin_note, begin_tuplet, end_chord, read_broken, read_denominator, read_length
from folkkeras.features.state import (
    BRACKET_PLACE,
    CHORD,
    COLUMN,
    FIELD,
    HISTORY,
    IN_BODY,
    IN_UPBEAT,
    INTERVAL,
    INTERVAL_OFFSET,
    INTERVALS,
    LAST,
    LENGTH,
    LETTER,
    MODE,
    NOTE_PLACE,
    NOTES,
    ONSET,
    PITCH,
    PITCH_BEFORE,
    TIME,
    TOKEN,
    TONIC,
    TUPLET_LEFT,
    TUPLET_TIME,
)

# Modes: what the next character is part of.
MUSIC, FIELD_LINE, INLINE_FIELD, COMMENT, QUOTED, DECORATION, GRACE = range(7)
# Tokens: what the last character may still belong to.
(
    NO_TOKEN,
    NOTE,
    AFTER_SLASH,
    DENOMINATOR_DIGIT,
    TUPLET_START,
    TUPLET,
    TUPLET_COLON,
    TUPLET_NUMBER,
    TUPLET_LAST_COLON,
    OPEN_BRACKET,
    REPEAT_COLON,
    BAR_LINE,
    ENDING_NUMBER,
) = range(13)
MOST_NOTES = 6  # of a chord
# What a character is to the bar: within it, a sign of a bar line, or the first sign of one.
WITHIN, SIGN, FIRST_SIGN = range(3)


def read_character(s: list[int], code: int) -> int:
    """Read a character's code; return whether it is WITHIN a bar, a SIGN of a bar line, or the FIRST_SIGN of one."""
    column = s[COLUMN]
    s[COLUMN] = column + 1
    if code == NEWLINE:
        return _end_line(s)
    mode = s[MODE]
    if mode == FIELD_LINE:
        read_field(s, code)
    elif mode == INLINE_FIELD:
        if code == CLOSING_BRACKET:
            end_field(s)
            s[MODE] = MUSIC
        else:
            read_field(s, code)
    elif mode in (QUOTED, GRACE):
        if code == (QUOTE if mode == QUOTED else CLOSING_BRACE):
            s[MODE] = MUSIC
    elif column == 1 and code == COLON and _is_field(s[LAST], s[IN_BODY]):
        begin_field(s, s[LAST])
        s[MODE] = FIELD_LINE
    elif code == PERCENT:
        s[MODE] = COMMENT
    elif mode == DECORATION and code != BAR:
        if code == EXCLAMATION:
            s[MODE] = MUSIC
    elif mode != COMMENT:
        s[MODE] = MUSIC
        if s[IN_BODY]:
            return _read_music(s, code)
        if column:  # neither a field nor a comment
            return _begin_body(s)
    return WITHIN


def _end_line(s: list[int]) -> int:
    mode, header_ends = s[MODE], s[FIELD] == FIELD_K and not s[IN_BODY]
    if mode in (FIELD_LINE, INLINE_FIELD):
        end_field(s)
    s[MODE], s[TOKEN], s[COLUMN] = MUSIC, NO_TOKEN, 0
    return _begin_body(s) if header_ends else WITHIN


def _begin_body(s: list[int]) -> int:
    s[IN_BODY] = s[IN_UPBEAT] = 1
    begin_bar(s)
    return FIRST_SIGN


def _is_field(letter: int, in_body: int) -> bool:
    """Whether a letter at the beginning of a line, before a colon, is that of a field and no note or rest."""
    lower = letter | TO_LOWER
    if not A <= lower <= Z:
        return False
    return not in_body or not (lower <= G or lower in (X, Z))


def _read_music(s: list[int], code: int) -> int:
    """Read a character of music."""
    token, lower = s[TOKEN], code | TO_LOWER
    s[TOKEN] = NO_TOKEN
    if A <= lower <= Z:
        if lower <= G:
            _read_note(s, code, token)
        elif lower in (X, Z):
            begin_note(s, code < A)
            s[TOKEN] = NOTE
    elif DIGIT_0 <= code <= DIGIT_9:
        return _read_digit(s, code, token)
    elif code in (BAR, COLON, CLOSING_BRACKET, BRACKET):
        return _read_sign(s, code, token)
    elif code == SLASH:
        if token in (NOTE, AFTER_SLASH):
            read_length(s, code)
            s[TOKEN] = AFTER_SLASH
    elif code in (COMMA, APOSTROPHE):
        if token == NOTE:
            _move_octave(s, 7 if code == APOSTROPHE else -7)
        if token in (NOTE, ENDING_NUMBER):
            s[TOKEN] = token
    elif code in (GREATER, LESS):
        read_broken(s, 1 if code == GREATER else -1)
    elif code == PARENTHESIS:
        s[TOKEN] = TUPLET_START
    elif code in (BRACE, QUOTE, EXCLAMATION):
        s[MODE] = GRACE if code == BRACE else QUOTED if code == QUOTE else DECORATION
    elif code == AMPERSAND:  # another voice from the beginning of the bar
        s[TIME] = s[ONSET] = 0
    elif token == OPEN_BRACKET:  # an accidental
        s[CHORD] = 1
    return WITHIN


def letter_of(code: int) -> int:
    """The number of a note's letter, 1 to 14 from C to b; 0 for other characters."""
    lower = code | TO_LOWER
    return 1 + (lower - C) % 7 + (7 if code >= A else 0) if A <= lower <= G else 0


def _read_note(s: list[int], code: int, token: int) -> None:
    if token == OPEN_BRACKET:
        s[CHORD] = 1
    if s[CHORD] > MOST_NOTES:  # its bracket is missing
        s[CHORD] = 0
    elif s[CHORD]:
        s[CHORD] += 1
        if s[CHORD] > 2:  # it sounds with the chord's first note
            return
    begin_note(s, False)
    s[PITCH_BEFORE] = s[PITCH]
    s[LETTER] = letter_of(code) - 1
    s[PITCH] = s[LETTER] - s[TONIC]
    s[NOTE_PLACE] = s[LENGTH] - 1
    if s[NOTES]:
        s[INTERVAL] = s[PITCH] - s[PITCH_BEFORE] + INTERVAL_OFFSET
    s[NOTES] = min(s[NOTES] + 1, 2)
    s[TOKEN] = NOTE


def _move_octave(s: list[int], steps: int) -> None:
    """Read an octave mark after a note."""
    s[PITCH] += steps
    place = INTERVALS + s[NOTE_PLACE] % HISTORY
    if s[place]:
        s[place] += steps


def _read_digit(s: list[int], code: int, token: int) -> int:
    digit = code - DIGIT_0
    if token == NOTE:
        read_length(s, code)
        s[TOKEN] = NOTE
    elif token in (AFTER_SLASH, DENOMINATOR_DIGIT):
        read_denominator(s, digit, token == AFTER_SLASH)
        s[TOKEN] = DENOMINATOR_DIGIT
    elif token == TUPLET_START:
        if digit:
            begin_tuplet(s, digit)
            s[TOKEN] = TUPLET
    elif token == TUPLET_COLON:
        if digit:
            s[TUPLET_TIME] = digit
        s[TOKEN] = TUPLET_NUMBER
    elif token == TUPLET_LAST_COLON:
        s[TUPLET_LEFT] = digit
    elif token in (BAR_LINE, OPEN_BRACKET):
        ends_bar = token == OPEN_BRACKET and s[TIME] > 0
        if ends_bar:
            end_bar(s)
        begin_ending(s, digit == 1)
        begin_bar(s)
        s[TOKEN] = ENDING_NUMBER
        return FIRST_SIGN if ends_bar else SIGN
    elif token == ENDING_NUMBER:
        s[TOKEN] = ENDING_NUMBER
    return WITHIN


def _read_sign(s: list[int], code: int, token: int) -> int:
    """Read a `|`, `:`, `[` or `]`."""
    if code == BRACKET:
        s[TOKEN], s[BRACKET_PLACE] = OPEN_BRACKET, s[LENGTH]
        return WITHIN
    if code == CLOSING_BRACKET and s[CHORD]:
        end_chord(s)
        s[TOKEN] = NOTE
        return WITHIN
    if code == COLON:
        if token in (TUPLET, TUPLET_COLON, TUPLET_NUMBER):
            s[TOKEN] = TUPLET_COLON if token == TUPLET else TUPLET_LAST_COLON
            return WITHIN
        if s[LENGTH] == s[BRACKET_PLACE] + 2 and s[BRACKET_PLACE] and A <= s[LAST] | TO_LOWER <= Z:  # after `[K`
            _begin_inline_field(s)
            return WITHIN
    s[CHORD] = 0
    first = token not in (BAR_LINE, REPEAT_COLON)
    if code == CLOSING_BRACKET and first:
        return WITHIN
    if first:
        end_bar(s)
    if not first or token == OPEN_BRACKET:
        end_part(s)
    s[TOKEN] = REPEAT_COLON if code == COLON and first else BAR_LINE
    begin_bar(s)
    return FIRST_SIGN if first else SIGN


def _begin_inline_field(s: list[int]) -> None:
    if s[CHORD]:  # the letter was taken for a note
        s[TIME], s[CHORD] = s[ONSET], 0
    begin_field(s, s[LAST])
    s[MODE] = INLINE_FIELD
