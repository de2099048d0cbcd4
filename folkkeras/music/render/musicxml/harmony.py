"""Chord symbols in MusicXML."""

import re
from xml.etree.ElementTree import Element, SubElement

_CHORD = re.compile(r"([A-G])([#b]?)(.*?)(?:/([A-Ga-g])([#b]?))?")
_ALTERS = {"#": 1, "b": -1}
_KINDS = {
    "major": ("", "maj", "M"),
    "minor": ("m", "min", "-"),
    "augmented": ("aug", "+"),
    "diminished": ("dim", "o", "°"),
    "dominant": ("7",),
    "major-seventh": ("maj7", "M7"),
    "minor-seventh": ("m7", "min7", "-7"),
    "diminished-seventh": ("dim7", "o7", "°7"),
    "augmented-seventh": ("aug7", "+7"),
    "half-diminished": ("ø", "ø7", "m7b5", "min7b5"),
    "major-minor": ("mM7", "mmaj7", "m(maj7)", "mMaj7"),
    "major-sixth": ("6", "maj6", "M6"),
    "minor-sixth": ("m6", "min6"),
    "dominant-ninth": ("9",),
    "major-ninth": ("maj9", "M9"),
    "minor-ninth": ("m9", "min9"),
    "dominant-11th": ("11",),
    "major-11th": ("maj11", "M11"),
    "minor-11th": ("m11", "min11"),
    "dominant-13th": ("13",),
    "major-13th": ("maj13", "M13"),
    "minor-13th": ("m13", "min13"),
    "suspended-second": ("sus2",),
    "suspended-fourth": ("sus", "sus4"),
    "power": ("5",),
    "other": ("7sus4", "7sus", "9sus4", "9sus", "alt", "7alt"),  # for which MusicXML has no kind
}
_KIND_OF = {text: kind for kind, texts in _KINDS.items() for text in texts}
_DEGREE = re.compile(r"\(?(add|no|omit)?([#b]?)(\d+)\)?")
_ALTERED_DEGREE = "5"  # every chord has a fifth, so an altered one replaces it


def harmony(symbol: str) -> Element | None:
    """A chord symbol as a MusicXML element; None if MusicXML cannot express it."""
    match = _CHORD.fullmatch(symbol)
    if match is None:
        return None
    root, sign, text, bass, bass_sign = match.groups()
    found = _kind(text)
    if found is None:
        return None
    kind, degrees = found
    element = Element("harmony")
    _step(SubElement(element, "root"), "root", root, sign)
    SubElement(element, "kind", {"text": kind} if kind else {}).text = _KIND_OF[kind]
    if bass:
        _step(SubElement(element, "bass"), "bass", bass.upper(), bass_sign)
    for word, alter, value in degrees:
        degree = SubElement(element, "degree")
        SubElement(degree, "degree-value").text = value
        SubElement(degree, "degree-alter").text = str(_ALTERS.get(alter, 0))
        what = "subtract" if word in ("no", "omit") else "alter" if value == _ALTERED_DEGREE else "add"
        SubElement(degree, "degree-type").text = what
    return element


def _kind(text: str) -> tuple[str, list[tuple[str, str, str]]] | None:
    """Split the text after the root into the longest beginning that names a kind, and the degrees after it."""
    for end in range(len(text), -1, -1):
        rest = text[end:]
        if text[:end] in _KIND_OF and re.fullmatch(f"(?:{_DEGREE.pattern})*", rest):
            degrees = _DEGREE.findall(rest)
            if all(word or alter for word, alter, _ in degrees):  # a number alone does not change the chord
                return text[:end], degrees
    return None


def _step(element: Element, name: str, letter: str, sign: str) -> None:
    SubElement(element, f"{name}-step").text = letter
    if sign:
        SubElement(element, f"{name}-alter").text = str(_ALTERS[sign])
