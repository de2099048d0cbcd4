"""Parse the lines of a tune into bars of events. Source: the ABC standard 2.1, sections 3, 4, 7.4, 10 and 11.

What the standard leaves open is read as in abc2midi and abcjs. Where they disagree, notation follows abcjs and
playback follows abc2midi.
"""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from folkkeras.music.parsing.events import EventReader, excerpt
from folkkeras.music.parsing.fields import metre_of, part_of, tempo_of, unit_length_of, usual_unit_length
from folkkeras.music.parsing.signs import bar_line_of, merged, passes_of
from folkkeras.music.tune import Bar, BarLine, Event, Fault, Metre, Tempo, length_of, printable
from folkkeras.notation.keys import LETTERS, read_key
from folkkeras.notation.lines import HEADER_ONLY, Kind, Line
from folkkeras.notation.symbols import user_symbol
from folkkeras.notation.tokens import TOKEN

MAX_NOTES = 20_000  # in a tune; the longest of 5,052 real ones has 715
_UNREAD = {"w": "lyrics", "W": "lyrics", "s": "symbol lines"}
_MIDI_TRANSPOSE = re.compile(r"MIDI\s+transpose\s*=?\s*([+-]?\d{1,2})\b")
_PROPAGATE = re.compile(r"propagate-accidentals\s+(not|octave|pitch)\b")


class TooManyNotes(ValueError):
    """The tune has more notes than any that a person would write."""


@dataclass
class _OpenBar:
    """A bar under construction."""

    line: int
    before: BarLine | None
    metre: Metre | None
    signature: tuple[tuple[str, int], ...]
    part: str
    tempi: tuple[tuple[int, Tempo], ...]
    clef: str
    shift: int
    events: list[Event] = field(default_factory=list)
    overlays: list[list[Event]] = field(default_factory=list)
    finished: Bar | None = None  # once nothing of it can change


