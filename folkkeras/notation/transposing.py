"""Transpose single tokens by an interval: notes, chord symbols and K fields."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping

from folkkeras.notation.chords import PLACEMENTS, is_chord_symbol
from folkkeras.notation.intervals import Interval, Spelling
from folkkeras.notation.keys import LETTERS, Key, place_of, read_key, spelled
from folkkeras.notation.tokens import ACCIDENTALS, NOTE

SIGN_OF = {alter: sign for sign, alter in ACCIDENTALS.items()}
_MIDDLE_OCTAVE = 4  # the octave of capital letters
_FLATTEST, _SHARPEST = place_of("F", "b"), place_of("B", "#")  # roots that chord symbols can name
_ENHARMONIC = 12  # fifths
_ROOT = re.compile(r"(?:(?<=^)|(?<=/)|(?<=^\()|(?<=/\())([A-G])([#b]?)")
_PIPES = re.compile(r"H[Pp]\b")
_PIPE_KEY = Key(place_of("A", ""), "mix")  # the key that bagpipes play in
_MODE = re.compile(r"\s*[A-Za-z]*(?![=\w])")
_KEY_SIGN = "|".join(map(re.escape, ACCIDENTALS))
_KEY_SIGNS = re.compile(rf"(?<!\S)(?:(?:{_KEY_SIGN})[A-Ga-g])+(?!\S)")
_ONE_KEY_SIGN = re.compile(rf"({_KEY_SIGN})([A-Ga-g])")


class Transposer(ABC):
    """Transposes music token by token, and leaves everything else unchanged."""

    interval: Interval

    @abstractmethod
    def note(self, match: re.Match[str]) -> str:
        """Transpose a note with its accidental and length, matched by TOKEN or, within another token, by NOTE."""

    @abstractmethod
    def key(self, value: str) -> str:
        """Transpose the value of a K field within the music; it applies from here on."""

    @abstractmethod
    def root(self, place: int) -> int:
        """Transpose the root of a chord symbol, given by its place on the line of fifths."""

    def sign(self, match: re.Match[str]) -> str:
        """Transpose one token of the music, matched by TOKEN."""
        kind, text = match.lastgroup, match[0]
        if kind == "note":
            return self.note(match)
        if kind in ("grace", "old_chord"):
            return NOTE.sub(self.note, text)
        if kind == "quoted":
            words = text.strip('"')
            return text.replace(words, self.quoted(words)) if words else text
        if kind == "inline" and text.startswith("[K:"):
            return f"[K:{self.key(text[3:-1])}]"
        return text

    def quoted(self, text: str) -> str:
        """Transpose a text in quotes: a chord symbol moves, an annotation stays."""
        if text[:1] in tuple(PLACEMENTS) or not is_chord_symbol(text):
            return text
        return _ROOT.sub(lambda match: spelled(self.root(place_of(match[1], match[2]))), text)


def is_behind_a_sign(match: re.Match[str]) -> bool:
    """Whether a stray accidental precedes a note, as in `^^^f`; a different spelling of the note might absorb it."""
    return match.string[: match.start()].endswith(tuple(ACCIDENTALS))


def read_note(text: str) -> tuple[int | None, Spelling, str]:
    """A note's accidental in semitones, its spelling without the accidental, and its length as text."""
    match = NOTE.match(text)
    assert match is not None
    sign, letter, marks, *length = match.groups()
    octave = _MIDDLE_OCTAVE + letter.islower() + marks.count("'") - marks.count(",")
    return ACCIDENTALS.get(sign), Spelling(letter.upper(), 0, octave), "".join(length)


def written(note: Spelling, *, sign: bool) -> str:
    """A note as ABC, without its length.

    Args:
        note: the note.
        sign: whether to write its accidental.
    """
    octave = note.octave - _MIDDLE_OCTAVE
    letter = note.letter.lower() + "'" * (octave - 1) if octave > 0 else note.letter + "," * -octave
    return SIGN_OF[note.alter] + letter if sign else letter


def within_reach(place: int) -> int:
    """The place on the line of fifths, or its enharmonic equivalent with at most one sharp or flat."""
    while place < _FLATTEST:
        place += _ENHARMONIC
    while place > _SHARPEST:
        place -= _ENHARMONIC
    return place


def key_named(value: str) -> Key | None:
    """The key that a K field names, or that bagpipes play in for `HP` and `Hp`; None if it names no key."""
    field = read_key(value)
    if field is None or field.signature is None:
        return None
    return field.key or (_PIPE_KEY if _PIPES.match(value.strip()) else None)


def moved_key_field(value: str, interval: Interval) -> str:
    """Transpose the tonic and the accidentals in a K field's value; clefs and everything else stay.

    `none` stays as well: without a signature, all accidentals are written at the notes. The bagpipe key becomes a
    named key, unless it moves by octaves.
    """
    field, key = read_key(value), key_named(value)
    if field is None or field.signature is None or not interval.fifths:
        return value
    blank = value[: len(value) - len(value.lstrip())]
    value = value.lstrip()
    if key is None:
        return blank + _with_signs_moved(value, interval)
    tonic = spelled(key.tonic + interval.fifths)
    if pipes := _PIPES.match(value):
        return f"{blank}{tonic}{key.mode}{_with_signs_moved(value[pipes.end() :], interval)}"
    rest = value[1 + value[1:2].startswith(("#", "b")) :]
    mode = _MODE.match(rest)
    end = mode.end() if mode else 0
    name, rest = rest[:end], rest[end:]
    if name.strip().lower().startswith("exp"):
        words = [*_signature_moved(field.signature, interval), *_KEY_SIGNS.sub("", rest).split()]
        rest = "".join(f" {word}" for word in words)
    else:
        rest = _with_signs_moved(rest, interval)
    gap = " " if name.startswith(("#", "b")) else ""  # the b of a clef such as bass is not a flat
    return f"{blank}{tonic}{gap}{name}{rest}"


def _with_signs_moved(words: str, interval: Interval) -> str:
    def move(match: re.Match[str]) -> str:
        note = interval.moved(Spelling(match[2].upper(), ACCIDENTALS[match[1]], 0))
        return SIGN_OF[note.alter] + note.letter.lower() if note.is_written else ""

    return _KEY_SIGNS.sub(lambda match: _ONE_KEY_SIGN.sub(move, match[0]), words)


def _signature_moved(signature: Mapping[str, int], interval: Interval) -> list[str]:
    """The transposed accidentals of an explicit signature, in the usual order."""
    notes = [interval.moved(Spelling(letter, signature.get(letter, 0), 0)) for letter in LETTERS]
    signed = [note for note in notes if note.alter and note.is_written]
    signed.sort(key=lambda note: LETTERS.index(note.letter), reverse=sum(note.alter for note in signed) < 0)
    return [SIGN_OF[note.alter] + note.letter.lower() for note in signed]
