"""Bare words in a line of music, such as a dance's name behind the last bar: what is one, and what is a decoration."""

import re
from collections.abc import Container

_LONGEST = 40  # letters to either side that are looked at
_NOTES = frozenset("ABCDEFGabcdefgxyzXZ")
_BEFORE_NOTE = re.compile(r'(?:[.~H-Wh-w({\[!^_=]|\(\d|"[^"]*")*[A-Ga-gzx]')


def word_at(text: str, place: int, symbols: Container[str]) -> tuple[int, int]:
    """Where the word stands that an undefined letter is part of; (0, 0) where it is a decoration before a note.

    Old books have letters of their own before notes, which no U: field defines: one such letter in a row of
    letters, with a note behind it, is a decoration.

    Args:
        text: a line of music.
        place: of a letter that neither the standard nor a U: field defines.
        symbols: the letters that are defined.
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
