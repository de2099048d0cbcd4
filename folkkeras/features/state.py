"""The state of the features: a flat list of integers, with a name for each place.

Python's lists are the fastest for one character at a time, and Numba compiles the same functions for arrays, so both
share one implementation.
"""

TICKS = 40_320  # in a whole note, 2^7 * 3^2 * 5 * 7: all usual lengths and tuplets are integers
HISTORY = 1_024  # characters of the tune that are remembered; a power of two, as are the next three
SLOTS = 64  # bars of the tune that are remembered
PARTS = 16  # parts of the tune that are remembered
HASHES = 256  # places for the contexts in which a match may begin
SHORT, LONG = 2, 5  # characters of a context in which a match may begin
LAGS = 1, 2, 4, 8  # bars back, of the first sources to copy from
PREVIOUS = len(LAGS)  # the last source: the same place in the previous part or in the first ending
SOURCES = PREVIOUS + 1
COPIES = SOURCES + 1  # what may be copied next: the continuation of the longest match, and of each source

_size = 0


def _places(count: int = 1) -> int:
    """The first of the next `count` places."""
    global _size
    _size += count
    return _size - count


LENGTH = _places()  # characters of the tune so far
IN_BODY = _places()  # whether the header has ended
COLUMN = _places()  # characters in the line
LAST = _places()  # code of the last character
MODE = _places()  # what the next character is part of: one of the modes in `music`
TOKEN = _places()  # what the last character has begun: one of the tokens in `music`

# The field that is being read
FIELD = _places()  # code of its letter
FIELD_STATE = _places()
FIELD_FIRST = _places()  # a number, or the letter of a key
FIELD_SECOND = _places()  # the number after the slash, or the accidental of a key
FIELD_WORD = _places()  # a hash, or the first letters of a mode

# The header
TYPE = _places()
METRE = _places()
COMPOUND = _places()  # whether the metre is compound
FULL = _places()  # ticks of a full bar, 0 if the metre is free
UNIT = _places()  # ticks of the unit length
UNIT_GIVEN = _places()  # whether an L field gives it
KEY = _places()  # sharps of the signature plus KEY_OFFSET, 0 if there is no key
KEY_MODE = _places()
TONIC = _places()  # its letter, 0 to 6 from C

# Rhythm
TIME = _places()  # ticks since the bar line
ONSET = _places()  # when the last note began
BASE = _places()  # ticks of the last note without the multiplier after it
NUMERATOR = _places()  # of that multiplier, 0 if none is written
DENOMINATOR = _places()
BROKEN = _places()  # signs of a broken rhythm before the next note: positive for >, negative for <
BROKEN_FROM = _places()  # ticks of the note before these signs
TUPLET_NOTES = _places()
TUPLET_TIME = _places()
TUPLET_LEFT = _places()  # notes that the tuplet still lacks
CHORD = _places()  # notes of the chord so far plus 1, 0 outside a chord

# Melody
NOTES = _places()  # number of notes so far, up to 2
LETTER = _places()  # of the last note, 0 to 13 from C to b, without commas and apostrophes
PITCH = _places()  # the last note, in scale steps above the tonic in the octave of middle C
PITCH_BEFORE = _places()  # the note before it
# If the last character was a note of the melody, the steps from the note before it plus INTERVAL_OFFSET; otherwise 0.
INTERVAL = _places()
NOTE_PLACE = _places()  # the last note's place in the text
BRACKET_PLACE = _places()  # the place in the text after the last `[`

# Bars and parts
PART = _places()
PART_TIME = _places()  # ticks since the part began
PART_BARS = _places()  # bars of the part that have ended
PART_BASE = _places()  # bars of the tune before the part
BASES = _places(PARTS)  # the same of each earlier part
FINAL = _places()  # 1 + the degree of the last note before this part or ending; 0 if no note came before
ENDING = _places()  # 1 in a first ending, 2 after its repeat sign, 3 in a later ending, 4 after it
ENDING_BASE = _places()  # PART_BASE, PART_BARS, PART_TIME and the text's place where the first ending begins
ENDING_BARS = _places()
ENDING_TIME = _places()
ENDING_PLACE = _places()
IN_UPBEAT = _places()  # whether this may be a pick-up: no bar line has been read in this bar, counted by time

# Copies
GUESS = _places(COPIES)  # index + 1 of the character that each would copy, 0 for none
RECORD = _places(COPIES)  # whether each of the last four guesses was right, as bits
MOVED = _places(SOURCES)  # letter + 1 of the note that continues the melody as each source does, 0 for none
MOVED_RECORD = _places(SOURCES)  # whether each of the last four of these was right, as bits
MATCH = _places()  # the place after the match, or -1
MATCH_LENGTH = _places()
POINTER = _places(SOURCES)  # the place that each source has reached, or -1
SEGMENT = _places(SOURCES)  # where the source's bar begins
TRIED = _places(SOURCES)  # guesses in this bar
RIGHT = _places(SOURCES)
AGREED = _places(SOURCES)  # how many guesses were right in the bar before, 0 to 3
UPBEAT_START = _places(SLOTS)  # where each bar begins in the text, with the pick-up before it
BAR_START = _places(SLOTS)  # where each bar begins in the text
AFTER_SHORT = _places(HASHES)  # the place after the last occurrence of each short context, 0 for none
AFTER_LONG = _places(HASHES)
CLEARED = _size  # places up to here are cleared before a tune; the rest is never read before it is written
TEXT = _places(HISTORY)  # indices of the characters
CLOCK = _places(HISTORY)  # ticks since the bar line after each character, -1 after the characters of a bar line
INTERVALS = _places(HISTORY)  # what INTERVAL was after each character, with the octave marks that followed it
SIZE = _size

KEY_OFFSET, INTERVAL_OFFSET = 16, 64
MOST_TICKS = 2**28  # times are limited to this, so that they fit into 32 bits


def clear(s: list[int]) -> None:
    """Set a state to that before a tune's first character."""
    for place in range(CLEARED):
        s[place] = 0
    s[UNIT] = TICKS // 8
    s[MATCH] = -1
    for source in range(SOURCES):
        s[POINTER + source] = -1
    for slot in range(SLOTS):
        s[UPBEAT_START + slot] = s[BAR_START + slot] = -1
