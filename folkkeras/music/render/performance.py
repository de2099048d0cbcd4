"""A tune as it is played: the onset, length and pitch of each sounding note.

Tied notes become one note, repeats are written out, grace notes take their time from the note after them, and
overlays sound together with their bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from folkkeras.errors import UsageError
from folkkeras.music.tune import Event, Tune, length_of

LONGEST = 6 * 60  # seconds; the longest of 4,000 real tunes lasts five minutes
_GRACE = Fraction(1, 64)  # of a whole note; grace notes together take at most half of their note
_OCTAVE = 12

# Word in the R field -> beat in whole notes, beats per minute. These are the usual tempos of sessions.
_PACES = {
    "slip jig": (Fraction(3, 8), 115),
    "jig": (Fraction(3, 8), 112),
    "slide": (Fraction(3, 8), 130),
    "reel": (Fraction(1, 2), 100),
    "hornpipe": (Fraction(1, 2), 80),
    "strathspey": (Fraction(1, 4), 120),
    "polka": (Fraction(1, 4), 126),
    "march": (Fraction(1, 4), 110),
    "waltz": (Fraction(1, 4), 130),
    "air": (Fraction(1, 4), 80),
}


@dataclass(frozen=True)
class Note:
    """A sounding note."""

    onset: Fraction  # whole notes from the beginning
    length: Fraction  # whole notes
    pitch: int  # MIDI note number; middle C is 60
    bar: int  # index in `Tune.bars`
    event: int  # index in the events of the bar, or of its overlay
    voice: int = 0  # 0 for the bar's events, 1 and up for its overlays


@dataclass(frozen=True, kw_only=True)
class Playing:
    """How a tune is played.

    Args:
        tempo: beats of the metre per minute; None takes the tune's own tempo, or the usual one of its dance.
        transpose: semitones up; negative values go down.
        repeats: whether to play repeats.
        swing: whether to play a hornpipe's even eighths long and short, two to one.
        accompaniment: whether to play the chords of chord symbols.
        times: how often to play a tune, 1 to 20.
        longest: seconds after which each time is cut.

    Raises:
        UsageError: a value is out of range.
    """

    tempo: float | None = None
    transpose: int = 0
    repeats: bool = True
    swing: bool = False
    accompaniment: bool = True
    times: int = 1
    longest: int = LONGEST

    def __post_init__(self) -> None:
        if self.tempo is not None and not 10 <= self.tempo <= 1_000:
            raise UsageError(f"--tempo {self.tempo} is not from 10 to 1000 beats per minute")
        if abs(self.transpose) > 2 * _OCTAVE:
            raise UsageError(f"--transpose {self.transpose} is more than two octaves: give -24 to 24 semitones")
        if not 1 <= self.times <= 20:
            raise UsageError(f"--times {self.times} is not from 1 to 20")


def swings(tune: Tune) -> bool:
    """Whether the tune's dance is played with swing, as a hornpipe is."""
    return "hornpipe" in tune.type.lower()


def beat_of(tune: Tune) -> Fraction:
    """The metre's beat as a fraction of a whole note: a dotted quarter in 6/8, 9/8, 12/8; a half in 2/2."""
    metre = next((bar.metre for bar in tune.bars if bar.metre), None)
    if metre is None:
        return Fraction(1, 4)
    if metre.unit == 8 and metre.beats % 3 == 0:
        return Fraction(3, 8)
    return Fraction(1, metre.unit) if metre.unit < 8 else Fraction(1, 4)


def pace(tune: Tune, playing: Playing) -> Fraction:
    """The tempo in whole notes per minute."""
    beat = beat_of(tune)
    if playing.tempo is not None:
        return beat * Fraction(playing.tempo).limit_denominator(1_000)
    if tune.tempo and 2 <= tune.tempo <= 400:  # whole notes per minute; anything else is a typo
        return tune.tempo
    for word, (unit, beats) in _PACES.items():
        if word in tune.type.lower():
            return unit * beats
    return beat * (100 if beat > Fraction(1, 4) else 120)


