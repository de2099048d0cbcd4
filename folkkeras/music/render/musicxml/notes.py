"""Notes, chords, rests and grace notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from xml.etree.ElementTree import Element, SubElement

from folkkeras.music.render.musicxml.groups import beams_of
from folkkeras.music.render.musicxml.notations import OF_A_CHORDS_NOTES, add_marks
from folkkeras.music.render.musicxml.noteheads import TYPES, Head, heads, time_modification
from folkkeras.music.tune import Event, Pitch, Tuplet

_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_QUARTERS = 4  # in a whole note; durations count divisions of a quarter
_GRACE_OF_ONE, _GRACE_OF_MORE = Fraction(1, 8), Fraction(1, 16)


@dataclass(frozen=True)
class Around:
    """The context of an event: its voice, and what its bar determines for it."""

    voice: int  # from 0
    octaves: int  # by which the clef transposes
    accidentals: Mapping[tuple[int, int], int]  # (0 for a grace note or 1 for a note, index) -> semitones
    beams: Sequence[str]
    brackets: Sequence[str]  # "start" and "stop" of its tuplet
    slurs: Sequence[tuple[str, int]]
    trills: Sequence[tuple[str, int]]  # the wavy lines after them
    tied_in: frozenset[int]  # MIDI notes
    tied_out: frozenset[int]
    alone: bool  # whether it fills its bar, so that a rest is a whole-measure rest


def add_event(measure: Element, event: Event, onset: Fraction, divisions: int, around: Around) -> None:
    """Add an event that begins at an onset within its bar."""
    _add_graces(measure, event, around)
    whole_measure = Head(event.length, 0, Fraction(), event.length, first=True, last=True)
    for head in (whole_measure,) if around.alone and not event.pitches else heads(event.length, event.tuplet):
        lasts = str(max(1, duration(onset + head.onset, head.length, divisions)))
        for place, pitch in enumerate(event.pitches or (None,)):
            _add_note(measure, event, head, lasts, place, pitch, around)


@lru_cache(maxsize=4_096)
def parts_of_quarter(length: Fraction, tuplet: Tuplet | None) -> int:
    """The number of divisions per quarter that makes the durations of an event integers."""
    return lcm(*((head.length * _QUARTERS).denominator for head in heads(length, tuplet)))


@lru_cache(maxsize=65_536)
def duration(onset: Fraction, length: Fraction, divisions: int) -> int:
    """A duration in divisions; both ends are rounded, so that rounding errors do not accumulate."""
    parts = _QUARTERS * divisions
    return round((onset + length) * parts) - round(onset * parts)


def _add_graces(measure: Element, event: Event, around: Around) -> None:
    count = len(event.graces)
    base = _GRACE_OF_ONE if count == 1 else _GRACE_OF_MORE
    beams = beams_of([2] * count) if count > 1 else [[]]
    for place, pitch in enumerate(event.graces if event.pitches else ()):
        note = SubElement(measure, "note")
        SubElement(note, "grace", {"slash": "yes"} if event.slashed else {})
        _add_pitch(note, pitch, around.octaves)
        SubElement(note, "voice").text = str(around.voice + 1)
        SubElement(note, "type").text = TYPES[base]
        _add_accidental(note, around.accidentals.get((0, place)))
        _add_beams(note, beams[place])


def _add_note(
    measure: Element, event: Event, head: Head, lasts: str, place: int, pitch: Pitch | None, around: Around
) -> None:
    note = SubElement(measure, "note", {"print-object": "no"} if event.hidden else {})
    if place:
        SubElement(note, "chord")
    whole_measure = pitch is None and around.alone
    if pitch is None:
        SubElement(note, "rest", {"measure": "yes"} if whole_measure else {})
    else:
        _add_pitch(note, pitch, around.octaves)
    SubElement(note, "duration").text = lasts
    ties = _ties(pitch, head, around)
    for kind in ties:
        SubElement(note, "tie", type=kind)
    SubElement(note, "voice").text = str(around.voice + 1)
    if not whole_measure:
        SubElement(note, "type").text = TYPES[head.base]
    for _ in range(head.dots):
        SubElement(note, "dot")
    if head.first:
        _add_accidental(note, around.accidentals.get((1, place)))
    actual, normal = time_modification(event.length, event.tuplet)
    if not whole_measure and (event.tuplet or actual != normal):
        modification = SubElement(note, "time-modification")
        SubElement(modification, "actual-notes").text = str(actual)
        SubElement(modification, "normal-notes").text = str(normal)
    if not place:
        _add_beams(note, around.beams)
    notations = Element("notations")
    for kind in ties:
        SubElement(notations, "tied", type=kind)
    if head.last and pitch in event.ties and "start" not in ties:
        SubElement(notations, "tied", type="let-ring")  # the tie leads to no note
    if head.first:
        add_marks(notations, [name for name in event.decorations if not place or name in OF_A_CHORDS_NOTES])
    if not place:
        _add_spans(notations, head, around)
    if len(notations):
        note.append(notations)


def _ties(pitch: Pitch | None, head: Head, around: Around) -> list[str]:
    if pitch is None:
        return []
    stop = not head.first or pitch.midi in around.tied_in
    start = not head.last or pitch.midi in around.tied_out
    return [kind for kind, there in (("stop", stop), ("start", start)) if there]


def _add_spans(notations: Element, head: Head, around: Around) -> None:
    """Add the spans that begin at the event's first notehead or end at its last."""
    at = {"start": head.first, "stop": head.last}
    for kind in filter(at.__getitem__, around.brackets):
        SubElement(notations, "tuplet", type=kind)
    for kind, number in around.slurs:
        if at[kind]:
            SubElement(notations, "slur", type=kind, number=str(number))
    for kind, number in around.trills:
        if at[kind]:
            ornaments = notations.find("ornaments")
            ornaments = SubElement(notations, "ornaments") if ornaments is None else ornaments
            SubElement(ornaments, "wavy-line", type=kind, number=str(number))


def _add_beams(note: Element, beams: Sequence[str]) -> None:
    for level, kind in enumerate(beams, start=1):
        SubElement(note, "beam", number=str(level)).text = kind


def _add_pitch(note: Element, pitch: Pitch, octaves: int) -> None:
    element = SubElement(note, "pitch")
    SubElement(element, "step").text = pitch.letter
    if pitch.alter:
        SubElement(element, "alter").text = str(pitch.alter)
    SubElement(element, "octave").text = str(min(max(pitch.octave + octaves, 0), 9))


def _add_accidental(note: Element, alter: int | None) -> None:
    if alter is not None:
        SubElement(note, "accidental").text = _ACCIDENTALS[alter]
