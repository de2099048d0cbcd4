"""The attributes of measures: key, metre, clef and transposition."""

import re
from xml.etree.ElementTree import Element, SubElement

from folkkeras.music.tune import Bar, Metre
from folkkeras.notation.keys import key_of

_COMMON, _CUT = "C", "C|"
_SHARPS, _FLATS = "FCGDAEB", "BEADGCF"
_CLEF = re.compile(r"(treble|alto|tenor|bass|perc|none)([1-5]?)([+-]8)?")
_CLEFS = {
    "treble": ("G", "2"),
    "alto": ("C", "3"),
    "tenor": ("C", "4"),
    "bass": ("F", "4"),
    "perc": ("percussion", ""),
    "none": ("none", ""),
}
_MODES = {
    "maj": "major",
    "min": "minor",
    "dor": "dorian",
    "phr": "phrygian",
    "lyd": "lydian",
    "mix": "mixolydian",
    "loc": "locrian",
}
_SUM = re.compile(r"\(?(\d+(?:\+\d+)+)\)?/\d+")
_STEPS = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)  # index: semitones of an interval; value: letters that it spans
_OCTAVE = 12


class Attributes:
    """Writes the attributes that change, and remembers those in force."""

    def __init__(self, divisions: int, key: str) -> None:
        self.divisions = divisions
        found = key_of(key)
        self.mode = found.mode if found else ""  # of the first key signature; later ones have none
        self.bar: Bar | None = None  # the previous bar

    def write(self, measure: Element, bar: Bar) -> None:
        """Write the attributes that the bar changes."""
        before = self.bar
        attributes = Element("attributes")
        if before is None:
            SubElement(attributes, "divisions").text = str(self.divisions)
        if before is None or bar.signature != before.signature:
            _key(SubElement(attributes, "key"), bar.signature, "" if before else self.mode)
        if before is None or bar.metre != before.metre:
            _time(SubElement(attributes, "time"), bar.metre)
        if before is None or bar.clef != before.clef:
            _clef(SubElement(attributes, "clef"), bar.clef)
        if _transposition(bar) != (_transposition(before) if before else 0):
            _transpose(SubElement(attributes, "transpose"), _transposition(bar))
        if len(attributes):
            measure.append(attributes)
        self.bar = bar


def clef_octaves(clef: str) -> int:
    """Octaves by which a clef's notes sound above their written pitch; MusicXML's pitch includes them."""
    match = _CLEF.fullmatch(clef)
    return int(match[3]) // 8 if match and match[3] else 0


def fifths_of(signature: tuple[tuple[str, int], ...]) -> int | None:
    """The number of sharps in a signature, negative for flats; None for an unusual signature."""
    letters = "".join(letter for letter, _ in signature)
    for order, alter in ((_SHARPS, 1), (_FLATS, -1)):
        if order.startswith(letters) and all(value == alter for _, value in signature):
            return alter * len(signature)
    return None


def _key(element: Element, signature: tuple[tuple[str, int], ...], mode: str) -> None:
    usual = fifths_of(signature)
    if usual is not None:
        SubElement(element, "fifths").text = str(usual)
        if mode:
            SubElement(element, "mode").text = _MODES[mode]
        return
    for letter, alter in signature:
        SubElement(element, "key-step").text = letter
        SubElement(element, "key-alter").text = str(alter)


def _time(element: Element, metre: Metre | None) -> None:
    if metre is None:
        element.set("print-object", "no")
        SubElement(element, "senza-misura")
        return
    text = metre.text.strip()
    if text in (_COMMON, _CUT):
        element.set("symbol", "common" if text == _COMMON else "cut")
    parts = _SUM.fullmatch(text.replace(" ", ""))  # as in 2+2+3/8
    SubElement(element, "beats").text = parts[1] if parts else str(metre.beats)
    SubElement(element, "beat-type").text = str(metre.unit)


def _clef(element: Element, clef: str) -> None:
    match = _CLEF.fullmatch(clef)
    sign, line = _CLEFS[match[1] if match else "treble"]
    SubElement(element, "sign").text = sign
    if line:
        SubElement(element, "line").text = (match[2] if match else "") or line
    if clef_octaves(clef):
        SubElement(element, "clef-octave-change").text = str(clef_octaves(clef))


def _transposition(bar: Bar) -> int:
    """Semitones from MusicXML's pitch, which includes the clef's octave, to the sounding pitch."""
    return bar.shift - _OCTAVE * clef_octaves(bar.clef)


def _transpose(element: Element, semitones: int) -> None:
    sign = -1 if semitones < 0 else 1
    octaves, rest = divmod(abs(semitones), _OCTAVE)
    SubElement(element, "diatonic").text = str(sign * _STEPS[rest])
    SubElement(element, "chromatic").text = str(sign * rest)
    if octaves:
        SubElement(element, "octave-change").text = str(sign * octaves)
