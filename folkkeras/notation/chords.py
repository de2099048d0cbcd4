"""Chord symbols, such as `Am7/G`, and the notes of their chords. Source: the ABC standard 2.1, section 4.18."""

import re
from dataclasses import dataclass

from folkkeras.notation.intervals import SEMITONES

KIND = r"(?:maj|min|dim|aug|sus|add|omit|no|alt|[mMoø°+^\d(),-]|[#b]\d)*"
_ROOT = rf"\(?[A-G][#b]?{KIND}"
_SYMBOL = re.compile(rf"{_ROOT}(?:/{_ROOT})?")
PLACEMENTS = "^_<>@"  # the first character of an annotation; section 4.19

OTHER = "other"  # MusicXML's name of a kind for which it has no name
# Names of kinds in MusicXML, semitones above the root, and spellings behind the root.
_KINDS = (
    ("major", (0, 4, 7), ("", "maj", "M")),
    ("minor", (0, 3, 7), ("m", "min", "-")),
    ("augmented", (0, 4, 8), ("aug", "+")),
    ("diminished", (0, 3, 6), ("dim", "o", "°")),
    ("dominant", (0, 4, 7, 10), ("7",)),
    ("major-seventh", (0, 4, 7, 11), ("maj7", "M7")),
    ("minor-seventh", (0, 3, 7, 10), ("m7", "min7", "-7")),
    ("diminished-seventh", (0, 3, 6, 9), ("dim7", "o7", "°7")),
    ("augmented-seventh", (0, 4, 8, 10), ("aug7", "+7")),
    ("half-diminished", (0, 3, 6, 10), ("ø", "ø7", "m7b5", "min7b5")),
    ("major-minor", (0, 3, 7, 11), ("mM7", "mmaj7", "m(maj7)", "mMaj7")),
    ("major-sixth", (0, 4, 7, 9), ("6", "maj6", "M6")),
    ("minor-sixth", (0, 3, 7, 9), ("m6", "min6")),
    ("dominant-ninth", (0, 4, 7, 10, 2), ("9",)),
    ("major-ninth", (0, 4, 7, 11, 2), ("maj9", "M9")),
    ("minor-ninth", (0, 3, 7, 10, 2), ("m9", "min9")),
    ("dominant-11th", (0, 7, 10, 2, 5), ("11",)),  # without the third, as it is played
    ("major-11th", (0, 4, 7, 11, 2, 5), ("maj11", "M11")),
    ("minor-11th", (0, 3, 7, 10, 2, 5), ("m11", "min11")),
    ("dominant-13th", (0, 4, 7, 10, 2, 9), ("13",)),  # without the 11th, as it is played
    ("major-13th", (0, 4, 7, 11, 2, 9), ("maj13", "M13")),
    ("minor-13th", (0, 3, 7, 10, 2, 9), ("m13", "min13")),
    ("suspended-second", (0, 2, 7), ("sus2",)),
    ("suspended-fourth", (0, 5, 7), ("sus", "sus4")),
    ("power", (0, 7), ("5",)),
    (OTHER, (0, 5, 7, 10), ("7sus4", "7sus")),
    (OTHER, (0, 5, 7, 10, 2), ("9sus4", "9sus")),
    (OTHER, (0, 4, 8, 10), ("alt", "7alt")),
)
_KIND_OF = {text: (name, semitones) for name, semitones, texts in _KINDS for text in texts}
_CHORD = re.compile(r"([A-G])([#b]?)(.*?)(?:/([A-Ga-g])([#b]?))?")
_IN_PARENTHESES = re.compile(r"\(([^()]*)\)")
_ALTERS = {"": 0, "#": 1, "b": -1}
_DEGREE = re.compile(r"\(?(add|no|omit)?([#b]?)(\d+)\)?")
_OF_DEGREE = (0, 2, 4, 5, 7, 9, 11)  # semitones of the degrees of a major scale
_SUBTRACTED = ("no", "omit")
_REPLACED = (5,)  # every chord has a fifth, so an altered one replaces it


@dataclass(frozen=True)
class Degree:
    """A note that is added to a chord, taken out of it, or altered in it."""

    number: int  # 1 is the root
    alter: int  # semitones
    change: str  # "add", "subtract" or "alter"

    @property
    def semitones(self) -> int:
        """Semitones above the root, within an octave."""
        return (_OF_DEGREE[(self.number - 1) % 7] + self.alter) % 12


@dataclass(frozen=True)
class Chord:
    """A chord, as a chord symbol names it."""

    root: tuple[str, int]  # its letter and its alteration in semitones
    kind: str  # as MusicXML names it, such as "minor-seventh"
    spelled: str  # the kind as the symbol spells it, such as "m7"
    semitones: tuple[int, ...]  # of the kind's notes above the root, within an octave
    degrees: tuple[Degree, ...]
    bass: tuple[str, int] | None  # a lowest note other than the root

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """The pitch classes of its notes, from 0 for C; the root first."""
        notes = list(self.semitones)
        for degree in self.degrees:
            if degree.change != "add":
                notes = [note for note in notes if _number(note) != degree.number]
            if degree.change != "subtract" and degree.semitones not in notes:
                notes.append(degree.semitones)
        return tuple((_pitch_class(self.root) + note) % 12 for note in notes)

    @property
    def bass_class(self) -> int:
        """The pitch class of its lowest note."""
        return _pitch_class(self.bass or self.root)


def is_chord_symbol(text: str) -> bool:
    """Whether a text in quotes is a chord symbol."""
    return bool(_SYMBOL.fullmatch(text))


def chord_of(symbol: str) -> Chord | None:
    """The chord that a symbol names; None if it names none that MusicXML could express."""
    match = _CHORD.fullmatch(_IN_PARENTHESES.sub(r"\1", symbol) if symbol.startswith("(") else symbol)
    if match is None:
        return None
    letter, sign, text, bass, bass_sign = match.groups()
    # The longest beginning that names a kind, and the degrees after it.
    for end in range(len(text), -1, -1):
        rest = text[end:]
        if text[:end] not in _KIND_OF or not re.fullmatch(f"(?:{_DEGREE.pattern})*", rest):
            continue
        degrees = _DEGREE.findall(rest)
        if all(word or alter for word, alter, _ in degrees):  # a number alone does not change the chord
            kind, semitones = _KIND_OF[text[:end]]
            return Chord(
                root=(letter, _ALTERS[sign]),
                kind=kind,
                spelled=text[:end],
                semitones=semitones,
                degrees=tuple(_degree(*degree) for degree in degrees),
                bass=(bass.upper(), _ALTERS[bass_sign]) if bass else None,
            )
    return None


def _degree(word: str, sign: str, digits: str) -> Degree:
    number = int(digits)
    change = "subtract" if word in _SUBTRACTED else "alter" if number in _REPLACED else "add"
    return Degree(number, _ALTERS[sign], change)


def _number(semitones: int) -> int:
    """The degree of a chord's note, counted as a third, a fifth or a seventh wherever it can be one."""
    return (1, 9, 9, 3, 3, 4, 5, 5, 5, 6, 7, 7)[semitones]


def _pitch_class(note: tuple[str, int]) -> int:
    letter, alter = note
    return (SEMITONES[letter] + alter) % 12
