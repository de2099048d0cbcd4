"""The MusicXML file: its header and its measures."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from folkkeras.music.render.musicxml.measures import measures
from folkkeras.music.render.sets import set_title
from folkkeras.music.tune import Tune

_HEADER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    b'"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_PART = "P1"
_UNTITLED = "Melody"
RHYTHM = "rhythm"  # the field in which abc2xml and xml2abc keep a tune's type


def musicxml_bytes(tunes: Tune | Sequence[Tune], *, title: bool = True) -> bytes:
    """The bytes of the MusicXML file.

    Args:
        tunes: a tune, or the tunes of a set, which follow one another in one part, each below its title.
        title: whether to include the title.
    """
    members = [tunes] if isinstance(tunes, Tune) else list(tunes)
    score = Element("score-partwise", version="4.0")
    name = set_title(members) if title else ""
    if name:
        SubElement(SubElement(score, "work"), "work-title").text = name
    identification = SubElement(score, "identification")
    if composer := _shared([tune.composer for tune in members]):
        SubElement(identification, "creator", type="composer").text = composer
    SubElement(SubElement(identification, "encoding"), "software").text = "folkkeras"
    if type := _shared([tune.type for tune in members]):
        about = SubElement(identification, "miscellaneous")
        SubElement(about, "miscellaneous-field", name=RHYTHM).text = type
    part = SubElement(SubElement(score, "part-list"), "score-part", id=_PART)
    # The name of a single part is for lists, not for the margin of the score.
    SubElement(part, "part-name", {"print-object": "no"}).text = name or _UNTITLED
    music = SubElement(score, "part", id=_PART)
    if len(members) == 1:
        music.extend(measures(members[0]))
    else:
        _add_set(music, members)
    indent(score)
    return _HEADER + tostring(score, encoding="utf-8") + b"\n"


def _add_set(music: Element, tunes: Sequence[Tune]) -> None:
    """Add the tunes of a set, each on a new line below its title, with bars numbered through."""
    before = 0
    for tune in tunes:
        for number, measure in enumerate(measures(tune)):
            if number == 0:
                titled = Element("direction", placement="above")
                words = {"font-weight": "bold", "enclosure": "none"}
                SubElement(SubElement(titled, "direction-type"), "words", words).text = tune.title
                # Attributes stand before directions, and both behind the print element.
                place = 1 + max((at for at, each in enumerate(measure) if each.tag == "attributes"), default=-1)
                measure.insert(place, titled)
                measure.insert(0, Element("print", {"new-system": "yes"}))
            measure.set("number", str(before + int(measure.get("number", "0"))))
            music.append(measure)
        before = int(music[-1].get("number", "0")) if len(music) else 0


def _shared(values: Sequence[str]) -> str:
    """The value that all have, else nothing."""
    return values[0] if len(set(values)) == 1 else ""
