"""Read a tune from ABC notation: the one door to the parser abcnotes, where all that it may raise is caught."""

import re
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any

import abcnotes

from folkkeras.music.checking import NO_NOTES, bar_faults
from folkkeras.music.tune import Bar, BarLine, Event, Fault, Metre, Pitch, Tune, Tuplet, printable
from folkkeras.notation.tunes import header_of, split_tunes

MOST_NOTES = 20_000  # of a tune; the longest of 5,052 real ones has 715
MOST_PASSES = 64  # of a repeated section or a part; what lies beyond is a slip that would play for days
_VOICES = re.compile(r"^V:\s*(\S+)|\[V:\s*([^\s\]]+)", re.MULTILINE)
_DEFINITION = re.compile(r"[A-Za-z]:")  # at a line's beginning: what it holds is no music
_GRACES = re.compile(r"\{[^{}\n]*\}")
_LONG_RANGE = re.compile(r"[|:\[]\d[\d,]*-\d{3}")
_TIED_BROKEN = re.compile(r"(-)([<>]+)")
_GRACE = re.compile(r"(\^\^|\^|__|_|=)?([A-Ga-g])([,']*)")
_ACCIDENTALS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_NAMES = {"##": 2, "#": 1, "": 0, "b": -1, "bb": -2}
_SHARPS, _FLATS = "FCGDAEB", "BEADGCF"


def read_tunes(text: str) -> list[Tune]:
    """The tunes of a text, each from its `X:` line to the next one's; what stands before the first is passed over."""
    before, tunes = split_tunes(text)
    line = before.count("\n") + 1
    found = []
    for tune in tunes:
        found.append(read_tune(tune, line))
        line += tune.count("\n")
    return found


def read_tune(text: str, line: int = 1) -> Tune:
    """One tune; whatever is wrong with it stands in its `faults`, and nothing is raised.

    Args:
        text: of the tune, from its `X:` line on.
        line: the number of that line, for the faults.
    """
    graces: deque[tuple[int, int, str]] = deque()  # line, column, the group

    def blank(match: re.Match[str]) -> str:
        start = text.rfind("\n", 0, match.start()) + 1
        before = text[start : match.start()]
        if _DEFINITION.match(before):
            return match[0]
        graces.append((text.count("\n", 0, start), len(before.lstrip()), match[0]))
        # The parser drops a line's first spaces, which would move all columns; y is a space that it keeps.
        return ("y" if not before.strip() else " ") + " " * (len(match[0]) - 1)

    # The parser counts grace notes as members of a tuplet, so it does not get to see them.
    plain = _GRACES.sub(blank, text) if "{" in text else text
    plain = _TIED_BROKEN.sub(r"\2\1", plain)  # it reads A>-B, not A->B, which books have for the same
    try:
        if _LONG_RANGE.search(plain):
            raise ValueError("an ending for hundreds of passes")
        parsed = abcnotes.Tune(abc=plain, strict=False)
        return _Reader(text, parsed, graces, line).tune()
    except Exception as error:  # the parser raises many kinds on broken tunes
        reason = printable(str(error).split("\n", 1)[0]) or type(error).__name__
        fields = {letter: printable(value) for letter, value in header_of(text).items()}
        return Tune(
            text,
            reference=fields.get("X", ""),
            title=fields.get("T", ""),
            type=fields.get("R", ""),
            faults=(Fault(f"it cannot be read ({reason})"),),
        )


