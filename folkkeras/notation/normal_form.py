"""The normal form of a tune: its music, without its transcriber's habits.

It begins with `X:1` and the first T, R, M, L and K, in that order. The key has a canonical spelling, the type is in
lower case, and the title is cleaned up. The music follows, with changes of K, M and L in place. The normal form leaves
out all other fields, lyrics, part labels, comments, `%%` directives, free text, words in quotes, fingerings, bare
words, line breaks, `\\` joins, backticks and quoted-printable codes. One blank line ends a tune.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from folkkeras.notation.chords import is_chord_symbol
from folkkeras.notation.keys import key_of
from folkkeras.notation.lines import Kind, is_music, lines_of
from folkkeras.notation.symbols import user_symbol
from folkkeras.notation.titles import title_of
from folkkeras.notation.tokens import DECORATIONS, SHORT_FORMS, TOKEN
from folkkeras.notation.words import word_at

HEADER = "TRMLK"  # in the order of the standard's examples; K must be last
CHANGES = "KML"  # fields that may change inside a tune
_CHANGE_LINES = tuple(f"{letter}:" for letter in CHANGES)
_NOTE = re.compile(r"[A-Ga-gzxZ]")
_TYPE_IN_Z = re.compile(r"id:dc-(.+)-\d+")  # as in irish.abc: `Z: id:dc-hornpipe-1`
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"} | {9: " "}
_DROPPED_FIELD = {"w": "lyrics", "W": "lyrics", "P": "part labels"}
_DROPPED_LINES = {
    Kind.COMMENT: "comments and directives",
    Kind.DIRECTIVE: "comments and directives",
    Kind.TEXT: "lines of free text",
    Kind.STRAY: "lines that are not music",
}
_DROPPED_SIGNS = {"`": "backticks", "!": "! line breaks", "=": "quoted-printable codes"}
_REWRITTEN = frozenset({"quoted", "decoration", "mark", "nothing", "old_chord", "inline", "other"})
# A line without any of these is already in the normal form, as most lines are.
_UNUSUAL = re.compile(r'["`!$*+#;?@\\yI-KNQRU-WYh-tw&{}=]|\[[A-Za-z]:|  |[^ -~]')


@dataclass
class NormalTune:
    """A tune that is being brought into the normal form."""

    header: dict[str, str] = field(default_factory=dict)  # letter -> value
    music: list[str] = field(default_factory=list)  # lines
    voices: set[str] = field(default_factory=set)
    dropped: Counter[str] = field(default_factory=Counter)  # what was left out -> count

    @property
    def body(self) -> str:
        """The music alone. Tunes with the same music are duplicates, whatever their titles."""
        return "\n".join(self.music)

    @property
    def text(self) -> str:
        """The tune in the normal form, including the blank line at its end."""
        fields = [f"{letter}:{self.header[letter]}" for letter in HEADER if letter in self.header]
        return "\n".join(["X:1", *fields, *self.music]) + "\n\n"

    @property
    def fault(self) -> str | None:
        """Why the entire tune is left out, or None."""
        if len(self.voices) > 1:
            return "tunes in several voices"
        if not any(_NOTE.search(line) for line in self.music if line[:2] not in _CHANGE_LINES):
            return "tunes without notes"
        return None


def normalise(tune: str, *, chords: bool = False) -> NormalTune:
    """Bring one tune into the normal form.

    Args:
        tune: the tune from its `X:` line on, with `\\n` line ends.
        chords: keep chord symbols; other words in quotes are always left out.
    """
    return _Normaliser(chords).tune(tune.translate(_CONTROLS))


class _Normaliser:
    def __init__(self, chords: bool) -> None:
        self.normal, self.chords = NormalTune(), chords
        self.symbols = dict(SHORT_FORMS)
        self.type_in_z = self.type_in_title = ""
        self.held = ""  # music of the previous line, if that line ends in a `\` join

    def tune(self, text: str) -> NormalTune:
        """Bring a tune into the normal form."""
        for line in lines_of(text):
            if line.kind is Kind.FIELD:
                self.field(line.letter, line.value, line.in_header)
            elif line.kind is Kind.MUSIC:
                self.music(line.value)
            elif line.kind in _DROPPED_LINES:
                self.drop(_DROPPED_LINES[line.kind])
        self.add(self.held)
        if found := self.type_in_z or self.type_in_title:
            self.normal.header.setdefault("R", found)
        return self.normal

    def drop(self, what: str, times: int = 1) -> None:
        """Count something that is left out."""
        self.normal.dropped[what] += times

    def field(self, letter: str, value: str, in_header: bool) -> None:
        """Process a field in the header, or on a line of its own in the body."""
        header = self.normal.header
        if letter == "V":
            self.normal.voices.add(value.split()[0] if value.split() else "")
        if letter == "U" and (symbol := user_symbol(value)):
            self.symbols[symbol[0]] = symbol[1]
        if not in_header and letter in CHANGES and value:
            self.add(self.held)
            self.held = ""
            self.normal.music.append(f"{letter}:{_spelled(letter, value)}")
        elif in_header and letter in HEADER and value and letter not in header:
            if letter == "T":
                value, self.type_in_title = title_of(value)
            header[letter] = _spelled(letter, value)
        elif letter != "X" or not in_header:
            self.drop(_DROPPED_FIELD.get(letter, f"{letter}: fields"))
        if letter == "Z" and in_header and not self.type_in_z and (match := _TYPE_IN_Z.search(value)):
            self.type_in_z = _spelled("R", match[1])

    def music(self, text: str) -> None:
        """Process a line of music."""
        space = " " if self.held and text[:1].isspace() else ""
        text = self.held + space + self.clean(text)
        self.held = ""
        if text.endswith("\\"):
            self.drop("\\ joins")
            self.held = text.rstrip("\\")
        else:
            self.add(text)

    def add(self, text: str) -> None:
        """Add music, unless cleaning or joining has turned it into a field, a comment or prose."""
        text = self.clean(text).rstrip("\\ ")
        if is_music(text):
            self.normal.music.append(text)
        elif text:
            self.drop("lines that are not music")

    def clean(self, text: str) -> str:
        """Remove from a line of music what the normal form leaves out.

        Removing tokens can form new ones, so this repeats until nothing changes.
        """
        while _UNUSUAL.search(text):
            cleaned = "".join(self.kept(text)).strip()
            if cleaned == text:
                break
            text = cleaned
        return text.strip()

    def kept(self, text: str) -> Iterator[str]:
        """Yield the tokens of a line that the normal form keeps, in canonical spelling."""
        matches = list(TOKEN.finditer(text))
        words = {place for start, end in self.words(text, matches) for place in range(start, end)}
        before = ""
        for match in matches:
            sign = ""
            if match.start() in words:
                continue
            if match.lastgroup in ("space", "spacer"):
                sign = "" if before.endswith(" ") else " "
            elif match.lastgroup in _REWRITTEN:
                sign = getattr(self, f"on_{match.lastgroup}")(match)
            else:
                sign = match[0]
            if sign:
                before = sign
                yield sign

    def words(self, text: str, matches: list[re.Match[str]]) -> list[tuple[int, int]]:
        """The start and end of each bare word."""
        found: list[tuple[int, int]] = []
        read = 0  # the end of the last word
        for match in matches:
            if match.lastgroup == "mark" and match[0] not in self.symbols and match.start() >= read:
                start, end = word_at(text, match.start(), self.symbols)
                if end:
                    self.drop("words in the music")
                    found.append((start, end))
                    read = end
        return found

    def on_quoted(self, match: re.Match[str]) -> str:
        """Keep chord symbols if requested, and drop all other text in quotes."""
        chord = is_chord_symbol(match[0].strip('"'))
        if chord and self.chords:
            return f'"{match[0].strip(chr(34))}"'
        self.drop("chord symbols" if chord else "annotations in quotes")
        return ""

    def on_decoration(self, match: re.Match[str]) -> str:
        """Write a decoration between exclamation marks."""
        return self.decoration(match[0][1:-1])

    def decoration(self, name: str) -> str:
        """A decoration by its long name; drop fingerings and decorations that are not in the standard."""
        if name in DECORATIONS and not name.isdigit() and name != "nil":
            return f"!{name}!"
        self.drop("fingerings" if name.isdigit() else "decorations that are not in the standard")
        return ""

    def on_mark(self, match: re.Match[str]) -> str:
        """Keep a decoration's letter, unless a U field redefines it."""
        letter = match[0]
        name = self.symbols.get(letter, letter)
        return letter if name == SHORT_FORMS.get(letter) else self.decoration(name)

    def on_nothing(self, match: re.Match[str]) -> str:
        """Keep only a join at the end of a line."""
        if match[0].startswith("\\"):
            return "\\"
        self.drop(_DROPPED_SIGNS.get(match[0][0], "line breaks"), match[0].count("`") or 1)
        return ""

    def on_old_chord(self, match: re.Match[str]) -> str:
        """Rewrite `+CEG+` as `[CEG]`."""
        _, notes, length = match[0].split("+")
        return f"[{notes}]{length}"

    def on_inline(self, match: re.Match[str]) -> str:
        """Keep changes of key, metre and unit note length."""
        letter, value = match[0][1], match[0][3:-1].strip()
        if letter in CHANGES and value:
            return f"[{letter}:{_spelled(letter, value)}]"
        if letter == "V":
            self.normal.voices.add(value.split()[0] if value.split() else "")
        self.drop(_DROPPED_FIELD.get(letter, f"{letter}: fields"))
        return ""

    def on_other(self, match: re.Match[str]) -> str:
        """Drop a character that is not music."""
        self.drop("characters that are not music")
        return ""


def _spelled(letter: str, value: str) -> str:
    """A field's value in canonical spelling: types in lower case, `E Minor` and `Emin` as `Em`."""
    if letter == "R":
        return value.lower()
    key = key_of(value) if letter == "K" else None
    return str(key) if key else value
