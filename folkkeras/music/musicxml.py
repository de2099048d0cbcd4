"""A tune as MusicXML 4.0, which notation programs open and from which the score is engraved.

Source: the MusicXML 4.0 specification, w3.org/2021/06/musicxml40.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from folkkeras.music.tune import Bar, BarLine, Event, Metre, Pitch, Tune

_HEADER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    b'"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_TYPES = {
    Fraction(2): "breve",
    Fraction(1): "whole",
    Fraction(1, 2): "half",
    Fraction(1, 4): "quarter",
    Fraction(1, 8): "eighth",
    Fraction(1, 16): "16th",
    Fraction(1, 32): "32nd",
    Fraction(1, 64): "64th",
    Fraction(1, 128): "128th",
}
_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_MOST_DOTS = 2
_MOST_DIVISIONS = 16_383  # of a quarter, which the specification allows
_COMMON, _CUT = "C", "C|"
_SHARPS, _FLATS = "FCGDAEB", "BEADGCF"


def musicxml_bytes(tune: Tune, *, title: bool = True) -> bytes:
    """The file's bytes.

    Args:
        tune: the tune.
        title: whether the title stands in it.
    """
    score = Element("score-partwise", version="4.0")
    if title and tune.title:
        SubElement(SubElement(score, "work"), "work-title").text = tune.title
    part_list = SubElement(score, "part-list")
    SubElement(SubElement(part_list, "score-part", id="P1"), "part-name").text = ""
    part = SubElement(score, "part", id="P1")
    writer = _Writer(tune.bars)
    for bar in tune.bars:
        part.append(writer.measure(bar))
    indent(score)
    return _HEADER + tostring(score, encoding="utf-8") + b"\n"


def noteheads(length: Fraction) -> list[tuple[Fraction, int]]:
    """The noteheads that show a length, tied to each other: each one's undotted length and its dots.

    What no sum of noteheads shows, such as a third of a quarter outside a tuplet, is shown by the next shorter one.
    """
    heads = []
    while length >= min(_TYPES):
        head = next(
            (
                (base, dots)
                for base in _TYPES
                for dots in range(_MOST_DOTS, -1, -1)
                if base * (2 - Fraction(1, 2**dots)) <= length
            ),
            None,
        )
        assert head is not None  # the shortest head fits
        heads.append(head)
        length -= head[0] * (2 - Fraction(1, 2 ** head[1]))
        if len(heads) > len(_TYPES):
            break
    return heads or [(min(_TYPES), 0)]


class _Writer:
    """Writes one measure after another and remembers what is in force."""

    def __init__(self, bars: Sequence[Bar]) -> None:
        self.last = bars[-1] if bars else None
        lengths = [event.length * 4 for bar in bars for event in bar.events]
        divisions = lcm(*(length.denominator for length in lengths), 32)
        self.divisions = divisions if divisions <= _MOST_DIVISIONS else 10_080
        self.signature: tuple[tuple[str, int], ...] | None = None
        self.metre: tuple[Metre | None] | None = None
        self.ending = ""  # the numbers of the ending that is open
        self.tied: frozenset[tuple[str, int, int]] = frozenset()  # what is tied into the next event

    def measure(self, bar: Bar) -> Element:
        measure = Element("measure", number=str(bar.number))
        if bar.number == 0:
            measure.set("implicit", "yes")
        if bar.before:
            self._left(measure, bar.before)
        self._attributes(measure, bar)
        spans = dict(_spans(bar.events))
        beams = dict(_beams(bar.events))
        for place, event in enumerate(bar.events):
            self._event(measure, event, spans.get(place, ()), beams.get(place, ""))
        self._right(measure, bar)
        return measure

    def _left(self, measure: Element, line: BarLine) -> None:
        if not (line.repeat_start or line.endings):
            return
        element = SubElement(measure, "barline", location="left")
        if line.repeat_start:
            SubElement(element, "bar-style").text = "heavy-light"
        if line.endings:
            self.ending = ",".join(map(str, line.endings))
            SubElement(element, "ending", number=self.ending, type="start")
        if line.repeat_start:
            SubElement(element, "repeat", direction="forward")

    def _right(self, measure: Element, bar: Bar) -> None:
        line, final = bar.after or BarLine(), bar is self.last
        ends = bool(self.ending) and (final or line.divides)
        if not (line.repeat_end or line.double or ends or final):
            return
        element = SubElement(measure, "barline", location="right")
        SubElement(element, "bar-style").text = "light-heavy" if line.repeat_end or final else "light-light"
        if ends:
            kind = "stop" if line.repeat_end or final else "discontinue"
            SubElement(element, "ending", number=self.ending, type=kind)
            self.ending = ""
        if line.repeat_end:
            SubElement(element, "repeat", direction="backward")

    def _attributes(self, measure: Element, bar: Bar) -> None:
        first = self.metre is None
        attributes = Element("attributes")
        if first:
            SubElement(attributes, "divisions").text = str(self.divisions)
        if bar.signature != self.signature:
            _key(SubElement(attributes, "key"), bar.signature)
            self.signature = bar.signature
        if self.metre is None or bar.metre != self.metre[0]:
            _time(SubElement(attributes, "time"), bar.metre)
            self.metre = (bar.metre,)
        if first:
            clef = SubElement(attributes, "clef")
            SubElement(clef, "sign").text, SubElement(clef, "line").text = "G", "2"
        if len(attributes):
            measure.append(attributes)

    def _event(self, measure: Element, event: Event, span: Sequence[str], beam: str) -> None:
        if event.symbol:
            direction = SubElement(measure, "direction", placement="above")
            SubElement(SubElement(direction, "direction-type"), "words").text = event.symbol.lstrip("^_<>@")
        for grace in event.graces if event.pitches else ():
            note = SubElement(measure, "note")
            SubElement(note, "grace")
            _pitch(note, grace)
            SubElement(note, "voice").text = "1"
            SubElement(note, "type").text = "16th"
            _accidental(note, grace)
        scale = event.length / event.written if event.written else Fraction(1)
        heads = noteheads(event.written)
        tied_in = self.tied
        for number, (base, dots) in enumerate(heads):
            first, last = number == 0, number == len(heads) - 1
            length = base * (2 - Fraction(1, 2**dots)) * scale
            for place, pitch in enumerate(event.pitches or (None,)):
                note = SubElement(measure, "note")
                if place:
                    SubElement(note, "chord")
                if pitch is None:
                    SubElement(note, "rest")
                else:
                    _pitch(note, pitch)
                SubElement(note, "duration").text = str(max(1, round(length * 4 * self.divisions)))
                stop = pitch is not None and (not first or _spelled(pitch) in tied_in)
                start = pitch is not None and (not last or event.tied)
                ties = [kind for kind, there in (("stop", stop), ("start", start)) if there]
                for kind in ties:
                    SubElement(note, "tie", type=kind)
                SubElement(note, "voice").text = "1"
                SubElement(note, "type").text = _TYPES[base]
                for _ in range(dots):
                    SubElement(note, "dot")
                if pitch is not None and first:
                    _accidental(note, pitch)
                if event.tuplet:
                    modification = SubElement(note, "time-modification")
                    SubElement(modification, "actual-notes").text = str(event.tuplet.notes)
                    SubElement(modification, "normal-notes").text = str(event.tuplet.time)
                if beam and not place and len(heads) == 1:
                    SubElement(note, "beam", number="1").text = beam
                marks = [kind for kind in span if (first if kind == "start" else last)] if not place else []
                if ties or marks:
                    notations = SubElement(note, "notations")
                    for kind in ties:
                        SubElement(notations, "tied", type=kind)
                    for kind in marks:
                        SubElement(notations, "tuplet", type=kind)
        self.tied = frozenset(map(_spelled, event.pitches)) if event.tied else frozenset()


def _spans(events: Sequence[Event]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Where tuplets start and stop in a bar, each closed even where its notes do not suffice."""
    began: int | None = None
    for place, event in enumerate(events):
        if event.tuplet is None:
            continue
        if began is None or event.tuplet.first:
            began = place
        follower = events[place + 1].tuplet if place + 1 < len(events) else None
        stops = event.tuplet.last or follower is None or follower.first
        kinds = (*(("start",) if began == place else ()), *(("stop",) if stops else ()))
        if kinds:
            yield place, kinds
        if stops:
            began = None


