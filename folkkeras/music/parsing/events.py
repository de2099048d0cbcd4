"""Turn the tokens of a line of music into notes, chords and rests. Source: the ABC standard 2.1, section 4."""

import re
from abc import ABC, abstractmethod
from fractions import Fraction

from folkkeras.music.parsing.signs import NoteSign, length_sign, note_sign, pitch_of, scaled
from folkkeras.music.tune import Event, Metre, Pitch, Tuplet, printable
from folkkeras.notation.chords import PLACEMENTS, is_chord_symbol
from folkkeras.notation.symbols import decoration_name
from folkkeras.notation.tokens import NOTE, SHORT_FORMS
from folkkeras.notation.words import word_at

_COMPOUND = (6, 9, 12)  # eighths in the metres where (5, (7 and (9 take the time of three notes
_TUPLET_TIMES = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
_SHORT = Fraction(1, 2)


class EventReader(ABC):
    """Turns the tokens of the music into events. Subclasses decide where bars begin and end."""

    def __init__(self) -> None:
        self.unread: list[str] = []
        self._notes = 0
        # Settings in force.
        self.metre: Metre | None = None
        self._unit = Fraction(1, 8)
        self._lengths: dict[tuple[int, int], Fraction] = {}  # units -> whole notes; a cache
        self._octave = 0  # octaves by which the notes move
        self._alters: dict = {}  # semitones by letter, or by (letter, octave) if accidentals apply to one octave
        self._altered = False  # whether an accidental has changed them
        self._reach = "pitch"  # the scope of an accidental: "pitch", "octave" or "not"
        # Accidentals that ties carry across a bar line: letter and octave -> semitones.
        self._carried: dict[tuple[str, int], int] = {}
        self._symbols = dict(SHORT_FORMS)  # letter -> the decoration that it stands for
        # Collected for the next event.
        self._joined = False
        self._graces: tuple[Pitch, ...] = ()
        self._slashed = False
        self._symbol = ""
        self._annotations: tuple[str, ...] = ()
        self._decorations: tuple[str, ...] = ()
        self._slurs = 0
        self._factor: Fraction | None = None  # of a broken rhythm
        self._tuplet: list[int] | None = None  # notes, time, number of notes in all, number of notes left
        self._chord: list[tuple[NoteSign, Pitch]] | None = None
        self._chord_ties: list[Pitch] = []
        self._events: list[Event] = []  # the events of the current bar and voice
        self._word_end = 0

    def _set_unit(self, unit: Fraction) -> None:
        self._unit, self._lengths = unit, {}

    def _length(self, number: int, part: int) -> Fraction:
        """Convert a length from units to whole notes; cached, since fractions are slow to create."""
        length = self._lengths.get((number, part))
        if length is None:
            length = self._lengths[number, part] = Fraction(number, part) * self._unit
        return length

    @abstractmethod
    def _events_here(self) -> list[Event]:
        """The list to which the next event belongs: that of the open bar or of its overlay."""

    @property
    @abstractmethod
    def _between_bars(self) -> bool:
        """Whether no bar is open."""

    @abstractmethod
    def _fault(self, message: str) -> None:
        """Record a fault at the current position."""

    def _add(
        self, pitches: tuple[Pitch, ...], length: Fraction, ties: tuple[Pitch, ...] = (), hidden: bool = False
    ) -> None:
        events = self._events_here()
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
        events.append(
            Event(
                pitches, length, part, ties, self._graces, self._joined, self._symbol,
                self._annotations, self._decorations, (self._slurs, 0), self._slashed, hidden,
            )
        )  # fmt: skip
        self._notes += 1
        self._joined, self._graces, self._slashed, self._slurs = True, (), False, 0
        self._symbol, self._annotations, self._decorations = "", (), ()

    def _pitch(self, sign: NoteSign) -> Pitch:
        """The pitch of a note here; its accidental applies to the end of the bar: standard 4.2 and 11.3."""
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
            self._fault(f"a note has no length: {excerpt(text)}")
            sign = sign._replace(number=1)
        if self._chord is not None:
            self._chord.append((sign, pitch))
        else:
            self._add((pitch,), self._length(sign.number, sign.part))

    def _on_rest(self, match: re.Match[str]) -> None:
        text = match[0]
        number, part = length_sign(text)
        if not number:
            self._fault(f"a rest has no length: {excerpt(text)}")
            number = 1
        if self._chord is not None:
            return  # a rest within a chord has no meaning
        if text[0] in "ZX":
            length = Fraction(number, part) * (self.metre.length if self.metre else 1)
        else:
            length = self._length(number, part)
        self._add((), length, hidden=text[0] in "xX")

    def _on_chord(self, match: re.Match[str]) -> None:
        if self._chord is not None:
            self._fault("a chord is not closed")
            self._close_chord((1, 1))
        self._chord, self._chord_ties = [], []

    def _on_chord_end(self, match: re.Match[str]) -> None:
        if self._chord is None:
            self._fault("a bracket ] does not close a chord")
            return
        number, part = length_sign(match[0])
        self._close_chord((number, part) if number else (1, 1))

    def _close_chord(self, times: tuple[int, int]) -> None:
        """Add the chord, which lasts as long as its first note: standard 4.17."""
        chord, self._chord = self._chord, None
        if not chord:
            self._fault("a chord has no notes")
            return
        first = chord[0][0]
        self._notes += len(chord) - 1
        length = self._length(first.number * times[0], first.part * times[1])
        self._add(tuple([pitch for _, pitch in chord]), length, tuple(self._chord_ties))

    def _on_old_chord(self, match: re.Match[str]) -> None:
        """Read `+CEG+2`, the outdated syntax for chords: section 10."""
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
            if self._between_bars:  # the tie is after the bar line
                self._carried = {(each.letter, each.octave): each.alter for each in last.pitches}

    def _on_broken(self, match: re.Match[str]) -> None:
        """In `A>B` the first note is dotted and the second halved; `A>>B` is double-dotted: standard 4.4."""
        if not self._events or self._chord is not None:
            self._fault(f"{match[0]} is inside a chord" if self._events else f"{match[0]} has no note before it")
            return
        short = _SHORT ** min(len(match[0]), 3)
        first, second = (2 - short, short) if match[0][0] == ">" else (short, 2 - short)
        last = self._events[-1]
        self._events[-1] = last._replace(length=scaled(last.length, first))
        self._factor = second

    def _on_tuplet(self, match: re.Match[str]) -> None:
        """Begin a tuplet, `(p:q:r`: p notes in the time of q for the next r notes; standard 4.13."""
        notes, time, size = (int(each[:2] or 0) for each in (match[0][1:] + "::").split(":")[:3])
        compound = self.metre is not None and self.metre.unit == 8 and self.metre.beats in _COMPOUND
        time = time or _TUPLET_TIMES.get(notes) or (3 if compound else 2)
        if notes < 2:
            self._fault(f"{match[0]} does not begin a tuplet")
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
            self._fault("a quotation mark is not closed")
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

    def _on_space(self, match: re.Match[str]) -> None:
        self._joined = False

    def _on_spacer(self, match: re.Match[str]) -> None:
        self._joined = False

    def _on_other(self, match: re.Match[str]) -> None:
        self._unknown(match)

    def _unknown(self, match: re.Match[str]) -> None:
        """Report a character that is not music, or the word that contains it."""
        place = match.start()
        if place < self._word_end:
            return
        start, end = word_at(match.string, place, self._symbols)
        if not end:
            self.unread.append(f"the decoration {match[0]!r}, which is not defined")
        elif end - start > 1:
            self._word_end = end
            self._fault(f"it has a word that is not music: {excerpt(match.string[start:end])!r}")
        else:
            self._fault(f"it has a character that is not music: {match[0]!r}")


def excerpt(text: str) -> str:
    """The beginning of a text, short enough for a message."""
    text = printable(text.strip())
    return text if len(text) <= 40 else text[:37] + "..."
