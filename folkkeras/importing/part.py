"""A part of a music21 score as a tune in ABC notation.

Source of the notation: the ABC standard 2.1, abcnotation.com/wiki/abc:standard:v2.1.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from music21 import bar, chord, dynamics, expressions, harmony, key, note, repeat, spanner, stream

from folkkeras.importing.notes import Notes
from folkkeras.importing.signatures import key_of_signature, metre_of
from folkkeras.importing.spelling import Speller, fraction_of_unit
from folkkeras.importing.tuplets import Tuplets
from folkkeras.notation.chords import is_chord_symbol
from folkkeras.notation.keys import LETTERS, Key

_BARS_IN_LINE = 4
_MARKS = {  # music21's classes -> decorations before a note
    "Staccato": ".",
    "Accent": "!accent!",
    "StrongAccent": "!marcato!",
    "Tenuto": "!tenuto!",
    "UpBow": "u",
    "DownBow": "v",
    "BreathMark": "!breath!",
    "Fermata": "!fermata!",
    "Trill": "T",
    "Turn": "!turn!",
    "InvertedTurn": "!invertedturn!",
    "Mordent": "!lowermordent!",
    "InvertedMordent": "!uppermordent!",
    "Segno": "!segno!",
    "Coda": "!coda!",
    "Fine": "!fine!",
    "DaCapo": "!D.C.!",
    "DalSegno": "!D.S.!",
    "DaCapoAlFine": "!D.C.alfine!",
    "DaCapoAlCoda": "!D.C.alcoda!",
    "DalSegnoAlFine": "!D.S.alfine!",
    "DalSegnoAlCoda": "!D.S.alcoda!",
}
_HEADER = ("T", "C", "R", "M", "L", "Q", "K")
_SKIPPED = {  # music21's classes -> what is left out
    dynamics.Dynamic: "dynamics",
    dynamics.DynamicWedge: "hairpins",
    expressions.TextExpression: "words above the notes",
}


class PartWriter:
    """Writes a part with measures as ABC.

    Args:
        part: the part; its notes have measures.
        notes: what cannot be kept is counted there.
    """

    def __init__(self, part: stream.Part, notes: Notes) -> None:
        self._part = part
        self._measures = list(part.getElementsByClass(stream.Measure))
        self._notes = notes
        self._key: Key | None = None
        self._metre = ""
        self._speller = Speller()
        self._slurs: dict[int, tuple[int, int]] = {}  # id of a note -> how many slurs begin and end there
        for slur in part.recurse().getElementsByClass(spanner.Slur):
            ends = slur.getSpannedElements()
            if len(ends) > 1:
                for element, begins in ((ends[0], True), (ends[-1], False)):
                    before, after = self._slurs.get(id(element), (0, 0))
                    self._slurs[id(element)] = (before + begins, after + (not begins))
        self._endings: dict[int, str] = {}  # id of a measure -> the passes of the ending that begins there
        for bracket in part.recurse().getElementsByClass(spanner.RepeatBracket):
            first = bracket.getFirst()
            if first is not None:
                self._endings[id(first)] = str(bracket.number).replace(" ", "").replace("[", "").replace("]", "")

    def abc(self, fields: dict[str, str]) -> str:
        """The tune.

        Args:
            fields: of the header, by letter; M, L and K are added.
        """
        first = self._measures[0]
        self._set_key(first.keySignature)
        self._metre = metre_of(first) or "none"
        fields = {**fields, "M": self._metre, "L": "1/8", "K": str(self._key)}
        head = ["X:1", *(f"{letter}:{fields[letter]}" for letter in _HEADER if fields.get(letter))]
        lines, line = [], ""
        for place, measure in enumerate(self._measures):
            line += self._bar(measure, place)
            if place % _BARS_IN_LINE == _BARS_IN_LINE - 1:
                lines.append(line.strip())
                line = ""
        return "\n".join([*head, *lines, *([line.strip()] if line else [])]) + "\n\n"

    def _set_key(self, signature: key.KeySignature | None) -> None:
        self._key = key_of_signature(signature, self._part.recurse().notes.last())
        self._speller.signature = {letter: self._key.alter(letter) for letter in LETTERS}

    def _bar(self, measure: stream.Measure, place: int) -> str:
        """A measure from its left bar line to its right one."""
        changes = ""
        if place:
            before = self._key
            if measure.keySignature is not None:
                self._set_key(measure.keySignature)
            if self._key != before:
                changes += f"[K:{self._key}]"
            metre = metre_of(measure)
            if metre and metre != self._metre:
                self._metre = metre
                changes += f"[M:{metre}]"
        starts = _is_repeat(measure.leftBarline, "start")
        left = "|:" if starts and (not place or not _is_repeat(self._measures[place - 1].rightBarline, "end")) else ""
        ending = self._endings.get(id(measure), "")
        if ending:
            ending = f"[{ending} "
        self._speller.new_bar()
        voices = list(measure.voices)
        if len(voices) > 1:
            self._notes.skipped["bars with further voices, whose first voice was read"] += 1
        music = "".join(self._elements(voices[0] if voices else measure, measure))
        return f"{left}{ending}{changes}{music.rstrip()}{self._right(measure, place)}"

    def _right(self, measure: stream.Measure, place: int) -> str:
        following = self._measures[place + 1] if place + 1 < len(self._measures) else None
        line = measure.rightBarline
        if _is_repeat(line, "end"):
            return "::" if following is not None and _is_repeat(following.leftBarline, "start") else ":|"
        kind = line.type if line is not None else ""
        if following is None or kind == "final":
            return "|]"
        return "||" if kind == "double" else "|"

    def _elements(self, voice: Any, measure: stream.Measure) -> Iterator[str]:
        elements = list(voice)
        if voice is not measure:
            elements = [each for each in measure if not isinstance(each, stream.Voice)] + elements
            elements.sort(key=lambda each: (each.offset, not isinstance(each, harmony.ChordSymbol)))
        graces: list[Any] = []
        before = ""  # what stands before the next note
        tuplet = Tuplets()
        for element in elements:
            if isinstance(element, harmony.ChordSymbol):
                before += self._symbol(element)
            elif isinstance(element, note.GeneralNote):
                if element.duration.isGrace:
                    graces.append(element)
                    continue
                yield self._note(element, before, graces, tuplet)
                before, graces = "", []
            elif isinstance(element, repeat.RepeatMark) and (mark := _MARKS.get(type(element).__name__)):
                before += mark
            else:
                for kind, what in _SKIPPED.items():
                    if isinstance(element, kind):
                        self._notes.skipped[what] += 1

    def _symbol(self, symbol: harmony.ChordSymbol) -> str:
        # A symbol without a root is a numeral, whose figure music21 cannot find.
        named = isinstance(symbol, harmony.NoChord) or symbol.root(find=False) is not None
        figure = (symbol.figure or "").replace("-", "b") if named else ""
        if is_chord_symbol(figure):
            return f'"{figure}"'
        self._notes.skipped["chord symbols that ABC does not have"] += 1
        return ""

    def _note(self, element: Any, before: str, graces: Sequence[Any], tuplet: Tuplets) -> str:
        begins, ends = self._slurs.get(id(element), (0, 0))
        if getattr(element, "lyrics", None):
            self._notes.skipped["notes with lyrics"] += 1
        text = before + tuplet.sign(element) + "(" * begins
        if graces:
            slash = "/" if graces[0].duration.slash else ""
            text += "{" + slash + "".join(map(self._pitches, graces)) + "}"
        for mark in [*element.articulations, *element.expressions]:
            text += _MARKS.get(type(mark).__name__, "")
        text += self._pitches(element) + _length(Fraction(element.quarterLength) * tuplet.factor)
        if _is_tied(element):
            text += "-"
        return text + ")" * ends + ("" if _joins_next(element) else " ")

    def _pitches(self, element: Any) -> str:
        if isinstance(element, note.Rest):
            return "x" if element.style.hideObjectOnPrint else "z"
        if isinstance(element, chord.Chord):
            whole = _is_tied(element)  # then one tie stands behind the chord
            ties = ["-" if _is_tied(each) and not whole else "" for each in element.notes]
            signs = map(self._speller.note, element.pitches)
            return "[" + "".join(sign + tie for sign, tie in zip(signs, ties, strict=True)) + "]"
        if isinstance(element, note.Note):
            return self._speller.note(element.pitch)
        self._notes.skipped["notes without a pitch"] += 1
        return "z"


def _is_repeat(line: bar.Barline | None, direction: str) -> bool:
    return isinstance(line, bar.Repeat) and line.direction == direction


def _is_tied(element: Any) -> bool:
    """Whether a note, or each note of a chord, is tied to the next one."""
    if isinstance(element, chord.Chord):
        return all(map(_is_tied, element.notes))
    return element.tie is not None and element.tie.type in ("start", "continue")


def _length(quarters: Any) -> str:
    return fraction_of_unit(Fraction(quarters) * 2)


def _joins_next(element: Any) -> bool:
    """Whether a beam joins the note with the next one."""
    beams = getattr(element, "beams", None)
    return bool(beams and beams.beamsList and beams.beamsList[0].type in ("start", "continue"))
