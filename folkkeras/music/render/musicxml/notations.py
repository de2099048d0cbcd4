"""Decorations that MusicXML attaches to a note."""

from collections.abc import Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement


class Mark(NamedTuple):
    """An element of MusicXML for a decoration."""

    group: str  # the element around it, where it has one
    name: str
    attributes: dict[str, str] = {}  # noqa: RUF012 -- a tuple's default, which nothing changes
    text: str = ""


MARKS = {
    "trill": Mark("ornaments", "trill-mark"),
    "trill(": Mark("ornaments", "trill-mark"),  # its line is a span
    "mordent": Mark("ornaments", "mordent"),
    "lowermordent": Mark("ornaments", "mordent"),
    "uppermordent": Mark("ornaments", "inverted-mordent"),
    "pralltriller": Mark("ornaments", "inverted-mordent"),
    # MusicXML has no Irish roll. A turn has its notes, those around the written one, and its look, that of the
    # tilde that ABC writes; verovio's own reader of ABC takes it for one too. An <other-ornament> is seen nowhere.
    "roll": Mark("ornaments", "turn"),
    "turn": Mark("ornaments", "turn"),
    "turnx": Mark("ornaments", "turn", {"slash": "yes"}),
    "invertedturn": Mark("ornaments", "inverted-turn"),
    "invertedturnx": Mark("ornaments", "inverted-turn", {"slash": "yes"}),
    # Most like it is <scoop>, which verovio does not draw; a schleifer is a slide up to the note too.
    "slide": Mark("ornaments", "schleifer"),
    "staccato": Mark("articulations", "staccato"),
    "wedge": Mark("articulations", "staccatissimo"),
    "tenuto": Mark("articulations", "tenuto"),
    "accent": Mark("articulations", "accent"),
    "emphasis": Mark("articulations", "accent"),
    "breath": Mark("articulations", "breath-mark"),
    "shortphrase": Mark("articulations", "caesura", text="short"),
    "mediumphrase": Mark("articulations", "caesura", text="single"),
    "longphrase": Mark("articulations", "caesura", text="normal"),
    "upbow": Mark("technical", "up-bow"),
    "downbow": Mark("technical", "down-bow"),
    "open": Mark("technical", "open-string"),
    "plus": Mark("technical", "stopped"),
    "snap": Mark("technical", "snap-pizzicato"),
    "thumb": Mark("technical", "thumb-position"),
    **{str(finger): Mark("technical", "fingering", text=str(finger)) for finger in range(6)},
    "fermata": Mark("", "fermata"),
    "invertedfermata": Mark("", "fermata", {"type": "inverted"}),
    "arpeggio": Mark("", "arpeggiate"),
}
OF_A_CHORDS_NOTES = ("arpeggio",)  # which each note of a chord has, not the first alone


def add_marks(notations: Element, decorations: Iterable[str]) -> None:
    """Add the elements of those decorations that have one, those of a group together."""
    for mark in (MARKS[name] for name in decorations if name in MARKS):
        group = notations
        if mark.group:
            found = notations.find(mark.group)
            group = SubElement(notations, mark.group) if found is None else found
        SubElement(group, mark.name, mark.attributes).text = mark.text or None
