"""The notes that sound in a MusicXML file."""

from fractions import Fraction
from xml.etree.ElementTree import Element

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def sounding(root: Element) -> list[tuple[Fraction, int]]:
    """Onsets in quarters and MIDI note numbers; tied notes are listed one by one."""
    found, begin, divisions, shift = [], Fraction(), 1, 0
    for measure in root.iter("measure"):
        now = end = onset = begin
        for element in measure:
            if element.tag == "attributes":
                divisions = int(element.findtext("divisions") or divisions)
                if element.find("transpose") is not None:
                    octaves = int(element.findtext("transpose/octave-change") or 0)
                    shift = int(element.findtext("transpose/chromatic")) + 12 * octaves
            length = Fraction(int(element.findtext("duration") or 0), divisions)
            if element.tag == "backup":
                now -= length
            elif element.tag == "forward":
                now += length
            elif element.tag == "note" and element.find("grace") is None:
                if element.find("chord") is None:
                    onset, now = now, now + length
                pitch = element.find("pitch")
                if pitch is not None:
                    step, alter = pitch.findtext("step"), int(pitch.findtext("alter") or 0)
                    found.append((onset, 12 * int(pitch.findtext("octave")) + 12 + _SEMITONES[step] + alter + shift))
            end = max(end, now)
        begin = end
    return sorted(found)
