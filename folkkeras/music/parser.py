"""From the lines of a tune to bars of events. Source: the ABC standard 2.1, sections 3, 4, 7.4, 10 and 11.

What the standard leaves open is read as abc2midi and abcjs both read it; where they disagree, as abcjs writes
it and as abc2midi plays it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from folkkeras.music.fields import (
    metre_of,
    part_of,
    tempo_of,
    unit_length_of,
    usual_unit_length,
)
from folkkeras.music.signs import (
    NoteSign,
    bar_line_of,
    length_of,
    length_sign,
    merged,
    note_sign,
    passes_of,
    pitch_of,
    scaled,
)
from folkkeras.music.tune import Bar, BarLine, Event, Fault, Metre, Pitch, Tempo, Tuplet, printable
from folkkeras.notation.chords import PLACEMENTS, is_chord_symbol
from folkkeras.notation.keys import LETTERS, read_key
from folkkeras.notation.lines import HEADER_ONLY, Kind, Line
from folkkeras.notation.symbols import decoration_name, user_symbol
from folkkeras.notation.tokens import NOTE, SHORT_FORMS, TOKEN
from folkkeras.notation.words import word_at

MOST_NOTES = 20_000  # of a tune; the longest of 5,052 real ones has 715
_COMPOUND = (6, 9, 12)  # eighths of the metres in which (5 and its like take the time of three
_TUPLET_TIMES = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
_UNREAD = {"w": "lyrics", "W": "lyrics", "s": "symbol lines"}
_MIDI_TRANSPOSE = re.compile(r"MIDI\s+transpose\s*=?\s*([+-]?\d{1,2})\b")
_PROPAGATE = re.compile(r"propagate-accidentals\s+(not|octave|pitch)\b")
_LONG, _SHORT = Fraction(2), Fraction(1, 2)


class TooManyNotes(ValueError):
    """The tune is not one that a person wrote."""


@dataclass
class _OpenBar:
    """A bar on its way."""

    line: int
    before: BarLine | None
    metre: Metre | None
    signature: tuple[tuple[str, int], ...]
    part: str
    tempo: Tempo | None
    clef: str
    shift: int
    events: list[Event] = field(default_factory=list)
    overlays: list[list[Event]] = field(default_factory=list)


class Parser:
    """Takes the lines of one tune and makes bars of them.

    Args:
        first_line: the number that faults give the tune's first line.
    """

    def __init__(self, first_line: int) -> None:
        self.first_line, self.line = first_line, first_line
        self.faults: list[tuple[str, int | None, int | None]] = []  # message, line, place of the bar
        self.unread: list[str] = []
        self.fields: dict[str, str] = {}  # of the header, the first non-empty value of each
        self.voices: set[str] = set()
        self.tempo: Tempo | None = None  # before the first note
        self._bars: list[_OpenBar] = []
        self._bar: _OpenBar | None = None
        self._bar_line: BarLine | None = None  # since the last event
        self._notes = 0
        # What is in force.
        self.metre: Metre | None = None
        self.unit_length: Fraction | None = None
        self._unit = Fraction(1, 8)
        self._signature: tuple[tuple[str, int], ...] = ()
        self._alters: dict = {}  # letter -> semitones, and (letter, octave) where signs hold for one octave
        self._altered = False
        self._reach = "pitch"  # of an accidental: pitch, octave, or not
        # What ties take over a bar line: letter and octave -> semitones.
        self._carried: dict[tuple[str, int], int] = {}
        self._clef, self._octave, self._transpose, self._midi_transpose = "treble", 0, 0, 0
        self._symbols = dict(SHORT_FORMS)
        self._part = ""
        self._mark: Tempo | None = None
        self._since_music: set[str] = set()  # letters of the fields since the last line of music
        # What waits for the next event.
        self._joined = False
        self._graces: tuple[Pitch, ...] = ()
        self._slashed = False
        self._symbol = ""
        self._annotations: tuple[str, ...] = ()
        self._decorations: tuple[str, ...] = ()
        self._slurs = 0
        self._factor: Fraction | None = None  # by a broken rhythm
        self._tuplet: list[int] | None = None  # notes, time, how many there are, how many are left
        self._chord: list[tuple[NoteSign, Pitch]] | None = None
        self._chord_ties: list[Pitch] = []
        self._events: list[Event] = []  # those of the last event's bar and voice
        self._word_end = 0
        self._begun = False
        self._colon = False  # one stands before the bar line that is to come
        self._take: dict[str, Callable[[re.Match[str]], None]] = {
            kind: getattr(self, f"_on_{kind}") for kind in TOKEN.groupindex if kind != "note"
        }

    def add(self, line: Line) -> None:
        """Take in the next line."""
        self.line = self.first_line + line.number
        if line.kind is Kind.MUSIC:
            if not self._begun:
                self._begin_music()
            self._music(line.value)
        elif line.kind is Kind.FIELD:
            self._field(line.letter, line.value, line.in_header)
            if self._notes and not line.in_header:
                self._watch_for_header(line.letter)
        elif line.kind is Kind.STRAY:
            what = "a line of its header is no field" if line.in_header else "a line is neither music nor a field"
            self._fault(f"{what}: {_excerpt(line.value)!r}")
        elif line.kind is Kind.DIRECTIVE:
            self._directive(line.value)

    def bars(self) -> list[Bar]:
        """All bars, numbered."""
        if self._chord is not None:
            self._close_chord((1, 1))
        self._close_bar()
        bars: list[Bar] = []
        for place, each in enumerate(self._bars):
            after = self._bars[place + 1].before if place + 1 < len(self._bars) else self._bar_line
            overlays = tuple(map(tuple, each.overlays))
            bar = Bar(
                place + 1, each.line, tuple(each.events), each.before, after, each.metre, each.signature,
                overlays, each.part, each.tempo, each.clef, each.shift,
            )  # fmt: skip
            bars.append(bar)
        if bars and bars[0].metre and bars[0].length < bars[0].metre.length:  # a pick-up
            bars = [bar._replace(number=bar.number - 1) for bar in bars]
        return bars

    def faults_in(self, bars: list[Bar]) -> list[Fault]:
        """The faults with the numbers of their bars."""
        last = bars[-1].number + 1 if bars else 1
        return [
            Fault(message, line, None if place is None else bars[place].number if place < len(bars) else last)
            for message, line, place in self.faults
        ]

    # Lines

    def _music(self, text: str) -> None:
        self._since_music.clear()
        self._word_end = 0
        self._joined = False
        take, note = self._take, self._note
        for match in TOKEN.finditer(text):
            kind = match.lastgroup
            if kind == "note":
                note(match[0])
            else:
                take[kind](match)  # type: ignore[index]  # every sign has a group
        if self._notes > MOST_NOTES:
            raise TooManyNotes(f"more than {MOST_NOTES:,} notes")

    def _begin_music(self) -> None:
        """Fix what holds where the header does not say it."""
        self._begun = True
        self._unit = self.unit_length or usual_unit_length(self.metre)
        self.unit_length = self._unit
        if tempo := self.fields.get("Q"):
            self._set_tempo(tempo)

    def _directive(self, value: str) -> None:
        if match := _MIDI_TRANSPOSE.match(value):
            self._midi_transpose = int(match[1])
        elif match := _PROPAGATE.match(value):
            self._reach = match[1]

    def _field(self, letter: str, value: str, in_header: bool) -> None:
        if in_header:
            if letter not in self.fields and value:
                self.fields[letter] = value
            if letter == "Q":
                return  # the unit length that it may need can stand below it
        elif letter in HEADER_ONLY:
            return
        if letter == "K":
            self._set_key(value, in_header)
            if in_header:
                self._begin_music()
        elif letter == "M":
            try:
                self.metre = metre_of(value)
            except ValueError as error:
                self._fault(str(error))
        elif letter == "L":
            try:
                self.unit_length = self._unit = unit_length_of(value)
            except ValueError as error:
                self._fault(str(error))
        elif letter == "Q":
            self._set_tempo(value)
        elif letter == "P" and not in_header:
            if self._bar is not None and part_of(value):  # it begins within a bar
                self._bar_sign(BarLine(style="invisible"))
            self._part = printable(value)
        elif letter == "U":
            if symbol := user_symbol(value):
                self._symbols[symbol[0]] = symbol[1]
        elif letter == "I":
            self._directive(value)
        elif letter == "V" and value:
            self.voices.add(value.split()[0])
        elif letter in _UNREAD:
            self.unread.append(_UNREAD[letter])

    def _watch_for_header(self, letter: str) -> None:
        """Whether the fields since the last line of music are those of another tune."""
        self._since_music.add(letter)
        if letter == "R" or self._since_music >= {"M", "L", "K"}:
            self._since_music.clear()
            self._fault("another tune's header begins here, without an X: line")

    def _set_key(self, value: str, in_header: bool) -> None:
        if not value:
            return
        found = read_key(value)
        if found is None:
            self._fault(f"its key {printable(value)!r} cannot be read")
            return
        if found.unknown:
            self._fault(f"its key has {printable(found.unknown)!r} behind it, which cannot be read")
        if found.signature is not None:
            order = LETTERS if sum(found.signature.values()) > 0 else LETTERS[::-1]
            self._signature = tuple((each, found.signature[each]) for each in order if each in found.signature)
            self._alters, self._altered = dict(self._signature), False
        self._clef = found.clef or self._clef
        self._octave = self._octave if found.octave is None else max(-4, min(found.octave, 4))
        self._transpose = self._transpose if found.transpose is None else found.transpose

    def _set_tempo(self, value: str) -> None:
        try:
            mark = tempo_of(value, self._unit)
        except ValueError as error:
            self._fault(str(error))
            return
        self._mark = mark
        if not self._notes:
            self.tempo = mark

    # Bars

    def _open(self) -> _OpenBar:
        shift = (
            self._transpose + self._midi_transpose + (12 if "+8" in self._clef else -12 if "-8" in self._clef else 0)
        )
        bar = _OpenBar(
            self.line, self._bar_line, self.metre, self._signature, self._part, self._mark, self._clef, shift
        )
        self._bar, self._events, self._bar_line = bar, bar.events, None
        self._part, self._mark = "", None
        return bar

    def _close_bar(self) -> None:
        if self._bar is None:
            return
        self._bars.append(self._bar)
        self._bar = None
        if self._altered:
            self._alters, self._altered = dict(self._signature), False
        last = self._events[-1] if self._events else None
        self._carried = {(each.letter, each.octave): each.alter for each in last.ties} if last and last.ties else {}

    def _bar_sign(self, line: BarLine) -> None:
        if self._colon:
            line, self._colon = replace(line, repeat_end=True), False
        if self._chord is not None:
            self._fault("a chord is not closed")
            self._close_chord((1, 1))
        self._close_bar()
        if self._decorations:
            line = replace(line, decorations=self._decorations)
            self._decorations = ()
        self._bar_line = merged(self._bar_line, line) if self._bar_line else line
        self._joined = False

    def _on_bar(self, match: re.Match[str]) -> None:
        self._bar_sign(bar_line_of(match[0]))

    def _on_colon(self, match: re.Match[str]) -> None:
        """A colon apart from its bar line, which stands on the line before it, or behind a remark."""
        if self._bar is None:
            self._bar_sign(BarLine(repeat_start=True))
        else:
            self._colon = True

    def _on_ending(self, match: re.Match[str]) -> None:
        passes = passes_of(match[0])
        if not passes:
            self._fault(f"it has an ending for pass {match[0].lstrip('[')[:20]}")
            return
        self._close_bar()  # an ending may begin where no bar line stands
        self._bar_line = merged(self._bar_line or BarLine(), BarLine(endings=passes))

    def _on_overlay(self, match: re.Match[str]) -> None:
        if len(match[0]) > 1 or self._bar is None:
            self._fault(f"{match[0]} sets nothing beside this bar: only one & a bar's voice is read")
            return
        self._bar.overlays.append([])
        self._events = self._bar.overlays[-1]
        self._alters, self._altered = dict(self._signature), False
        self._joined = False

    # Events

    def _add(
        self, pitches: tuple[Pitch, ...], length: Fraction, ties: tuple[Pitch, ...] = (), hidden: bool = False
    ) -> None:
        if self._bar is None:
            self._open()
        if self._factor is not None:
            length, self._factor = length * self._factor, None
        part = None
        if self._tuplet:
            count, time, size, left = self._tuplet
            part = Tuplet(count, time, first=left == size, last=left == 1)
            length = scaled(length, Fraction(time, count))
            self._tuplet = [count, time, size, left - 1] if left > 1 else None
        if self._carried:
            self._carried = {}
        if self._colon:
            self._colon = False
            self._fault("a colon stands at no bar line")
        self._events.append(
            Event(
                pitches, length, part, ties, self._graces, self._joined, self._symbol,
                self._annotations, self._decorations, (self._slurs, 0), self._slashed, hidden,
            )
        )  # fmt: skip
        self._notes += 1
        self._joined, self._graces, self._slashed, self._slurs = True, (), False, 0
        self._symbol, self._annotations, self._decorations = "", (), ()

    def _pitch(self, sign: NoteSign) -> Pitch:
        """The pitch of a note here; its accidental holds to the end of the bar: standard 4.2 and 11.3."""
        letter, accidental, octave = sign.letter, sign.accidental, sign.octave + self._octave
        if accidental is None:
            alter = self._alters.get(letter, 0)
            if self._reach == "octave":
                alter = self._alters.get((letter, octave), alter)
            if self._carried:
                alter = self._carried.get((letter, octave), alter)
        else:
            alter = accidental
            if self._reach != "not":
                self._alters[letter if self._reach == "pitch" else (letter, octave)] = alter
                self._altered = True
        return pitch_of(letter, alter, octave, accidental)

    def _note(self, text: str) -> None:
        sign = note_sign(text)
        pitch = self._pitch(sign)
        if not sign.number:
            self._fault(f"a note has no length: {_excerpt(text)}")
            sign = sign._replace(number=1)
        if self._chord is not None:
            self._chord.append((sign, pitch))
        else:
            self._add((pitch,), length_of(sign.number, sign.part, self._unit))

    def _on_rest(self, match: re.Match[str]) -> None:
        text = match[0]
        number, part = length_sign(text)
        if not number:
            self._fault(f"a rest has no length: {_excerpt(text)}")
            number = 1
        unit = self._unit
        if text[0] in "ZX":
            unit = self.metre.length if self.metre else Fraction(1)
        if self._chord is not None:
            return  # a rest within a chord says nothing
        self._add((), length_of(number, part, unit), hidden=text[0] in "xX")

    def _on_chord(self, match: re.Match[str]) -> None:
        if self._chord is not None:
            self._fault("a chord is not closed")
            self._close_chord((1, 1))
        self._chord, self._chord_ties = [], []

    def _on_chord_end(self, match: re.Match[str]) -> None:
        if self._chord is None:
            self._fault("a bracket ] closes no chord")
            return
        number, part = length_sign(match[0])
        self._close_chord((number, part) if number else (1, 1))

    def _close_chord(self, times: tuple[int, int]) -> None:
        """The chord lasts as long as its first note: standard 4.17."""
        chord, self._chord = self._chord, None
        if not chord:
            self._fault("a chord has no notes")
            return
        first = chord[0][0]
        self._notes += len(chord) - 1
        length = length_of(first.number * times[0], first.part * times[1], self._unit)
        self._add(tuple([pitch for _, pitch in chord]), length, tuple(self._chord_ties))

    def _on_old_chord(self, match: re.Match[str]) -> None:
        """`+CEG+2`, as it was written before brackets: section 10."""
        self._on_chord(match)
        for note in NOTE.finditer(match[0]):
            self._note(note[0])
        self._on_chord_end(match)

    def _on_tie(self, match: re.Match[str]) -> None:
        if self._chord is not None:
            if self._chord:
                self._chord_ties.append(self._chord[-1][1])
            return
        if self._events:
            last = self._events[-1]
            self._events[-1] = last._replace(ties=last.pitches)
            if self._bar is None:  # it stands behind the bar line
                self._carried = {(each.letter, each.octave): each.alter for each in last.pitches}

    def _on_broken(self, match: re.Match[str]) -> None:
        """`A>B` is a dotted note and one of half its length, `A>>B` one with two dots: standard 4.4."""
        if not self._events or self._chord is not None:
            self._fault(f"{match[0]} stands within a chord" if self._events else f"{match[0]} has no note before it")
            return
        short = _SHORT ** min(len(match[0]), 3)
        first, second = (2 - short, short) if match[0][0] == ">" else (short, 2 - short)
        last = self._events[-1]
        self._events[-1] = last._replace(length=scaled(last.length, first))
        self._factor = second

    def _on_tuplet(self, match: re.Match[str]) -> None:
        """`(p:q:r`: p notes in the time of q for the next r; standard 4.13."""
        notes, time, size = (int(each[:2] or 0) for each in (match[0][1:] + "::").split(":")[:3])
        compound = self.metre is not None and self.metre.unit == 8 and self.metre.beats in _COMPOUND
        time = time or _TUPLET_TIMES.get(notes) or (3 if compound else 2)
        if notes < 2:
            self._fault(f"{match[0]} begins no tuplet")
            return
        self._tuplet = [notes, time, size or notes, size or notes]

    def _on_slur(self, match: re.Match[str]) -> None:
        self._slurs += 1

    def _on_slur_end(self, match: re.Match[str]) -> None:
        if self._events:
            last = self._events[-1]
            self._events[-1] = last._replace(slurs=(last.slurs[0], last.slurs[1] + 1))

    def _on_grace(self, match: re.Match[str]) -> None:
        text = match[0]
        self._slashed = text.startswith("{/")
        signs = [note_sign(found[0]) for found in NOTE.finditer(text)]
        self._graces += tuple([self._pitch(sign) for sign in signs])

    def _on_quoted(self, match: re.Match[str]) -> None:
        text = printable(match[0].strip('"'))
        if not match[0].endswith('"') or len(match[0]) < 2:
            self._fault("a quotation mark has no partner")
        if text[:1] and text[0] in PLACEMENTS:
            self._annotations += (text,)
        elif not self._symbol and is_chord_symbol(text):
            self._symbol = text
        elif text:
            self._annotations += ("^" + text,)

    def _on_decoration(self, match: re.Match[str]) -> None:
        self._decorations += (decoration_name(match[0][1:-1]),)

    def _on_mark(self, match: re.Match[str]) -> None:
        letter = match[0]
        name = self._symbols.get(letter)
        if name is None:
            self._unknown(match)
        elif name.startswith('"'):
            self._annotations += (printable(name.strip('"')),)
        elif name and name != "nil":
            self._decorations += (decoration_name(name),)

    # The rest

    def _on_space(self, match: re.Match[str]) -> None:
        self._joined = False

    def _on_spacer(self, match: re.Match[str]) -> None:
        self._joined = False

    def _on_nothing(self, match: re.Match[str]) -> None:
        """Signs that say nothing about the music."""

    def _on_inline(self, match: re.Match[str]) -> None:
        self._field(match[0][1], match[0][3:-1].strip(), False)

    def _on_other(self, match: re.Match[str]) -> None:
        self._unknown(match)

    def _unknown(self, match: re.Match[str]) -> None:
        """A character that is not music, or the word that it stands in."""
        place = match.start()
        if place < self._word_end:
            return
        start, end = word_at(match.string, place, self._symbols)
        if not end:
            self.unread.append(f"the decoration {match[0]!r}, which is not defined")
        elif end - start > 1:
            self._word_end = end
            self._fault(f"a word stands in the music: {_excerpt(match.string[start:end])!r}")
        else:
            self._fault(f"it has a character that is not music: {match[0]!r}")

    def _fault(self, message: str) -> None:
        fault = (message, self.line, len(self._bars) if self._begun else None)
        if fault not in self.faults:
            self.faults.append(fault)


def _excerpt(text: str) -> str:
    """The beginning of a text, short enough for a message."""
    text = printable(text.strip())
    return text if len(text) <= 40 else text[:37] + "..."
