"""What may be copied next: the characters after the longest match, and at the same place of earlier bars.

A match is an earlier occurrence in the tune of the characters just read: the last one of the five or two last
characters, for as long as it continues. A source is an earlier bar, and its pointer follows the time within the current
bar. Each has its record: whether its last guesses were right. A source also gives the note that continues the melody as
it does, if a phrase returns at another pitch.

Sources: the match is the match model of M. Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression"
(2005); pointers to what stood bars before: E. Waite, "Generating Long-Term Structure in Songs and Stories" (2016).
"""

from folkkeras.features.bars import IN_LATER, bar_in_previous_part, start_of
from folkkeras.features.music import FIRST_SIGN, WITHIN, letter_of
from folkkeras.features.state import (
    AFTER_LONG,
    AFTER_SHORT,
    AGREED,
    CLOCK,
    COPIES,
    ENDING,
    ENDING_BARS,
    ENDING_PLACE,
    GUESS,
    HASHES,
    HISTORY,
    IN_BODY,
    INTERVAL_OFFSET,
    INTERVALS,
    LAGS,
    LENGTH,
    LONG,
    MATCH,
    MATCH_LENGTH,
    MOVED,
    MOVED_RECORD,
    NOTES,
    PART_BARS,
    PART_BASE,
    PITCH,
    POINTER,
    PREVIOUS,
    RECORD,
    RIGHT,
    SEGMENT,
    SHORT,
    SOURCES,
    TEXT,
    TIME,
    TONIC,
    TRIED,
)

LONGEST = 24  # characters of a match that are counted
_WITHIN_HISTORY = HISTORY - 1


def check_guesses(s: list[int], index: int, code: int) -> None:
    """Compare the guesses with the character that was read."""
    for copy in range(COPIES):
        guess = s[GUESS + copy]
        if guess:
            right = 1 if guess == index + 1 else 0
            s[RECORD + copy] = (s[RECORD + copy] << 1 | right) & 15
            if copy:
                s[TRIED + copy - 1] += 1
                s[RIGHT + copy - 1] += right
    for source in range(SOURCES):
        if s[MOVED + source]:
            right = 1 if s[MOVED + source] == letter_of(code) else 0
            s[MOVED_RECORD + source] = (s[MOVED_RECORD + source] << 1 | right) & 15


def extend_match(s: list[int], index: int) -> None:
    """Extend the match by the character that was read, or end it. The text must not contain the character yet."""
    place = s[MATCH]
    if place >= 0 and s[TEXT + place % HISTORY] == index:
        s[MATCH] = place + 1
        s[MATCH_LENGTH] = min(s[MATCH_LENGTH] + 1, LONGEST)
    else:
        s[MATCH], s[MATCH_LENGTH] = -1, 0


def renew_match(s: list[int]) -> None:
    """Take a longer match if one of the contexts just read leads to it, and remember these contexts."""
    for size, table in ((LONG, AFTER_LONG), (SHORT, AFTER_SHORT)):
        length = s[LENGTH]
        if length < size:
            continue
        hashed = 0
        for back in range(1, size + 1):
            hashed = (hashed * 37 + s[TEXT + (length - back) % HISTORY] + 1) & 0xFFFFFF
        place = table + hashed % HASHES
        candidate, s[place] = s[place], length
        if s[MATCH_LENGTH] < size and candidate > 0 and length - candidate < _WITHIN_HISTORY - LONGEST:
            found = 0
            while found < LONGEST and found < candidate:
                if s[TEXT + (candidate - 1 - found) % HISTORY] != s[TEXT + (length - 1 - found) % HISTORY]:
                    break
                found += 1
            if found >= size:
                s[MATCH], s[MATCH_LENGTH] = candidate, found


def move_sources(s: list[int], index: int, event: int, time_before: int) -> None:
    """Move the sources' pointers to the place of the character just read, whose event `read_character` returned."""
    if event != WITHIN:
        _begin_sources(s, event)
        return
    if not s[IN_BODY]:
        return
    for source in range(SOURCES):
        place = s[POINTER + source]
        if place < 0:
            continue
        if s[LENGTH] - s[SEGMENT + source] >= _WITHIN_HISTORY:
            s[POINTER + source] = -1
        elif s[TEXT + place % HISTORY] == index and s[CLOCK + place % HISTORY] == s[TIME]:
            s[POINTER + source] = place + 1
        elif s[TIME] != time_before or _clock_before(s, source, place) != s[TIME]:
            s[POINTER + source] = _place_at(s, source)


def _begin_sources(s: list[int], event: int) -> None:
    bar = s[PART_BASE] + s[PART_BARS]
    for source in range(SOURCES):
        if event == FIRST_SIGN:
            s[AGREED + source] = agreement(s[TRIED + source], s[RIGHT + source])
            s[TRIED + source] = s[RIGHT + source] = 0
        if source < PREVIOUS:
            place = start_of(s, bar - LAGS[source])
        elif s[ENDING] == IN_LATER and s[PART_BARS] == s[ENDING_BARS]:
            place = s[ENDING_PLACE]
        else:
            place = start_of(s, bar_in_previous_part(s))
        if place >= 0 and s[LENGTH] - place >= _WITHIN_HISTORY - LONGEST:
            place = -1
        s[POINTER + source] = s[SEGMENT + source] = place


def agreement(tried: int, right: int) -> int:
    """How many guesses were right: 0 without guesses, 1 for fewer than half, 2 for half or more, 3 for all."""
    return 1 + 2 * right // tried if tried else 0


def _clock_before(s: list[int], source: int, place: int) -> int:
    return 0 if place == s[SEGMENT + source] else s[CLOCK + (place - 1) % HISTORY]


def _place_at(s: list[int], source: int) -> int:
    """The first place in a source's bar with the current time; if the bar has no such place, where the pointer is."""
    place, time = s[SEGMENT + source], s[TIME]
    if time == 0:
        return place
    while place < s[LENGTH] - 1:
        clock = s[CLOCK + place % HISTORY]
        place += 1
        if clock < 0:
            break
        if clock == time:
            return place
    return s[POINTER + source]


def renew_guesses(s: list[int]) -> None:
    """Guess the next character by each copy."""
    length = s[LENGTH]
    place = s[MATCH]
    s[GUESS] = s[TEXT + place % HISTORY] + 1 if 0 <= place < length else 0
    for source in range(SOURCES):
        place = s[POINTER + source]
        s[GUESS + 1 + source] = s[MOVED + source] = 0
        if 0 <= place < length and _clock_before(s, source, place) == s[TIME]:
            s[GUESS + 1 + source] = s[TEXT + place % HISTORY] + 1
            s[MOVED + source] = _moved(s, s[INTERVALS + place % HISTORY])


def _moved(s: list[int], interval: int) -> int:
    """The letter + 1 of the note at an interval from the last note, whatever its octave; 0 without one."""
    if not interval or not s[NOTES]:
        return 0
    letter = s[PITCH] + s[TONIC] + interval - INTERVAL_OFFSET
    return 1 + letter % 7 + (7 if letter >= 7 else 0)
