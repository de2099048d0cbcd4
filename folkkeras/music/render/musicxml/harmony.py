"""Chord symbols in MusicXML."""

from xml.etree.ElementTree import Element, SubElement

from folkkeras.notation.chords import chord_of


def harmony(symbol: str) -> Element | None:
    """A chord symbol as a MusicXML element; None if MusicXML cannot express it."""
    chord = chord_of(symbol)
    if chord is None:
        return None
    element = Element("harmony")
    _step(SubElement(element, "root"), "root", *chord.root)
    SubElement(element, "kind", {"text": chord.spelled} if chord.spelled else {}).text = chord.kind
    if chord.bass:
        _step(SubElement(element, "bass"), "bass", *chord.bass)
    for degree in chord.degrees:
        added = SubElement(element, "degree")
        SubElement(added, "degree-value").text = str(degree.number)
        SubElement(added, "degree-alter").text = str(degree.alter)
        SubElement(added, "degree-type").text = degree.change
    return element


def _step(element: Element, name: str, letter: str, alter: int) -> None:
    SubElement(element, f"{name}-step").text = letter
    if alter:
        SubElement(element, f"{name}-alter").text = str(alter)
