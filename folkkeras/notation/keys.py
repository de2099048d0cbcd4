"""Keys as ABC names them: a tonic and a mode, placed on the line of fifths.

The line of fifths, ... Bb F C G D A ..., orders all spellings: seven steps up add a sharp to a letter. A key
signature of n sharps is n steps up from that of C major, and each mode is a fixed number of steps from the major
mode. Source: the ABC standard 2.1, section 3.1.14.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

LETTERS = "FCGDAEB"  # in order of fifths
MODES = {"lyd": 1, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "min": -3, "aeo": -3, "phr": -4, "loc": -5}
MAX_FIFTHS = 7  # sharps or flats in a key signature
_TONIC = re.compile(
    r"(?:(?P<letter>[A-G])(?P<sign>[#b]?)\s*(?P<mode>[A-Za-z]*)(?![=\w])|(?P<word>HP|Hp|none)\b)(?P<rest>.*)"
)
_CLEFS = "treble|alto|tenor|bass|perc|none"
_SETTING = re.compile(
    r"(?P<sign>\^\^|\^|__|_|=)(?P<letter>[A-Ga-g])"
    rf"|(?:clef=)?\b(?P<clef>(?:{_CLEFS})\d?)(?P<octave>[+-]8)?\b"
    r"|\b(?P<name>octave|transpose)=(?P<number>[+-]?\d{1,2})\b"
    r"|(?P<word>\S+)"
)
_SIGNS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}


class Key(NamedTuple):
    """A key: its tonic's place on the line of fifths, where C is 0, and its mode."""

    tonic: int
    mode: str  # a name in MODES; "maj" for major and "min" for minor

    @property
    def fifths(self) -> int:
        """The number of sharps in the key signature; negative for flats."""
        return self.tonic + MODES[self.mode]

    def alter(self, letter: str) -> int:
        """Semitones by which the key signature raises a letter, -1 to 1."""
        return (self.fifths + 6 - LETTERS.index(letter)) // 7

    def moved(self, fifths: int) -> "Key":
        """The key of the same mode this many fifths up."""
        return Key(self.tonic + fifths, self.mode)

    @property
    def is_usual(self) -> bool:
        """Whether its signature has at most seven sharps or flats, and its tonic at most one."""
        return abs(self.fifths) <= MAX_FIFTHS and -8 <= self.tonic + 1 <= 12

    def __str__(self) -> str:
        mode = {"maj": "", "min": "m"}.get(self.mode, self.mode)
        return spelled(self.tonic) + mode


def spelled(fifths: int) -> str:
    """The name of a place on the line of fifths, such as F# or Bb."""
    octave, place = divmod(fifths + 1, 7)
    return LETTERS[place] + ("#" * octave if octave > 0 else "b" * -octave)


def place_of(letter: str, sign: str) -> int:
    """The place on the line of fifths of a letter with a sharp ("#"), a flat ("b") or neither ("")."""
    return LETTERS.index(letter) - 1 + 7 * {"#": 1, "b": -1, "": 0}[sign]


class KeyField(NamedTuple):
    """The contents of a K field."""

    key: Key | None = None  # None if the field names no tonic, as in `none` or `HP`
    signature: Mapping[str, int] | None = None  # letter -> semitones; None if the field only sets a clef
    clef: str | None = None  # such as "bass" or "treble-8"
    octave: int | None = None  # octaves by which the notes move
    transpose: int | None = None  # semitones by which the sound moves
    unknown: str = ""  # unreadable words after a readable key


def read_key(value: str) -> KeyField | None:
    """Read a K field's value; None if it cannot be read.

    It can contain a tonic with a mode, `HP`, `Hp` or `none`; accidentals such as `^f`; a clef; `octave=`; and
    `transpose=`: sections 3.1.14 and, for clefs, 4.6. A `+8` or `-8` after a clef moves the sound by an octave.
    """
    value = value.strip()
    match = _TONIC.match(value)
    if match is None:
        # A clef alone does not change the key.
        found = _settings(value, KeyField()) if value else None
        return None if found is None or found.unknown else found
    letter, sign, name, rest = match["letter"], match["sign"], match["mode"] or "", match["rest"]
    if letter is None:
        signature = {"F": 1, "C": 1} if match["word"].startswith("H") else {}
        return _settings(rest, KeyField(signature=signature))
    key = _key(letter, sign, name)
    explicit = name.lower().startswith("exp")
    if key is None and not explicit:  # the word after the tonic is not a mode, but a clef or a typo
        key, rest = Key(place_of(letter, sign), "maj"), name + rest
    signature = {} if key is None or explicit else {each: key.alter(each) for each in LETTERS if key.alter(each)}
    return _settings(rest, KeyField(key=key or Key(place_of(letter, sign), "maj"), signature=signature))


def key_of(value: str) -> Key | None:
    """The key that a K field's value names; None if it names no key, or has accidentals or a clef besides."""
    match = _TONIC.match(value.strip())
    return _key(match["letter"], match["sign"], match["mode"] or "") if match and not match["rest"].strip() else None


def _key(letter: str | None, sign: str, name: str) -> Key | None:
    if letter is None:
        return None
    mode = "maj" if not name else "min" if name in ("m", "M") else name[:3].lower()
    if mode not in MODES:
        return None
    return Key(place_of(letter, sign), {"ion": "maj", "aeo": "min"}.get(mode, mode))


def _settings(words: str, field: KeyField) -> KeyField:
    """Add the accidentals, clef and settings that follow the key."""
    signature = dict(field.signature) if field.signature is not None else None
    unknown = []
    for match in _SETTING.finditer(words):
        if match["letter"]:
            signature = {} if signature is None else signature
            signature[match["letter"].upper()] = _SIGNS[match["sign"]]
        elif match["clef"]:
            field = field._replace(clef=match["clef"] + (match["octave"] or ""))
        elif match["name"]:
            number = int(match["number"])
            field = field._replace(octave=number) if match["name"] == "octave" else field._replace(transpose=number)
        elif match["word"] and "=" not in match["word"]:
            unknown.append(match["word"])
    if signature is not None:
        signature = {letter: alter for letter, alter in signature.items() if alter}
    return field._replace(signature=signature, unknown=" ".join(unknown))
