"""Distinguish bare words in a line of music, such as a dance's name after the last bar, from decorations."""

import re
from collections.abc import Container

_LONGEST = 40  # letters examined on either side
_NOTES = frozenset("ABCDEFGabcdefgxyzXZ")
_BEFORE_NOTE = re.compile(r'(?:[.~H-Wh-w({\[!^_=]|\(\d|"[^"]*")*[A-Ga-gzx]')


def word_at(text: str, place: int, symbols: Container[str]) -> tuple[int, int]:
    """The start and end of the word around an undefined letter; (0, 0) if the letter is a decoration.

    Older collections use letters of their own before notes, without a U field. A single undefined letter in a row of
    letters is such a decoration if a note follows it.

    Args:
        text: a line of music.
        place: index of a letter that neither the standard nor a U field defines.
        symbols: the defined letters.
    """
    if not text[place].isalpha():
        return place, place + 1
    start, end = place, place + 1
    while start > max(place - _LONGEST, 0) and text[start - 1].isalpha():
        start -= 1
    while end < min(place + _LONGEST, len(text)) and text[end].isalpha():
        end += 1
    undefined = {letter for letter in text[start:end] if letter not in _NOTES and letter not in symbols}
    return (0, 0) if len(undefined) == 1 and _BEFORE_NOTE.match(text, place + 1) else (start, end)