class _Reader:
    """Turns the parser's tokens into bars of events."""

    def __init__(self, text: str, parsed: Any, graces: deque[tuple[int, int, str]], line: int) -> None:
        self.text, self.parsed, self.graces, self.line = text, parsed, graces, line
        self.bars: list[Bar] = []
        self.faults: list[Fault] = []
        self.place_of: dict[int, int] = {}  # id of the first token of the parser's bar -> place of ours
        self.before: BarLine | None = None
        self.open: Bar | None = None  # the newest bar, as long as its end is not known

    def tune(self) -> Tune:
        header = self.parsed.header
        if "key" not in header or not header["key"].strip():
            self.faults.append(Fault("it has no key, a line such as K:D"))
        if sum(isinstance(token, abcnotes.Note) for token in self.parsed.tokens) > MOST_NOTES:
            raise ValueError(f"more than {MOST_NOTES:,} notes")
        groups = self.parsed.bars
        for group in groups:
            self._bar(group)
        self._close_last()
        if not any(event.pitches for bar in self.bars for event in bar.events):
            self.faults.append(Fault(NO_NOTES))
        elif self.bars[-1].after is None:
            self.faults.append(Fault("it does not end with a bar line", self.bars[-1].line, self.bars[-1].number))
        if len({"".join(voice) for voice in _VOICES.findall(self.text)}) > 1:
            self.faults.append(Fault("it is in several voices, which are read one after another"))
        self.faults += bar_faults(self.bars)
        played = self._played(groups)
        return Tune(
            text=self.text,
            reference=printable(header.get("reference number", "")),
            title=printable(header.get("tune title", "")),
            type=printable(header.get("rhythm", "")),
            key=printable(header.get("key", "")),
            metre=printable(header.get("meter", "")),
            tempo=self._tempo(),
            unit_length=self._unit_length(),
            bars=tuple(self.bars),
            order=tuple([self.place_of[id(group[0])] for group in played if id(group[0]) in self.place_of]),
            faults=tuple(sorted(self.faults, key=lambda fault: (fault.line or 0, fault.bar or 0))),
        )

    def _played(self, groups: list[list[Any]]) -> list[list[Any]]:
        """The parser's bars in the order in which they are played."""
        parts = self.parsed.header.get("parts", "")
        # With P: the parser puts parts in their order; else its repeats alone, which spares it to find the bars again.
        if parts and prod(max(int(number), 1) for number in re.findall(r"\d+", parts)) <= MOST_PASSES:
            return self.parsed.expand_repeats(strict=False)
        return abcnotes.expand_repeats(groups, strict=False)

    def _bar(self, group: list[Any]) -> None:
        line = group[0] if isinstance(group[0], abcnotes.BarLine) else None
        if line is not None:
            if line.endings and max(line.endings) > MOST_PASSES:
                self._fault(line, f"it has an ending for pass {max(line.endings)}")
                line.endings = None
            self._close(_bar_line(line))
        events = tuple(self._events(group))
        if not events:
            return
        first = next(token for token in group if isinstance(token, (abcnotes.Note, abcnotes.Rest)))
        metre = first.time_sig._meter
        key = next((token.key for token in group if isinstance(token, abcnotes.Note)), None)
        self._close_last()
        bar = Bar(
            number=self.bars[-1].number + 1 if self.bars else 1,
            line=self.parsed.body_lines[first._line] + self.line,
            events=events,
            before=self.before,
            after=None,
            metre=Metre(metre[0], metre[1], first.time_sig._fields[0]) if metre else None,
            signature=_signature(key) if key else (self.bars[-1].signature if self.bars else ()),
        )
        if not self.bars and bar.metre and bar.length < bar.metre.length:
            bar = bar._replace(number=0)
        self.place_of[id(group[0])] = len(self.bars)
        self.open, self.before = bar, None

    def _close(self, line: BarLine) -> None:
        """Take in a bar line: it ends the bar before it and begins the next; several on end are one."""
        self.before = _merged(self.before, line) if self.before else line

    def _close_last(self) -> None:
        if self.open:
            self.bars.append(self.open._replace(after=self.before))
        self.open = None

    def _events(self, group: list[Any]) -> Iterator[Event]:
        tuplet: list[int] | None = None  # notes, time, how many are left, how many there are
        chord: list[Any] | None = None
        joined, symbol = False, ""
        graces: tuple[Pitch, ...] = ()
        for token in group:
            kind = type(token)  # no token has a class below its own; this is the reader's inner loop
            if kind is abcnotes.Note or kind is abcnotes.Rest:
                while self.graces and self.graces[0][:2] <= (self.parsed.body_lines[token._line], token._char):
                    graces += self._grace_notes(self.graces.popleft()[2], token)
                if chord is not None and kind is abcnotes.Note:
                    chord.append(token)
                    continue
                notes = [token]
            elif kind is abcnotes.ChordBracket and token._text != "[" and chord:
                notes, chord = chord, None
            else:
                if kind is abcnotes.Space:
                    joined = False
                elif kind is abcnotes.Newline:
                    joined, tuplet = False, None
                elif kind is abcnotes.Tuplet:
                    tuplet = [token.p, token.q, token.r, token.r]
                elif kind is abcnotes.ChordSymbol or kind is abcnotes.Annotation:
                    symbol = printable(token._text.strip('"'))
                elif kind is abcnotes.ChordBracket:
                    if token._text != "[":
                        self._fault(token, "a bracket ] closes no chord")
                    chord = [] if token._text == "[" else None
                elif kind is abcnotes.Unknown:
                    self._fault(token, f"it has a character that is no music: {token._text!r}")
                elif kind is abcnotes.GracenoteBrace:
                    self._fault(token, "a brace of grace notes stands alone")
                continue
            part = None
            if tuplet:
                count, time, left, size = tuplet
                part = Tuplet(count, time, first=left == size, last=left == 1)
                tuplet = [count, time, left - 1, size] if left > 1 else None
            yield _event(notes, part, graces, joined, symbol)
            joined, symbol, graces = True, "", ()
        if chord is not None:
            self._fault(group[-1], "a chord is not closed")
            if chord:
                yield _event(chord, None, graces, joined, symbol)

    def _fault(self, token: Any, message: str) -> None:
        lines = self.parsed.body_lines
        line = lines[token._line] + self.line if token._line < len(lines) else None
        fault = Fault(message, line, len(self.place_of) + 1)
        if fault not in self.faults:
            self.faults.append(fault)

    def _grace_notes(self, text: str, before: Any) -> tuple[Pitch, ...]:
        by_key = _key_accidentals(before.key) if isinstance(before, abcnotes.Note) else {}
        graces = []
        for sign, letter, marks in _GRACE.findall(text):
            alter = _ACCIDENTALS[sign] if sign else by_key.get(letter.upper(), 0)
            graces.append(_pitch(letter.upper(), alter, _octave(letter, marks), _ACCIDENTALS.get(sign)))
        return tuple(graces)

    def _unit_length(self) -> Fraction:
        for token in self.parsed.tokens:
            if isinstance(token, (abcnotes.Note, abcnotes.Rest)):
                return Fraction(*token.time_sig._unit_len)
        return Fraction(1, 8)

    def _tempo(self) -> Fraction | None:
        """Whole notes a minute, from Q."""
        if "tempo" not in self.parsed.header:
            return None
        beat, beats, _ = abcnotes.parse_tempo(self.parsed.header["tempo"])
        if not beats:
            return None
        return Fraction(*beat) * beats if beat else self._unit_length() * beats


