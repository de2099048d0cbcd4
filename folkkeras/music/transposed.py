"""Transpose a tune: rewrite its text so that every pitch moves by the same number of semitones."""

import re
from collections.abc import Iterable

from folkkeras.music.parsing.parser import Parser
from folkkeras.music.parsing.signs import note_sign
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Pitch, Tune
from folkkeras.notation.intervals import interval_for
from folkkeras.notation.keys import Key
from folkkeras.notation.lines import Kind, Line, lines_of
from folkkeras.notation.tokens import NOTE, TOKEN
from folkkeras.notation.transposing import (
    Transposer,
    is_behind_a_sign,
    key_named,
    moved_key_field,
    read_note,
    within_reach,
    written,
)
from folkkeras.notation.tunes import field_of

_BARE = re.compile(r"[A-Ga-g][,']*(?![,'\d/])")
_APART = "`"  # separates tokens and has no musical meaning


def transposed(tune: Tune, semitones: int) -> Tune:
    """Transpose a tune by semitones, down if negative; the result is read from the rewritten text.

    Each note keeps its scale degree wherever accidentals can express it, and the new key is spelled with as few
    sharps or flats as possible.
    """
    if not semitones:
        return tune
    text = transposed_text(tune.text, semitones)
    moved = read_tune(text)
    above = tune.bars[0].line - moved.bars[0].line if tune.bars and moved.bars else 0
    return read_tune(text, 1 + above) if above else moved  # faults give line numbers of the file


def transposed_text(text: str, semitones: int) -> str:
    """Transpose the text of one tune: the key, notes and chord symbols move, and everything else stays.

    Args:
        text: the tune's text, from its `X:` line on, in any ABC that `read_tune` accepts.
        semitones: the distance up; negative values go down.
    """
    if not semitones:
        return text
    lines = list(lines_of(text))
    writer = _Writer(semitones, _keys_in(lines))
    return "\n".join(writer.line(raw, line) for raw, line in zip(text.split("\n"), lines, strict=True))


def _keys_in(lines: list[Line]) -> list[Key]:
    """The keys that a tune names, in order."""
    values = []
    for line in lines:
        if line.kind is Kind.FIELD and line.letter == "K":
            values.append(line.value)
        elif line.kind is Kind.MUSIC and "[K:" in line.value:
            signs = (match[0] for match in TOKEN.finditer(line.value) if match.lastgroup == "inline")
            values += [sign[3:-1] for sign in signs if sign.startswith("[K:")]
    return [key for key in map(key_named, values) if key]


class _Follower(Parser):
    """A parser that can report, at each point of the music, how a note would sound there."""

    def __init__(self) -> None:
        super().__init__(1)

    def take(self, match: re.Match[str]) -> None:
        """Process the next token, which is not a note."""
        self._take(match)

    def take_note(self, text: str) -> None:
        """Process a note."""
        self._note(text)

    def begin_chord(self, match: re.Match[str]) -> None:
        """Process the beginning of a chord."""
        self._on_chord(match)

    def end_chord(self, match: re.Match[str]) -> None:
        """Process the end of a chord."""
        self._on_chord_end(match)

    def pitch(self, text: str) -> Pitch:
        """A note's pitch at this point; its accidental takes effect on the notes after it."""
        return self._pitch(note_sign(text))


class _Writer(Transposer):
    """Rewrites a tune in the new key. It follows both versions, to decide which accidentals the notes need.

    Args:
        semitones: the distance up; negative values go down.
        keys: the keys that the tune names.
    """

    def __init__(self, semitones: int, keys: list[Key]) -> None:
        self.semitones = semitones
        self.usual = self.interval = interval_for(semitones, keys)
        self.source, self.target = _Follower(), _Follower()

    def line(self, raw: str, line: Line) -> str:
        """Transpose a line."""
        if line.kind is Kind.MUSIC:
            return self._music(line) + raw[len(line.value) :]
        new = line
        if line.kind is Kind.FIELD and line.letter == "K" and line.value:
            start = raw.index(line.value, 2)
            new = line._replace(value=self.key(line.value))
            raw = raw[:start] + new.value + raw[start + len(line.value) :]
        self.source.add(line)
        self.target.add(new)
        return raw

    def _music(self, line: Line) -> str:
        signs = list(TOKEN.finditer(line.value))
        moved = [self.sign(match) for match in signs]
        text = "".join(moved)
        if _kinds(TOKEN.finditer(text)) == _kinds(signs) and not field_of(text, in_header=line.in_header):
            return text
        # A note has become part of another token, as in `!f!` or `[b:|`; an explicit length makes it a note again.
        return "".join(
            _BARE.sub(r"\g<0>1", new) if match.lastgroup in ("note", "old_chord") else new
            for match, new in zip(signs, moved, strict=True)
        )

    def sign(self, match: re.Match[str]) -> str:
        """Transpose one token of the music."""
        kind = match.lastgroup
        if kind == "note":
            return self._note(match)
        if kind == "old_chord":
            for parser in (self.source, self.target):
                parser.begin_chord(match)
            moved = NOTE.sub(self._note, match[0])
            for parser in (self.source, self.target):
                parser.end_chord(match)
            return moved
        moved = super().sign(match)
        if kind != "grace":
            self.source.take(match)
            self.target.take((TOKEN.match(moved) if kind == "inline" else None) or match)
        return moved

    def _note(self, match: re.Match[str]) -> str:
        """Transpose a note that is not a grace note."""
        moved = self.note(match)
        self.source.take_note(match[0])
        self.target.take_note(moved.removeprefix(_APART))
        return moved

    def note(self, match: re.Match[str]) -> str:
        """Transpose a note, with an accidental if it had one or needs one."""
        accidental, place, length = read_note(match[0])
        note = self.interval.moved(place._replace(alter=self.source.pitch(match[0]).alter))
        if not note.is_written:
            note = note.simplified
        plain = written(note, sign=False)
        needed = accidental is not None or self.target.pitch(plain).alter != note.alter
        moved = written(note, sign=True) if needed else plain
        self.target.pitch(moved)
        return _APART * is_behind_a_sign(match) + moved + length

    def key(self, value: str) -> str:
        """Transpose a K field, by a different interval if the usual one would give it too many sharps or flats."""
        key = key_named(value)
        if key:
            fits = key.moved(self.usual.fifths).is_usual
            self.interval = self.usual if fits else interval_for(self.semitones, [key])
        return moved_key_field(value, self.interval)

    def root(self, place: int) -> int:
        """Transpose a chord's root."""
        return within_reach(place + self.interval.fifths)


def _kinds(signs: Iterable[re.Match[str]]) -> list[str | None]:
    """The kinds of tokens, except for those without musical meaning."""
    return [match.lastgroup for match in signs if match.lastgroup != "nothing"]