def _beams(events: Sequence[Event]) -> Iterator[tuple[int, str]]:
    """Which notes a beam joins: those shorter than a quarter that are written without a space between."""
    group: list[int] = []
    for place in range(len(events) + 1):
        event = events[place] if place < len(events) else None
        short = event is not None and bool(event.pitches) and event.written < Fraction(1, 4)
        if event is not None and short and event.joined and group:
            group.append(place)
            continue
        if len(group) > 1:
            yield group[0], "begin"
            yield from ((inner, "continue") for inner in group[1:-1])
            yield group[-1], "end"
        group = [place] if short else []


def _key(element: Element, signature: tuple[tuple[str, int], ...]) -> None:
    letters = "".join(letter for letter, _ in signature)
    for order, alter in ((_SHARPS, 1), (_FLATS, -1)):
        if order.startswith(letters) and all(value == alter for _, value in signature):
            SubElement(element, "fifths").text = str(alter * len(signature))
            return
    for letter, alter in signature:
        SubElement(element, "key-step").text = letter
        SubElement(element, "key-alter").text = str(alter)


def _time(element: Element, metre: Metre | None) -> None:
    if metre is None:
        element.set("print-object", "no")
        SubElement(element, "senza-misura")
        return
    if metre.text.strip() in (_COMMON, _CUT):
        element.set("symbol", "common" if metre.text.strip() == _COMMON else "cut")
    SubElement(element, "beats").text = str(metre.beats)
    SubElement(element, "beat-type").text = str(metre.unit)


def _pitch(note: Element, pitch: Pitch) -> None:
    element = SubElement(note, "pitch")
    SubElement(element, "step").text = pitch.letter
    if pitch.alter:
        SubElement(element, "alter").text = str(pitch.alter)
    SubElement(element, "octave").text = str(min(max(pitch.octave, 0), 9))


def _accidental(note: Element, pitch: Pitch) -> None:
    if pitch.accidental is not None:
        SubElement(note, "accidental").text = _ACCIDENTALS[pitch.accidental]


def _spelled(pitch: Pitch) -> tuple[str, int, int]:
    return pitch.letter, pitch.alter, pitch.octave