class Parser(EventReader):
    """Parses the lines of one tune into bars.

    Args:
        first_line: the number of the tune's first line, for the faults.
    """

    def __init__(self, first_line: int) -> None:
        super().__init__()
        self.first_line, self.line = first_line, first_line
        # Message, line, index of the bar; a dictionary, since a text can have thousands of them.
        self.faults: dict[tuple[str, int | None, int | None], None] = {}
        self.fields: dict[str, str] = {}  # of the header, with the first non-empty value of each
        self.voices: set[str] = set()
        self.tempo: Tempo | None = None  # before the first note
        self._bars: list[_OpenBar] = []
        self._bar: _OpenBar | None = None
        self._bar_line: BarLine | None = None  # since the last event
        # Settings in force.
        self.unit_length: Fraction | None = None
        self._signature: tuple[tuple[str, int], ...] = ()
        self._clef, self._transpose, self._midi_transpose = "treble", 0, 0
        self._part = ""
        self._mark: Tempo | None = None
        self._since_music: set[str] = set()  # letters of the fields since the last line of music
        self._begun = False
        self._continued = False  # whether the previous line ends in a join
        self._colon = False  # whether a colon precedes the next bar line

    def copied(self) -> "Parser":
        """An independent copy of the parser in its current state."""
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict | list | set):
                setattr(other, name, value.copy())
        if last := self._bar or next(reversed(self._bars), None):  # only the last bar may still change
            events, overlays = last.events.copy(), [voice.copy() for voice in last.overlays]
            other._events = overlays[-1] if overlays else events
            if self._bar:
                other._bar = replace(last, events=events, overlays=overlays)
            else:
                other._bars[-1] = replace(last, events=events, overlays=overlays)
        return other

    def add(self, line: Line) -> None:
        """Process the next line."""
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
            what = "a line of its header is not a field" if line.in_header else "a line is neither music nor a field"
            self._fault(f"{what}: {excerpt(line.value)!r}")
        elif line.kind is Kind.DIRECTIVE:
            self._directive(line.value)

    def bars(self) -> list[Bar]:
        """All bars, numbered."""
        if self._chord is not None:
            self._close_chord((1, 1))
        self._close_bar()
        first = self._bars[0] if self._bars else None
        has_pick_up = bool(first and first.metre and length_of(first.events) < first.metre.length)
        return [self._finished(place, 0 if has_pick_up else 1) for place in range(len(self._bars))]

    def _finished(self, place: int, first: int) -> Bar:
        """The bar at an index, if the first one has this number."""
        bar, is_last = self._bars[place], place == len(self._bars) - 1
        if bar.finished:
            return bar.finished
        after = self._bar_line if is_last else self._bars[place + 1].before
        finished = Bar(
            place + first, bar.line, tuple(bar.events), length_of(bar.events), bar.before, after, bar.metre,
            bar.signature, tuple(map(tuple, bar.overlays)), bar.part, bar.tempi, bar.clef, bar.shift,
        )  # fmt: skip
        if not is_last:
            bar.finished = finished
        return finished

    def faults_in(self, bars: list[Bar]) -> list[Fault]:
        """The faults with their bar numbers."""
        last = bars[-1].number + 1 if bars else 1
        return [
            Fault(message, line, None if place is None else bars[place].number if place < len(bars) else last)
            for message, line, place in self.faults
        ]

    # Lines

    def _music(self, text: str) -> None:
        self._since_music.clear()
        self._word_end = 0
        self._joined = self._joined and self._continued  # a beam ends with its line
        self._continued = text.rstrip().endswith("\\")
        note = self._note
        for match in TOKEN.finditer(text):
            if match.lastgroup == "note":
                note(match[0])
            else:
                self._take(match)
        if self._notes > MAX_NOTES:
            raise TooManyNotes(f"more than {MAX_NOTES:,} notes")

    def _take(self, match: re.Match[str]) -> None:
        """Process a token that is not a note."""
        _HANDLERS[match.lastgroup or ""](self, match)

    def _begin_music(self) -> None:
        """Apply defaults for what the header does not specify."""
        self._begun = True
        self.unit_length = self.unit_length or usual_unit_length(self.metre)
        self._set_unit(self.unit_length)
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
                return  # it may need the unit note length, which can follow it
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
                unit = unit_length_of(value)
                self._set_unit(unit)
                self.unit_length = self.unit_length if self._notes else unit
            except ValueError as error:
                self._fault(str(error))
        elif letter == "Q":
            self._set_tempo(value)
        elif letter == "P" and not in_header:
            if self._bar is not None and part_of(value):  # the part begins within a bar
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
        """Report a fault if the fields since the last line of music form another tune's header."""
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
            self._fault(f"its key cannot be read in full: {printable(found.unknown)!r}")
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
        if self._bar is not None and self._bar.events:
            self._bar.tempi += ((len(self._bar.events), mark),)
        else:
            self._mark = mark
        if not self._notes:
            self.tempo = mark

    # Bars

    @property
    def _between_bars(self) -> bool:
        return self._bar is None

    def _events_here(self) -> list[Event]:
        if self._colon:
            self._colon = False
            self._fault("a colon has no bar line")
        if self._bar is None:
            self._open()
        return self._events

    def _open(self) -> None:
        shift = (
            self._transpose + self._midi_transpose + (12 if "+8" in self._clef else -12 if "-8" in self._clef else 0)
        )
        tempi = ((0, self._mark),) if self._mark else ()
        bar = _OpenBar(self.line, self._bar_line, self.metre, self._signature, self._part, tempi, self._clef, shift)
        self._bar, self._events, self._bar_line = bar, bar.events, None
        self._part, self._mark = "", None

    def _close_bar(self) -> None:
        if self._bar is None:
            return
        if self._bar.tempi and self._bar.tempi[-1][0] == len(self._bar.events):  # after its last event
            *tempi, (_, self._mark) = self._bar.tempi
            self._bar.tempi = tuple(tempi)
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
        """Process a colon that a line break or an annotation separates from its bar line."""
        if self._bar is None:
            self._bar_sign(BarLine(repeat_start=True))
        else:
            self._colon = True

    def _on_ending(self, match: re.Match[str]) -> None:
        passes = passes_of(match[0])
        if not passes:
            self._fault(f"it has an ending for pass {match[0].lstrip('[')[:20]}")
            return
        self._close_bar()  # an ending may begin without a bar line
        self._bar_line = merged(self._bar_line or BarLine(), BarLine(endings=passes))

    def _on_overlay(self, match: re.Match[str]) -> None:
        if len(match[0]) > 1 or self._bar is None:
            self._fault(f"{match[0]} cannot be read: one & adds one voice to its bar")
            return
        self._bar.overlays.append([])
        self._events = self._bar.overlays[-1]
        self._alters, self._altered = dict(self._signature), False
        self._joined = False

    def _on_nothing(self, match: re.Match[str]) -> None:
        """Skip a token without musical meaning."""

    def _on_inline(self, match: re.Match[str]) -> None:
        self._field(match[0][1], match[0][3:-1].strip(), False)

    def _fault(self, message: str) -> None:
        self.faults[message, self.line, len(self._bars) if self._begun else None] = None


# The method that processes each kind of token, except notes.
_HANDLERS: dict[str, Callable[[Parser, re.Match[str]], None]] = {
    kind: getattr(Parser, f"_on_{kind}") for kind in TOKEN.groupindex if kind != "note"
}
