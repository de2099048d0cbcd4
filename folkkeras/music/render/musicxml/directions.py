"""Directions, placed above or below the staff at a time: words, dynamics, hairpins, signs and tempo marks."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from folkkeras.music.render.musicxml.noteheads import TYPES, noteheads
from folkkeras.music.tune import Tempo

HAIRPINS = {"crescendo(": "crescendo", "diminuendo(": "diminuendo"}  # opening decoration -> type
HAIRPIN_ENDS = ("crescendo)", "diminuendo)")
DYNAMICS = ("pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "sfz")


class Sign(NamedTuple):
    """A sign or words that show where to continue playing."""

    name: str  # the element's name
    text: str
    sound: Mapping[str, str]  # attributes of <sound>, which direct playback


SIGNS = {
    "segno": Sign("segno", "", {"segno": "segno"}),
    "coda": Sign("coda", "", {"coda": "coda"}),
    "D.S.": Sign("words", "D.S.", {"dalsegno": "segno"}),
    "D.C.": Sign("words", "D.C.", {"dacapo": "yes"}),
    "dacapo": Sign("words", "Da Capo", {"dacapo": "yes"}),
    "dacoda": Sign("words", "Da Coda", {"tocoda": "coda"}),
    "fine": Sign("words", "Fine", {"fine": "yes"}),
}
_PLACEMENTS = {"^": "above", "_": "below"}
_SIDES = {"<": "right", ">": "left"}  # placement -> the end of the text that is next to the note
_BEATS_OF_QUARTER = 4  # quarters in a whole note


def direction(measure: Element, name: str, text: str = "", placement: str = "above", **attributes: str) -> Element:
    """Add a direction with one element."""
    element = SubElement(measure, "direction", placement=placement)
    SubElement(SubElement(element, "direction-type"), name, attributes).text = text or None
    return element


def add_annotation(measure: Element, annotation: str) -> None:
    """Add an annotation, placed as its first character says."""
    placement, text = annotation[:1], annotation[1:]
    side = {"halign": _SIDES[placement]} if placement in _SIDES else {}
    direction(measure, "words", text, _PLACEMENTS.get(placement, "above"), **side)


def add_decoration(measure: Element, name: str) -> None:
    """Add a decoration, if it is a direction."""
    if name in DYNAMICS:
        SubElement(direction(measure, "dynamics", placement="below")[0][0], name)
    elif name in SIGNS:
        sign = SIGNS[name]
        SubElement(direction(measure, sign.name, sign.text), "sound", dict(sign.sound))


def add_tempo(measure: Element, tempo: Tempo) -> None:
    """Add a tempo mark: its words, its beats per minute, and the tempo for playback."""
    if not tempo.text and not tempo.pace:
        return
    element = SubElement(measure, "direction", placement="above")
    if tempo.text:
        SubElement(SubElement(element, "direction-type"), "words").text = tempo.text
    if tempo.pace:
        heads = noteheads(tempo.beat or Fraction(1, _BEATS_OF_QUARTER))
        # A beat that no single note shows, such as five eighths, is written in quarters.
        beat, dots = heads[0] if len(heads) == 1 else (Fraction(1, _BEATS_OF_QUARTER), 0)
        metronome = SubElement(SubElement(element, "direction-type"), "metronome")
        SubElement(metronome, "beat-unit").text = TYPES[beat]
        for _ in range(dots):
            SubElement(metronome, "beat-unit-dot")
        SubElement(metronome, "per-minute").text = _decimal(tempo.pace / (beat * (2 - Fraction(1, 2**dots))))
        SubElement(element, "sound", tempo=_decimal(tempo.pace * _BEATS_OF_QUARTER))


def _decimal(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
