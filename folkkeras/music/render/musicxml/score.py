"""The MusicXML file: its header and its measures."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from folkkeras.music.render.musicxml.measures import measures
from folkkeras.music.tune import Tune

_HEADER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    b'"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_PART = "P1"
_UNTITLED = "Melody"
RHYTHM = "rhythm"  # the field in which abc2xml and xml2abc keep a tune's type


def musicxml_bytes(tune: Tune, *, title: bool = True) -> bytes:
    """The bytes of the MusicXML file.

    Args:
        tune: the tune.
        title: whether to include the title.
    """
    score = Element("score-partwise", version="4.0")
    name = tune.title if title else ""
    if name:
        SubElement(SubElement(score, "work"), "work-title").text = name
    identification = SubElement(score, "identification")
    if tune.composer:
        SubElement(identification, "creator", type="composer").text = tune.composer
    SubElement(SubElement(identification, "encoding"), "software").text = "folkkeras"
    if tune.type:
        about = SubElement(identification, "miscellaneous")
        SubElement(about, "miscellaneous-field", name=RHYTHM).text = tune.type
    part = SubElement(SubElement(score, "part-list"), "score-part", id=_PART)
    # The name of a single part is for lists, not for the margin of the score.
    SubElement(part, "part-name", {"print-object": "no"}).text = name or _UNTITLED
    SubElement(score, "part", id=_PART).extend(measures(tune))
    indent(score)
    return _HEADER + tostring(score, encoding="utf-8") + b"\n"
