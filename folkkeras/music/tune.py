"""A tune as music: bars of events with pitches and lengths, and the tune's faults.

Onsets and lengths are exact fractions of a whole note. Source of the terms: the ABC standard 2.1,
abcnotation.com/wiki/abc:standard:v2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import NamedTuple

from folkkeras.notation.intervals import SEMITONES


def printable(text: str) -> str:
    """The text without control characters, which XML cannot contain and a terminal would execute."""
    return "".join(character for character in text if character.isprintable())


@dataclass(frozen=True)
class Pitch:
    """A pitch with its spelling."""

    letter: str  # A to G
    alter: int  # semitones added by its accidental or the key, -2 to 2
    octave: int  # scientific: octave 4 begins at middle C
    accidental: int | None = None  # the accidental written before it, in semitones; 0 is a natural

    @property
    def midi(self) -> int:
        """The MIDI note number; middle C is 60."""
        return 12 * (self.octave + 1) + SEMITONES[self.letter] + self.alter


@dataclass(frozen=True)
class Tuplet:
    """An event's place in a tuplet of `notes` in the time of `time`, such as 3 in the time of 2."""

    notes: int
    time: int
    first: bool  # whether the event begins the tuplet
    last: bool  # whether the event ends the tuplet


class Event(NamedTuple):  # there are many events, and tuples are the fastest to create
    """A note, a chord, or a rest."""

    pitches: tuple[Pitch, ...]  # as written; empty for a rest
    length: Fraction  # as it sounds, in whole notes
    tuplet: Tuplet | None = None
    ties: tuple[Pitch, ...] = ()  # its pitches that are tied to the next event
    graces: tuple[Pitch, ...] = ()  # grace notes before it
    joined: bool = False  # whether it follows the previous event without a space, and so shares its beam
    symbol: str = ""  # the chord symbol above it, such as "Am7"
    annotations: tuple[str, ...] = ()  # each begins with its placement: one of ^ _ < > @
    decorations: tuple[str, ...] = ()  # the standard's long names, such as "trill", in text order
    slurs: tuple[int, int] = (0, 0)  # how many begin here, and how many end here
    slashed: bool = False  # whether its graces are an acciaccatura
    hidden: bool = False  # whether it is an invisible rest

    @property
    def written(self) -> Fraction:
        """The length that its notehead shows; in a tuplet, this is the length before scaling."""
        return self.length * Fraction(self.tuplet.notes, self.tuplet.time) if self.tuplet else self.length


@dataclass(frozen=True)
class BarLine:
    """A bar line with its repeat signs, endings and decorations."""

    repeat_start: bool = False
    repeat_end: bool = False
    double: bool = False
    endings: tuple[int, ...] = ()  # the passes in which the bar after it is played
    times: int = 2  # how often the section that it begins or ends is played
    style: str = ""  # "light-light", "light-heavy", "heavy-light", "dashed", "invisible" or empty
    decorations: tuple[str, ...] = ()  # such as "fine", written before it

    @property
    def ends_ending(self) -> bool:
        """Whether an ending cannot continue past here."""
        return self.repeat_start or self.repeat_end or self.double or bool(self.endings)

    @property
    def divides(self) -> bool:
        """Whether a section begins or ends here, so that it may split a bar."""
        return self.ends_ending or self.style == "invisible"


@dataclass(frozen=True)
class Metre:
    """A metre, such as 6/8."""

    beats: int
    unit: int  # 8 for an eighth
    text: str  # as written

    @cached_property
    def length(self) -> Fraction:
        """The length of a full bar, in whole notes."""
        return Fraction(self.beats, self.unit)


class Tempo(NamedTuple):
    """A tempo mark."""

    pace: Fraction | None  # whole notes per minute; None if it gives no number
    beat: Fraction | None = None  # in whole notes
    text: str = ""  # such as "Allegro"


class Bar(NamedTuple):
    """A bar with at least one event."""

    number: int  # 0 for a pick-up before the first full bar
    line: int  # of the text, from 1
    events: tuple[Event, ...]
    length: Fraction  # the total length of its events, in whole notes
    before: BarLine | None  # None at the beginning
    after: BarLine | None  # None at the end
    metre: Metre | None  # None if it is free
    signature: tuple[tuple[str, int], ...]  # letters and semitones of the key signature, in order
    overlays: tuple[tuple[Event, ...], ...] = ()  # further voices, written with `&`; each starts at the bar's beginning
    part: str = ""  # the label of the part that begins here
    tempi: tuple[tuple[int, Tempo], ...] = ()  # its tempo marks, each with the index of the event that it stands before
    clef: str = "treble"  # as ABC names it: treble, alto, tenor, bass, perc, none; a line number, +8 or -8 may follow
    shift: int = 0  # semitones from written to sounding pitch: transpose= and the clef's octave


def length_of(events: Sequence[Event]) -> Fraction:
    """The total length of events, in whole notes."""
    lengths = [event.length for event in events]
    parts = lcm(*{length.denominator for length in lengths})  # sums of integers are far faster
    return Fraction(sum(length.numerator * (parts // length.denominator) for length in lengths), parts)


def rest_bars(bar: Bar) -> int:
    """For how many bars of its metre a rest that is alone in a bar lasts, as in `Z4`; 0 if there is no such rest."""
    if bar.metre is None or len(bar.events) != 1 or bar.events[0].pitches:
        return 0
    count = bar.length / bar.metre.length
    return int(count) if count.denominator == 1 else 0


@dataclass(frozen=True)
class Fault:
    """A reason why a tune is not complete."""

    message: str
    line: int | None = None  # of the text, from 1
    bar: int | None = None
    open: bool = field(default=False, compare=False)  # not a fault in an unfinished tune: more music may fix it

    def __str__(self) -> str:
        places = [f"{name} {value}" for name, value in (("line", self.line), ("bar", self.bar)) if value is not None]
        return f"{', '.join(places)}: {self.message}" if places else self.message


@dataclass(frozen=True)
class Tune:
    """A tune read from ABC notation."""

    text: str
    reference: str = ""  # X
    title: str = ""  # the first T
    type: str = ""  # R
    key: str = ""  # K
    metre: str = ""  # M
    composer: str = ""  # C
    tempo: Fraction | None = None  # whole notes per minute, if Q gives it before the first note
    unit_length: Fraction = Fraction(1, 8)  # L, or the standard's default
    bars: tuple[Bar, ...] = ()
    order: tuple[int, ...] = ()  # indices into `bars` in playing order, with repeats written out
    faults: tuple[Fault, ...] = field(default=())
    unread: tuple[str, ...] = ()  # what the text contains but is neither heard nor shown, such as "lyrics"

    @property
    def complete(self) -> bool:
        """Whether it parses, has a key, ends with a bar line, and all its bars are full."""
        return not self.faults
