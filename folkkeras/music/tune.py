"""A tune as music: bars of events with pitches and lengths, and what is wrong with it.

Onsets and lengths are exact fractions of a whole note. Source of the terms: the ABC standard 2.1,
abcnotation.com/wiki/abc:standard:v2.1.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import NamedTuple

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def printable(text: str) -> str:
    """The text without control characters, which XML cannot hold and a terminal would obey."""
    return "".join(character for character in text if character.isprintable())


@dataclass(frozen=True)
class Pitch:
    """A pitch as it is spelled."""

    letter: str  # A to G
    alter: int  # semitones by its accidental or the key, -2 to 2
    octave: int  # scientific: the 4th begins with middle C
    accidental: int | None = None  # the one that is written before it, semitones; 0 is a natural

    @property
    def midi(self) -> int:
        """The MIDI note number; middle C is 60."""
        return 12 * (self.octave + 1) + _SEMITONES[self.letter] + self.alter


@dataclass(frozen=True)
class Tuplet:
    """`notes` in the time of `time`, such as 3 in the time of 2."""

    notes: int
    time: int
    first: bool  # whether the event begins the tuplet
    last: bool  # whether it ends it


class Event(NamedTuple):  # of which there are many, and tuples are made fastest
    """A note, a chord, or a rest."""

    pitches: tuple[Pitch, ...]  # as written; of a rest none
    length: Fraction  # as it sounds
    tuplet: Tuplet | None = None
    ties: tuple[Pitch, ...] = ()  # those of its pitches that are tied to the next event
    graces: tuple[Pitch, ...] = ()  # before it
    joined: bool = False  # written without a space after the event before it, so under one beam
    symbol: str = ""  # the chord symbol above it, such as "Am7"
    annotations: tuple[str, ...] = ()  # remarks, each behind its placement: one of ^ _ < > @
    decorations: tuple[str, ...] = ()  # the standard's long names, such as "trill", in the order of the text
    slurs: tuple[int, int] = (0, 0)  # how many begin at it, and how many end at it
    slashed: bool = False  # whether its graces are an acciaccatura
    hidden: bool = False  # a rest that is not shown

    @property
    def written(self) -> Fraction:
        """The length that its notehead shows: in a tuplet, the one before the tuplet's scaling."""
        return self.length * Fraction(self.tuplet.notes, self.tuplet.time) if self.tuplet else self.length


@dataclass(frozen=True)
class BarLine:
    """What stands between two bars."""

    repeat_start: bool = False
    repeat_end: bool = False
    double: bool = False
    endings: tuple[int, ...] = ()  # the passes that the bar after it is for
    times: int = 2  # how often the section that it begins or ends is played
    style: str = ""  # "light-light", "light-heavy", "heavy-light", "dashed", "invisible"; else empty
    decorations: tuple[str, ...] = ()  # such as "fine", written before it

    @property
    def divides(self) -> bool:
        """Whether a section begins or ends here, so that a bar may be split by it."""
        invisible = self.style == "invisible"
        return self.repeat_start or self.repeat_end or self.double or bool(self.endings) or invisible


@dataclass(frozen=True)
class Metre:
    """A metre, such as 6/8."""

    beats: int
    unit: int  # 8 for an eighth
    text: str  # as written

    @property
    def length(self) -> Fraction:
        """Of a full bar."""
        return Fraction(self.beats, self.unit)


class Tempo(NamedTuple):
    """A tempo mark."""

    pace: Fraction | None  # whole notes a minute, where it gives one
    beat: Fraction | None = None  # as a fraction of a whole note
    text: str = ""  # such as "Allegro"


class Bar(NamedTuple):
    """A bar with at least one event."""

    number: int  # 0 for a pick-up before the first full bar
    line: int  # of the text, from 1
    events: tuple[Event, ...]
    before: BarLine | None  # None at the beginning
    after: BarLine | None  # None at the end
    metre: Metre | None  # None where it is free
    signature: tuple[tuple[str, int], ...]  # letter and semitones of the key signature, in its order
    overlays: tuple[tuple[Event, ...], ...] = ()  # what `&` sets beside the events, from the bar's beginning on
    part: str = ""  # the label of the part that begins with it
    tempo: Tempo | None = None  # the mark that stands at it
    clef: str = "treble"  # as ABC names it: treble, alto, tenor, bass, perc, none; a line, +8 or -8 may follow
    shift: int = 0  # semitones from what is written to what sounds: transpose=, the clef's octave

    @property
    def length(self) -> Fraction:
        """Of its events together."""
        lengths = [event.length for event in self.events]
        parts = lcm(*{length.denominator for length in lengths})  # sums of whole numbers are far faster
        return Fraction(sum(length.numerator * (parts // length.denominator) for length in lengths), parts)


@dataclass(frozen=True)
class Fault:
    """What keeps a tune from being whole."""

    message: str
    line: int | None = None  # of the text, from 1
    bar: int | None = None
    open: bool = field(default=False, compare=False)  # of a beginning of a tune it is no fault: more may remedy it

    def __str__(self) -> str:
        places = [f"{name} {value}" for name, value in (("line", self.line), ("bar", self.bar)) if value is not None]
        return f"{', '.join(places)}: {self.message}" if places else self.message


@dataclass(frozen=True)
class Tune:
    """A tune that was read."""

    text: str
    reference: str = ""  # X
    title: str = ""  # the first T
    type: str = ""  # R
    key: str = ""  # K
    metre: str = ""  # M
    composer: str = ""  # C
    tempo: Fraction | None = None  # whole notes a minute, where Q gives it before the first note
    unit_length: Fraction = Fraction(1, 8)  # L, or what the standard says where it is absent
    bars: tuple[Bar, ...] = ()
    order: tuple[int, ...] = ()  # the bars as they are played, by their place in `bars`, repeats written out
    faults: tuple[Fault, ...] = field(default=())
    unread: tuple[str, ...] = ()  # what stands in the text but is neither heard nor shown, such as "lyrics"

    @property
    def whole(self) -> bool:
        """Whether it parses, has a key, ends by itself, and every bar is full."""
        return not self.faults
