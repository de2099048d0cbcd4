"""One step of the features: read a character.

A blank line ends a tune, and the next character begins another. So the features of a tune are the same whatever was
read before it.
"""

from folkkeras.features.characters import NEWLINE
from folkkeras.features.copies import check_guesses, extend_match, move_sources, renew_guesses, renew_match
from folkkeras.features.music import WITHIN, read_character
from folkkeras.features.state import CLOCK, HISTORY, INTERVAL, INTERVALS, LAST, LENGTH, TEXT, TIME, clear


def read(s: list[int], index: int, code: int) -> None:
    """Read a character.

    Args:
        s: the state.
        index: the character's index in the vocabulary.
        code: its code point.
    """
    if code == NEWLINE and s[LAST] == NEWLINE:
        clear(s)
        return
    check_guesses(s, index, code)
    extend_match(s, index)
    place = s[LENGTH] % HISTORY
    s[TEXT + place] = index
    s[LENGTH] += 1
    time_before = s[TIME]
    s[INTERVAL] = 0
    event = read_character(s, code)
    s[CLOCK + place] = s[TIME] if event == WITHIN else -1
    s[INTERVALS + place] = s[INTERVAL]
    s[LAST] = code
    renew_match(s)
    move_sources(s, index, event, time_before)
    renew_guesses(s)
