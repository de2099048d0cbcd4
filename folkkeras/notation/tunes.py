"""Split a text into tunes, and read the fields of a tune's header.

Source: the ABC standard 2.1, abcnotation.com/wiki/abc:standard:v2.1. The standard ends a tune at the first blank
line. Real collections have blank lines inside tunes, so here a tune extends from one `X:` line to the next.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

# Fields and directives of a file header that affect the music; the other directives concern typesetting.
_INHERITED = ("M:", "L:", "R:", "U:", "I:", "m:", "%%MIDI", "%%propagate-accidentals")
_ONCE = "MLR"  # a tune's own field overrides that of the file header
TUNE_START = "X:"  # at the beginning of a line
_START_OF_A_TUNE = re.compile(r"^(?=X:)", re.MULTILINE)
_FIELD = re.compile(r"([A-Za-z+]):(.*)")
_COMMENT = re.compile(r"(?<!\\)%.*")
_BAR_AFTER_NOTE = re.compile(r"[A-Ga-gxyzZ]:[|:\]]")  # music such as `d:|`, not the field d


def split_tunes(text: str) -> tuple[str, list[str]]:
    """The text before the first tune, and the tunes, each verbatim from its `X:` line to the next one."""
    return text[: first_tune(text)], list(tunes_in(text))


def first_tune(text: str) -> int:
    """The position of the first tune; the text's length if there is no tune."""
    first = _START_OF_A_TUNE.search(text)
    return first.start() if first else len(text)


def tunes_in(text: str) -> Iterator[str]:
    """Yield the tunes one at a time, so that memory does not hold a large text twice."""
    starts = chain((match.start() for match in _START_OF_A_TUNE.finditer(text)), [len(text)])
    return (text[start:end] for start, end in pairwise(starts))


def file_header(text: str) -> list[str]:
    """The lines of a file header, up to the first empty one, that apply to all tunes of the file: standard 2.2.2.

    Args:
        text: the text before the file's first tune.
    """
    lines = text.split("\n\n", 1)[0].splitlines() if text.strip() else []
    return [line for line in lines if line.startswith(_INHERITED)]


def with_file_header(tune: str, header: Sequence[str]) -> str:
    """Insert the lines of the file header below the tune's `X:` line, except for fields that the tune has itself."""
    if not header:
        return tune
    own = header_of(tune)
    first, end, rest = tune.partition("\n")
    lines = [line for line in header if line[0] not in _ONCE or line[0] not in own]
    return first + end + "".join(f"{line}\n" for line in lines) + rest


def field_of(line: str, *, in_header: bool) -> tuple[str, str] | None:
    """The letter and value of an information field; None if the line is not a field.

    Args:
        line: one line without its line end.
        in_header: True up to the first `K:`; after it, a note before a repeat sign (`d:|`) is music.
    """
    match = _FIELD.match(line)
    if match is None or (not in_header and _BAR_AFTER_NOTE.match(line)):
        return None
    return match[1], without_comment(match[2]).strip()


def without_comment(line: str) -> str:
    """The line up to its first `%` that is not escaped by a backslash."""
    return _COMMENT.sub("", line) if "%" in line else line


def header_of(tune: str) -> dict[str, str]:
    """The header fields of a tune up to the first `K:`, as letter -> first non-empty value."""
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
    """The position of the first character after the `K:` line; the tune's length if there is no such line."""
    key = tune.find("\nK:")
    end = tune.find("\n", key + 1) if key >= 0 else -1
    return end + 1 if end >= 0 else len(tune)


def numbered(text: str, number: int) -> str:
    """The text with its first line, if it is an X field, replaced by `X:` and the number."""
    return f"{TUNE_START}{number}{text[text.index(chr(10)) :]}" if text.startswith(TUNE_START) else text
