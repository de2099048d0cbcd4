"""Decorations that MusicXML attaches to a note."""

from collections.abc import Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement


class Mark(NamedTuple):
    """The MusicXML element for a decoration."""

    group: str  # the parent element, or empty
    name: str
    attributes: dict[str, str] = {}  # noqa: RUF012 -- a tuple's default, which is never changed
    text: str = ""


MARKS = {
    "trill": Mark("ornaments", "trill-mark"),
    "trill(": Mark("ornaments", "trill-mark"),  # its line is a span
    "mordent": Mark("ornaments", "mordent"),
    "lowermordent": Mark("ornaments", "mordent"),
    "uppermordent": Mark("ornaments", "inverted-mordent"),
    "pralltriller": Mark("ornaments", "inverted-mordent"),
    # MusicXML has no Irish roll. A turn has the same notes, those around the written one, and looks like ABC's tilde;
    # verovio's own ABC reader uses it too. No program shows an <other-ornament>.
    "roll": Mark("ornaments", "turn"),
    "turn": Mark("ornaments", "turn"),
    "turnx": Mark("ornaments", "turn", {"slash": "yes"}),
    "invertedturn": Mark("ornaments", "inverted-turn"),
    "invertedturnx": Mark("ornaments", "inverted-turn", {"slash": "yes"}),
    # The closest is <scoop>, which verovio does not draw; a schleifer is a slide up to the note too.
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
OF_A_CHORDS_NOTES = ("arpeggio",)  # attached to every note of a chord, not only to the first


def add_marks(notations: Element, decorations: Iterable[str]) -> None:
    """Add the elements of the decorations that have one, grouped under their parent elements."""
    for mark in (MARKS[name] for name in decorations if name in MARKS):
        group = notations
        if mark.group:
            found = notations.find(mark.group)
            group = SubElement(notations, mark.group) if found is None else found
        SubElement(group, mark.name, mark.attributes).text = mark.text or None
