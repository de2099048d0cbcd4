"""The accompaniment that a tune's chord symbols ask for: a bass note on the strong beats, a chord on the others.

A chord sounds until the next one. The patterns are those of a piano at a dance: bass and chord in turn in 2/4, 2/2 and
4/4, a bass and two chords in 3/4, a bass and a late chord in each beat of a jig. They are those of abc2midi too, whose
guide, doc/abcguide.txt, writes them as fzczfzcz, fzczcz and fzcfzc.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from folkkeras.music.render.performance import Playing, end_of, places_played
from folkkeras.music.tune import Bar, Metre, Tune
from folkkeras.notation.chords import Chord, chord_of

_OCTAVE = 12
_LOWEST_BASS, _LOWEST_CHORD = 40, 52  # MIDI note numbers: E2 and E3, below most tunes
_EIGHTH = 8
_FINEST = 16  # unit of a metre; in a finer one, or in very short bars, a pattern would be a rattle
_SHORTEST = Fraction(1, 8)


@dataclass(frozen=True)
class ChordNote:
    """A sounding note of the accompaniment."""

    onset: Fraction  # whole notes from the beginning
    length: Fraction  # whole notes
    pitch: int  # MIDI note number; middle C is 60


@dataclass(frozen=True)
class _Stroke:
    """A place in a bar at which the accompaniment plays."""

    onset: Fraction  # from the beginning of a full bar
    length: Fraction
    bass: bool  # whether the bass plays; else the chord does


def has_chords(tune: Tune) -> bool:
    """Whether a tune has a chord symbol that can be played."""
    return any(chord_of(event.symbol) for bar in tune.bars for event in bar.events if event.symbol)


def accompaniment(tune: Tune, playing: Playing) -> list[ChordNote]:
    """The notes in the order of their onsets; none without chord symbols, or if `playing` leaves them out."""
    if not playing.accompaniment or not has_chords(tune):
        return []
    end = end_of(tune, playing)
    notes: list[ChordNote] = []
    chord: Chord | None = None
    struck: Chord | None = None  # the chord of the last stroke
    for bar, began, now in _bars(tune, playing):
        changes = list(_changes(bar, now))
        for stroke in _strokes(bar, began, now):
            if stroke.onset >= end:
                return notes
            while changes and changes[0][0] <= stroke.onset:
                chord = changes.pop(0)[1]
            if chord:
                length = min(stroke.length, end - stroke.onset)
                pitches = _pitches(chord, bar.shift + playing.transpose, stroke.bass, new=chord is not struck)
                notes += [ChordNote(stroke.onset, length, pitch) for pitch in pitches]
                struck = chord
        chord = changes[-1][1] if changes else chord
    return notes


def _bars(tune: Tune, playing: Playing) -> Iterator[tuple[Bar, Fraction, Fraction]]:
    """Yield each bar as played, the onset of the full bar that it belongs to, and its own onset.

    A pick-up belongs to the end of a bar. Two short bars, which a repeat sign divides, are one full bar.
    """
    now = Fraction()
    filled = Fraction()  # how much of its full bar the bar before fills, if it is short
    for place in places_played(tune, playing):
        bar = tune.bars[place]
        full = bar.metre.length if bar.metre else bar.length
        if bar.number == 0 and not filled:
            filled = max(full - bar.length, Fraction())
        if filled + bar.length > full:
            filled = Fraction()
        yield bar, now - filled, now
        filled = (filled + bar.length) % full
        now += bar.length


def _changes(bar: Bar, now: Fraction) -> Iterator[tuple[Fraction, Chord]]:
    """Yield the onset of each chord symbol of a bar, and its chord."""
    for event in bar.events:
        if event.symbol and (chord := chord_of(event.symbol)):
            yield now, chord
        now += event.length


def _strokes(bar: Bar, began: Fraction, now: Fraction) -> Iterator[_Stroke]:
    """Yield the strokes within a bar, with their onsets in the tune."""
    end = now + bar.length
    if bar.metre is None or bar.metre.unit > _FINEST or bar.metre.length < _SHORTEST:
        # Free: one bass note and one chord for each chord symbol.
        onsets = sorted({now, *(onset for onset, _ in _changes(bar, now))})
        for onset, following in zip(onsets, [*onsets[1:], end], strict=True):
            yield _Stroke(onset, following - onset, True)
            yield _Stroke(onset, following - onset, False)
        return
    pattern = _pattern(bar.metre)
    while began < end:
        for stroke in pattern:
            onset = began + stroke.onset
            if now <= onset < end:
                yield _Stroke(onset, stroke.length, stroke.bass)
        began += bar.metre.length


def _pattern(metre: Metre) -> list[_Stroke]:
    """The strokes of a full bar."""
    unit = Fraction(1, metre.unit)
    if metre.beats % 3 == 0 and metre.beats > 3 and metre.unit >= _EIGHTH:  # 6/8, 9/8, 12/8
        groups = [3 * unit * group for group in range(metre.beats // 3)]
        return [
            stroke
            for onset in groups
            for stroke in (_Stroke(onset, 2 * unit, True), _Stroke(onset + 2 * unit, unit, False))
        ]
    if metre.beats in (2, 4, 8):
        beats, strong = (4, 2) if metre.length >= Fraction(1, 2) else (2, 2)
        unit = metre.length / beats
    elif metre.beats % 3 == 0:
        beats, strong = metre.beats, 3
    else:  # such as 5/4 and 7/8: a bass note, and a chord on each quarter after it
        unit *= max(metre.unit // 4, 1)
        beats = strong = max(metre.length // unit, 1)
    return [_Stroke(beat * unit, unit, beat % strong == 0) for beat in range(beats)]


def _pitches(chord: Chord, shift: int, bass: bool, *, new: bool) -> Iterator[int]:
    """Yield what a stroke sounds. A new chord begins with its bass note, wherever it begins."""
    if bass or new:
        yield _LOWEST_BASS + (chord.bass_class + shift - _LOWEST_BASS) % _OCTAVE
    if not bass:
        for note in sorted((note + shift - _LOWEST_CHORD) % _OCTAVE for note in chord.pitch_classes):
            yield _LOWEST_CHORD + note
