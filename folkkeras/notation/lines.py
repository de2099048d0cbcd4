"""The lines of a tune and what each of them is: the one place that decides what of a file is music.

Source: the ABC standard 2.1, sections 2.2 and 3 (fields, comments, free text), 10 (what old files have) and
11.4 (blocks of text), abcnotation.com/wiki/abc:standard:v2.1. The standard ends a tune at its first blank
line. Real books have blank lines inside tunes, so here what looks like music is music behind one too.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from folkkeras.notation.tokens import SHORT_FORMS
from folkkeras.notation.tunes import field_of, without_comment

HEADER_ONLY = frozenset("ABCDFGHOSXZ")  # fields that section 3 allows in a header alone

_BLOCK = re.compile(r"%%\s*begin(\w+)")
_RESIDUE = re.compile(r"(?:=20|=)+\s*$")  # of quoted-printable mail, at a line's end: section 2.1 of RFC 2045
_TEX = re.compile(r"\\[A-Za-z]")
_ASIDE = re.compile(r'"[^"]*"|![^!|]*!|\+[^+\s]*\+|\[[A-Za-z]:[^\]]*\]|\{[^}]*\}')
_LETTER = re.compile(r"[^\W\d_]")
_NOTES = frozenset("ABCDEFGabcdefgxyzXZ") | frozenset(SHORT_FORMS)
_FOREIGN = 0.1  # of the letters behind a blank line; with more that no note has, the line is prose
_PROSE = 1 / 3  # of the letters of a line without a bar line, within a tune
_WORDS = 4  # letters at least, to tell prose from music


class Kind(Enum):
    """What a line is."""

    FIELD = "field"
    MUSIC = "music"
    COMMENT = "comment"
    DIRECTIVE = "directive"  # %%, and what follows it
    TEXT = "text"  # free text between tunes, a block of text, TeX
    STRAY = "stray"  # in a header no field, or words where music should be
    BLANK = "blank"


class Line(NamedTuple):
    """A line of a tune."""

    number: int  # from 0
    kind: Kind
    letter: str  # of a field
    value: str  # of a field, a directive, or the music: without comment; music begins at the line's first column
    in_header: bool


def lines_of(tune: str) -> Iterator[Line]:
    """The lines of one tune, from its `X:` line on.

    Args:
        tune: its text, line ends `\\n`.
    """
    lines = tune.split("\n")
    in_header, after_blank, has_music = True, False, False
    has_key = any(line.startswith("K:") for line in lines)
    text_ends = -1  # the last line of a block of text
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
    """Whether a line is music where it stands in a tune's body, without comment and without a blank line before it."""
    return not (
        not line or line.isspace() or line.startswith("%") or field_of(line, in_header=False) or _TEX.match(line)
        or _is_prose(line)
    )  # fmt: skip


def music_of(line: str) -> str:
    """A line of music without its comment and without what mail programs left at its end."""
    if "%" in line:
        line = without_comment(line)
    return _RESIDUE.sub("", line) if "=" in line else line


def _end_of_block(lines: list[str], begin: int, name: str) -> int:
    """The number of the line that ends a block of text, 0 where none does."""
    end = re.compile(rf"%%\s*end{name}\b")
    return next((number for number in range(begin + 1, len(lines)) if end.match(lines[number])), 0)


def _looks_like_music(line: str) -> bool:
    """Whether a line has a bar line, and hardly a letter that is no note."""
    return "|" in line and _foreign(line)[0] <= _FOREIGN


def _is_prose(line: str) -> bool:
    if "|" in line or (line.isascii() and not line.upper().strip("ABCDEFGZ 0123456789/>-()'")):
        return False
    share, letters = _foreign(line)
    return letters >= _WORDS and share > _PROSE


def _foreign(line: str) -> tuple[float, int]:
    """The share of a line's letters that are no notes, and how many letters there are."""
    letters = _LETTER.findall(_ASIDE.sub("", line))
    return sum(letter not in _NOTES for letter in letters) / max(len(letters), 1), len(letters)