def _event(notes: list[Any], tuplet: Tuplet | None, graces: tuple[Pitch, ...], joined: bool, symbol: str) -> Event:
    first = notes[0]
    unit, time = first.time_sig._unit_len, first.time_sig
    if isinstance(first, abcnotes.Rest):
        if first.symbol in "XZ" and time._meter:
            unit = time._meter
        return Event((), _length(*first.length, *unit), tuplet, graces=graces, symbol=symbol)
    single = len(notes) == 1
    pitches = (_pitch_of(first),) if single else tuple(map(_pitch_of, notes))
    tied = first.tie if single else any(note.tie for note in notes)
    return Event(pitches, _length(*first.length, *unit), tuplet, tied, graces, joined, symbol)


def _pitch_of(note: Any) -> Pitch:
    letter, written = note.note.upper(), _ACCIDENTALS.get(note.accidental)
    sign = note.accidental or note.bar_accidental
    alter = _ACCIDENTALS[sign] if sign else _key_accidentals(note.key).get(letter, 0)
    return _pitch(letter, alter, note.octave + 4, written)


def _key_accidentals(key: Any) -> dict[str, int]:
    """Semitones by letter; kept with the key, since the parser works them out anew each time."""
    found: dict[str, int] | None = getattr(key, "semitones", None)
    if found is None:
        found = key.semitones = {letter: _NAMES[name] for letter, name in key.accidentals.items()}
    return found


@lru_cache(maxsize=4_096)
def _pitch(letter: str, alter: int, octave: int, accidental: int | None) -> Pitch:
    return Pitch(letter, alter, octave, accidental)


@lru_cache(maxsize=4_096)
def _length(number: int, part: int, unit: int, unit_part: int) -> Fraction:
    length = Fraction(number * unit, part * unit_part)
    if length < 0:
        raise ValueError("notes of negative length")
    return length


def _octave(letter: str, marks: str) -> int:
    return 4 + letter.islower() + marks.count("'") - marks.count(",")


def _signature(key: Any) -> tuple[tuple[str, int], ...]:
    found = _key_accidentals(key)
    order = _SHARPS if sum(found.values()) > 0 else _FLATS
    return tuple([(letter, found[letter]) for letter in order if found.get(letter)])


def _bar_line(token: Any) -> BarLine:
    return BarLine(token.repeat_start, token.repeat_end, token.double, tuple(token.endings or ()))


def _merged(one: BarLine, other: BarLine) -> BarLine:
    return BarLine(
        one.repeat_start or other.repeat_start,
        one.repeat_end or other.repeat_end,
        one.double or other.double,
        one.endings + other.endings,
    )