def tempi(tune: Tune, playing: Playing) -> list[tuple[Fraction, Fraction]]:
    """The tempo marks in playing order, as onsets (the first is 0) and whole notes per minute from there on.

    A requested tempo replaces the tune's first one; later tempos keep their ratio to it.
    """
    first = pace(tune, playing)
    own = pace(tune, replace(playing, tempo=None))
    found: list[tuple[Fraction, Fraction]] = []
    now = Fraction()
    places = places_played(tune, playing) if any(bar.tempi for bar in tune.bars) else ()
    for played, place in enumerate(places):
        bar = tune.bars[place]
        if played % (len(places) // playing.times) == 0:  # each time begins at the first tempo
            found.append((now, first))
        for event, mark in bar.tempi:
            if mark.pace and 2 <= mark.pace <= 400:
                onset = now + length_of(bar.events[:event])
                if onset == found[-1][0]:
                    found.pop()
                found.append((onset, mark.pace * first / own))
        now += bar.length
    changes = [mark for mark, before in zip(found, [None, *found], strict=False) if not before or mark[1] != before[1]]
    return changes or [(now, first)]


def seconds_at(marks: Sequence[tuple[Fraction, Fraction]], onset: Fraction) -> Fraction:
    """Convert an onset in whole notes to seconds, given the tempo marks from `tempi`."""
    seconds = Fraction()
    for (begin, whole_notes), (end, _) in zip(marks, [*marks[1:], (onset, Fraction(1))], strict=True):
        seconds += max(min(end, onset) - begin, Fraction()) * 60 / whole_notes
    return seconds


def performance(tune: Tune, playing: Playing) -> list[Note]:
    """The melody's notes in the order of their onsets, up to `end_of`."""
    end = end_of(tune, playing)
    swing = playing.swing and swings(tune)
    notes: list[Note] = []
    tied: dict[int, dict[int, int]] = {}  # voice -> pitch -> index in `notes` of a note that continues
    now = Fraction()
    for place in places_played(tune, playing):
        bar = tune.bars[place]
        if now >= end:
            return notes
        # A pick-up fills the end of its bar.
        began = now - (bar.metre.length - bar.length if bar.number == 0 and bar.metre else 0)
        shift = bar.shift + playing.transpose
        for voice, events in enumerate((bar.events, *bar.overlays)):
            onset = now
            for number, event in enumerate(events):
                if onset >= end:
                    break
                sounding = _swung(began, onset, event) if swing else (onset, event.length)
                tied[voice] = _add_event(
                    notes, event, (sounding[0], min(sounding[1], end - onset)), shift, tied.get(voice, {}),
                    (place, number, voice),
                )  # fmt: skip
                onset += event.length
        now += bar.length
    return sorted(notes, key=lambda note: note.onset) if any(bar.overlays for bar in tune.bars) else notes


def is_cut(tune: Tune, playing: Playing) -> bool:
    """Whether a performance is cut because it is too long."""
    return _length(tune, playing) > end_of(tune, playing)


def length_of_performance(tune: Tune, playing: Playing) -> Fraction:
    """How long a performance lasts, in whole notes."""
    return min(_length(tune, playing), end_of(tune, playing))


def _length(tune: Tune, playing: Playing) -> Fraction:
    return sum((tune.bars[place].length for place in places_played(tune, playing)), Fraction())


def end_of(tune: Tune, playing: Playing) -> Fraction:
    """The onset at which the performance has lasted `playing.longest` seconds for each time that the tune is played."""
    marks = tempi(tune, playing)
    longest = playing.longest * playing.times
    onset, whole_notes = max(
        (mark for mark in marks if seconds_at(marks, mark[0]) <= longest), key=lambda mark: mark[0]
    )
    return onset + (longest - seconds_at(marks, onset)) * whole_notes / 60


def places_played(tune: Tune, playing: Playing) -> Sequence[int]:
    """The indices in `Tune.bars` of the bars as played."""
    once = tune.order if playing.repeats else tuple(range(len(tune.bars)))
    return once * playing.times


def _add_event(
    notes: list[Note],
    event: Event,
    time: tuple[Fraction, Fraction],
    shift: int,
    tied: dict[int, int],
    where: tuple[int, int, int],
) -> dict[int, int]:
    """Add an event's notes, or extend the notes tied into it; return those that are tied onwards, by pitch."""
    if not event.pitches:
        return {}
    onset, length = _add_graces(notes, event, *time, shift, where)
    going_on: dict[int, int] = {}
    for pitch in event.pitches:
        midi = _within(pitch.midi + shift)
        if midi in tied:  # in a unison, one note continues and the other sounds again
            going = tied.pop(midi)
            notes[going] = replace(notes[going], length=onset + length - notes[going].onset)
        else:
            going = len(notes)
            notes.append(Note(onset, length, midi, *where))
        if pitch in event.ties:
            going_on[midi] = going
    return going_on


def _add_graces(
    notes: list[Note], event: Event, onset: Fraction, length: Fraction, shift: int, where: tuple[int, int, int]
) -> tuple[Fraction, Fraction]:
    """Add an event's grace notes; return the onset and length that remain for the event itself."""
    if not event.graces:
        return onset, length
    each = min(_GRACE, length / 2 / len(event.graces))
    for number, grace in enumerate(event.graces):
        notes.append(Note(onset + number * each, each, _within(grace.midi + shift), *where))
    taken = each * len(event.graces)
    return onset + taken, length - taken


def _swung(began: Fraction, now: Fraction, event: Event) -> tuple[Fraction, Fraction]:
    """Apply swing: an even eighth on a beat lasts two thirds of a quarter, the one after it a third."""
    eighth = Fraction(1, 8)
    if event.length != eighth or event.tuplet:
        return now, event.length
    if (now - began) % (2 * eighth) == 0:
        return now, eighth * Fraction(4, 3)
    return now + eighth / 3, eighth * Fraction(2, 3)


def _within(pitch: int) -> int:
    """A MIDI note number; a pitch out of range moves to the nearest octave in range."""
    while pitch < 0:
        pitch += _OCTAVE
    while pitch > 127:
        pitch -= _OCTAVE
    return pitch
