"""Tunes in a text, and the fields of a tune's header.

Source: the ABC standard 2.1, abcnotation.com/wiki/abc:standard:v2.1. It ends a tune at the first blank
line; real books have blank lines inside tunes, so here a tune is what stands from an `X:` line to the
next one.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

# What a file's header may say of the music of its tunes; the rest of its directives is for typesetting.
_INHERITED = ("M:", "L:", "R:", "U:", "I:", "m:", "%%MIDI", "%%propagate-accidentals")
_ONCE = "MLR"  # of these, a tune's own counts
TUNE_START = "X:"  # at the beginning of a line
_START_OF_A_TUNE = re.compile(r"^(?=X:)", re.MULTILINE)
_FIELD = re.compile(r"([A-Za-z+]):(.*)")
_COMMENT = re.compile(r"(?<!\\)%.*")
_BAR_AFTER_NOTE = re.compile(r"[A-Ga-gxyzZ]:[|:\]]")  # music such as `d:|`, not the field d


def split_tunes(text: str) -> tuple[str, list[str]]:
    """What stands before the first tune, and the tunes, each verbatim from its `X:` to the next one's."""
    return text[: first_tune(text)], list(tunes_in(text))


def first_tune(text: str) -> int:
    """Where the first tune begins; the text's length where there is none."""
    first = _START_OF_A_TUNE.search(text)
    return first.start() if first else len(text)


def tunes_in(text: str) -> Iterator[str]:
    """The tunes alone, one after another, for texts of which there are not to be two."""
    starts = chain((match.start() for match in _START_OF_A_TUNE.finditer(text)), [len(text)])
    return (text[start:end] for start, end in pairwise(starts))


def file_header(text: str) -> list[str]:
    """The lines at a file's beginning, up to its first empty one, that hold for all its tunes: standard 2.2.2.

    Args:
        text: what stands before the file's first tune.
    """
    lines = text.split("\n\n", 1)[0].splitlines() if text.strip() else []
    return [line for line in lines if line.startswith(_INHERITED)]


def with_file_header(tune: str, header: Sequence[str]) -> str:
    """The tune with the lines of the file's header below its `X:` line, but for fields that it has itself."""
    if not header:
        return tune
    own = header_of(tune)
    first, end, rest = tune.partition("\n")
    lines = [line for line in header if line[0] not in _ONCE or line[0] not in own]
    return first + end + "".join(f"{line}\n" for line in lines) + rest


def field_of(line: str, *, in_header: bool) -> tuple[str, str] | None:
    """The letter and the value of an information field, or None where the line is none.

    Args:
        line: one line without its line end.
        in_header: True up to the first `K:`; after it, a note and a repeat sign (`d:|`) are music.
    """
    match = _FIELD.match(line)
    if match is None or (not in_header and _BAR_AFTER_NOTE.match(line)):
        return None
    return match[1], without_comment(match[2]).strip()


def without_comment(line: str) -> str:
    """The line up to its first `%` that no backslash escapes."""
    return _COMMENT.sub("", line) if "%" in line else line


def header_of(tune: str) -> dict[str, str]:
    """A tune's header fields by their letter, the first non-empty value of each, up to the first `K:`."""
    header: dict[str, str] = {}
    for line in tune.split("\n"):
        field = field_of(line, in_header=True)
        if field is None:
            continue
        letter, value = field
        if value:
            header.setdefault(letter, value)
        if letter == "K":
            break
    return header


def music_begins(tune: str) -> int:
    """The place of the first character after the `K:` line; the tune's length where there is none."""
    key = tune.find("\nK:")
    end = tune.find("\n", key + 1) if key >= 0 else -1
    return end + 1 if end >= 0 else len(tune)
