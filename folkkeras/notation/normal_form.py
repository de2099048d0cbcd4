"""The normal form of a tune: what it sounds like, without its transcriber's habits.

`X:1`, then the first T, R, M, L and K, in that order, a key in one spelling and a type in small letters;
then the music, with changes of K, M and L kept where they stand. Left out: every other field, lyrics, part
labels, comments, `%%` directives, the obsolete line break `!`, `\\` joins and backticks. One blank line
ends a tune.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from folkkeras.notation.keys import key_of
from folkkeras.notation.tunes import field_of, without_comment

HEADER = "TRMLK"  # the order of the standard's examples, K last as it must be
CHANGES = "KML"  # what may change inside a tune
_CHANGE_LINES = tuple(f"{letter}:" for letter in CHANGES)
_NOTE = re.compile(r"[A-Ga-gzxZ]")
_INLINE_FIELD = re.compile(r"\[([A-Za-z]):([^\]\n]*)\]")
_QUOTED = re.compile(r'"[^"]*"')
_TYPE_IN_Z = re.compile(r"id:dc-(.+)-\d+")  # as in irish.abc: `Z: id:dc-hornpipe-1`
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"} | {9: " "}
_DROPPED_FIELD = {"w": "lyrics", "W": "lyrics", "P": "part labels"}


@dataclass
class NormalTune:
    """A tune on its way into the normal form."""

    header: dict[str, str] = field(default_factory=dict)  # letter -> value
    music: list[str] = field(default_factory=list)  # lines
    voices: set[str] = field(default_factory=set)
    dropped: Counter[str] = field(default_factory=Counter)  # what was left out -> how often

    @property
    def body(self) -> str:
        """The music alone: what makes two tunes duplicates, whatever their titles."""
        return "\n".join(self.music)

    @property
    def text(self) -> str:
        """The tune in the normal form, the blank line at its end included."""
        fields = [f"{letter}:{self.header[letter]}" for letter in HEADER if letter in self.header]
        return "\n".join(["X:1", *fields, *self.music]) + "\n\n"

    @property
    def fault(self) -> str | None:
        """Why the tune is left out as a whole, or None."""
        if len(self.voices) > 1:
            return "tunes in several voices"
        if not any(_NOTE.search(line) for line in self.music if line[:2] not in _CHANGE_LINES):
            return "tunes without notes"
        return None


def normalise(tune: str) -> NormalTune:
    """The normal form of one tune.

    Args:
        tune: the tune from its `X:` line on, line ends `\\n`.
    """
    normal = NormalTune()
    lines = tune.translate(_CONTROLS).split("\n")
    body = _read_header(lines, normal)
    _read_music(lines[body:], normal)
    return normal


def _read_header(lines: list[str], normal: NormalTune) -> int:
    """Take the header up to its first K (or, without one, the first music); return the body's line."""
    header, dropped = normal.header, normal.dropped
    has_key = any(line.startswith("K:") for line in lines)
    for number, line in enumerate(lines):
        if line.startswith("%"):
            dropped["comments and directives"] += 1
            continue
        found = field_of(line, in_header=True)
        if found is None:
            if line.strip() and not has_key:
                _type_from_z(lines[:number], normal)
                return number
            continue
        letter, value = found
        if letter == "V":
            normal.voices.add(_voice(value))
        if letter in HEADER and value and letter not in header:
            header[letter] = _spelled(letter, value)
        elif letter != "X":
            dropped[_DROPPED_FIELD.get(letter, f"{letter}: fields")] += 1
        if letter == "K":
            _type_from_z(lines[:number], normal)
            return number + 1
    return len(lines)


def _type_from_z(header_lines: list[str], normal: NormalTune) -> None:
    if "R" in normal.header:
        return
    for line in header_lines:
        if line.startswith("Z:") and (match := _TYPE_IN_Z.search(line)):
            normal.header["R"] = _spelled("R", match[1])
            return


def _read_music(lines: list[str], normal: NormalTune) -> None:
    music, dropped = normal.music, normal.dropped
    joined = ""  # what a `\` at the end of the line before holds back
    for line in lines:
        if not line or line.isspace():
            continue
        if line.startswith("%"):
            dropped["comments and directives"] += 1
            continue
        found = field_of(line, in_header=False)
        if found is not None:
            letter, value = found
            if letter == "V":
                normal.voices.add(_voice(value))
            if letter in CHANGES and value:
                _add(joined, normal)
                joined = ""
                music.append(f"{letter}:{_spelled(letter, value)}")
            else:
                dropped[_DROPPED_FIELD.get(letter, f"{letter}: fields")] += 1
            continue
        line = _without_line_break(joined + _clean(line, normal), normal)
        if line.rstrip().endswith("\\"):
            dropped["\\ joins"] += 1
            joined = line.rstrip().rstrip("\\")
            continue
        joined = ""
        _add(line, normal)
    _add(joined, normal)


def _add(line: str, normal: NormalTune) -> None:
    """Take in a line of music; what cleaning has made a field or a comment, such as "`X:1", is none."""
    line = _without_line_break(line, normal).strip()
    if line.startswith("%") or field_of(line, in_header=False):
        normal.dropped["lines that are no music"] += 1
    elif line:
        normal.music.append(line)


def _without_line_break(line: str, normal: NormalTune) -> str:
    stripped = line.rstrip()
    # An odd number of `!` ends in a line break, an even one in a decoration such as `!fermata!`.
    if stripped.endswith("!") and _QUOTED.sub("", stripped).count("!") % 2:
        normal.dropped["! line breaks"] += 1
        return stripped[:-1]
    return line


def _clean(line: str, normal: NormalTune) -> str:
    """A line of music without comment, backticks and foreign inline fields."""
    dropped = normal.dropped
    if "%" in line:
        line, before = without_comment(line), line
        dropped["comments and directives"] += line != before
    if "`" in line:
        dropped["backticks"] += line.count("`")
        line = line.replace("`", "")
    if "[" in line and ":" in line:
        line = _INLINE_FIELD.sub(lambda match: _inline(match, normal), line)
    return line


def _inline(match: re.Match[str], normal: NormalTune) -> str:
    letter, value = match[1], match[2].strip()
    if letter in CHANGES:
        return f"[{letter}:{_spelled(letter, value)}]"
    if letter == "V":
        normal.voices.add(_voice(value))
    normal.dropped[_DROPPED_FIELD.get(letter, f"{letter}: fields")] += 1
    return ""


def _spelled(letter: str, value: str) -> str:
    """A field's value in the one spelling: types in small letters, `E Minor` and `Emin` as `Em`."""
    if letter == "R":
        return value.lower()
    key = key_of(value) if letter == "K" else None
    return str(key) if key else value


def _voice(value: str) -> str:
    return value.split()[0] if value.split() else ""
