"""Classify the lines of a tune. All code relies on this module to decide what is music.

Source: the ABC standard 2.1, sections 2.2 and 3 (fields, comments, free text), 10 (outdated syntax) and
11.4 (text blocks), abcnotation.com/wiki/abc:standard:v2.1. The standard ends a tune at its first blank line.
Real collections have blank lines inside tunes, so a line after a blank one is music if it looks like music.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from folkkeras.notation.tokens import SHORT_FORMS
from folkkeras.notation.tunes import field_of, without_comment

HEADER_ONLY = frozenset("ABCDFGHOSXZ")  # fields that section 3 allows only in a header

_BLOCK = re.compile(r"%%\s*begin(\w+)")
_TEX = re.compile(r"\\[A-Za-z]")
_ASIDE = re.compile(r'"[^"]*"|![^!|]*!|\+[^+\s]*\+|\[[A-Za-z]:[^\]]*\]|\{[^}]*\}')
_LETTER = re.compile(r"[^\W\d_]")
_NOTES = frozenset("ABCDEFGabcdefgxyzXZ") | frozenset(SHORT_FORMS)
_FOREIGN = 0.1  # maximum fraction of letters that are not notes, for a line after a blank line to be music
_PROSE = 1 / 3  # maximum fraction of letters that are not notes, for a line without a bar line to be music
_WORDS = 4  # minimum number of letters in a line of prose


class Kind(Enum):
    """The kind of a line."""

    FIELD = "field"
    MUSIC = "music"
    COMMENT = "comment"
    DIRECTIVE = "directive"  # `%%` and the rest of the line
    TEXT = "text"  # free text between tunes, a text block, or TeX
    STRAY = "stray"  # a line in the header that is not a field, or words where music should be
    BLANK = "blank"


class Line(NamedTuple):
    """A line of a tune."""

    number: int  # from 0
    kind: Kind
    letter: str  # of a field, else empty
    value: str  # of a field or directive, or the music; without comments; music keeps its leading spaces
    in_header: bool


def lines_of(tune: str) -> Iterator[Line]:
    """Yield the lines of one tune, from its `X:` line on.

    Args:
        tune: the tune's text, with `\\n` line ends.
    """
    lines = tune.split("\n")
    in_header, after_blank, has_music = True, False, False
    has_key = any(line.startswith("K:") for line in lines)
    text_ends = -1  # the last line of a text block
    for number, line in enumerate(lines):
        if number <= text_ends:
            yield Line(number, Kind.TEXT, "", "", in_header)
            continue
        if line.startswith("%"):
            if begin := _BLOCK.match(line):
                text_ends = _end_of_block(lines, number, begin[1])
            if line.startswith("%%") and line.rstrip().endswith("\\"):
                text_ends = number + 1
            if line.startswith("%%"):
                yield Line(number, Kind.DIRECTIVE, "", without_comment(line[2:]).strip(), in_header)
            else:
                yield Line(number, Kind.COMMENT, "", "", in_header)
            continue
        if not line or line.isspace():
            after_blank = after_blank or not in_header
            yield Line(number, Kind.BLANK, "", "", in_header)
            continue
        field = field_of(line, in_header=in_header)
        if field:
            yield Line(number, Kind.FIELD, *field, in_header)
            in_header = in_header and field[0] != "K"
            continue
        music = music_of(line)
        if not music or music.isspace():
            kind = Kind.COMMENT
        elif in_header:
            if has_key and not _looks_like_music(music):
                kind = Kind.STRAY
            else:
                kind, in_header = Kind.MUSIC, False
        elif _TEX.match(line) or (after_blank and has_music and not _looks_like_music(music)):
            kind = Kind.TEXT
        else:
            kind = Kind.STRAY if _is_prose(music) else Kind.MUSIC
        has_music = has_music or kind is Kind.MUSIC
        yield Line(number, kind, "", music, in_header)


def is_music(line: str) -> bool:
    """Whether a line without a comment is music if it is in a tune's body and no blank line precedes it."""
    return not (
        not line or line.isspace() or line.startswith("%") or field_of(line, in_header=False) or _TEX.match(line)
        or _is_prose(line)
    )  # fmt: skip


def music_of(line: str) -> str:
    """A line of music without its comment and without quoted-printable codes at its end."""
    if "%" in line:
        line = without_comment(line)
    return _without_codes(line) if "=" in line else line


def _without_codes(line: str) -> str:
    """A line without quoted-printable codes at its end: RFC 2045, section 6.7."""
    end = ended = len(line.rstrip())
    while line.endswith(("=20", "="), 0, end):
        end -= 3 if line.endswith("=20", 0, end) else 1
    return line[:end] if end < ended else line


def _end_of_block(lines: list[str], begin: int, name: str) -> int:
    """The number of the line that ends a text block; 0 if the block has no end."""
    end = re.compile(rf"%%\s*end{name}\b")
    return next((number for number in range(begin + 1, len(lines)) if end.match(lines[number])), 0)


def _looks_like_music(line: str) -> bool:
    """Whether a line has a bar line, and almost all its letters are notes."""
    return "|" in line and _foreign(line)[0] <= _FOREIGN


def _is_prose(line: str) -> bool:
    if "|" in line or (line.isascii() and not line.upper().strip("ABCDEFGZ 0123456789/>-()'")):
        return False
    if len(_LENGTHS.findall(line)) > 1:  # letters that are not notes may be decorations that U fields define
        return False
    share, letters = _foreign(line)
    return letters >= _WORDS and share > _PROSE


_LENGTHS = re.compile(r"[A-Ga-gxz][,']*(?:\d|/|[<>])")  # notes with a length, such as A2 or c/


def _foreign(line: str) -> tuple[float, int]:
    """The fraction of a line's letters that are not notes, and the number of letters."""
    letters = _LETTER.findall(_ASIDE.sub("", line))
    return sum(letter not in _NOTES for letter in letters) / max(len(letters), 1), len(letters)
