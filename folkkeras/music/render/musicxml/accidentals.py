"""Which accidentals a bar shows.

Shown is each that is written, and each without which a player would read another note: where the key changes within a
bar, say, or where the standard has an accidental hold in all octaves, as no score does.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from folkkeras.music.render.musicxml.voices import voices_of
from folkkeras.music.tune import Bar, Pitch


class _Sign(NamedTuple):
    """A note or grace note, in the order in which they are read."""

    onset: Fraction
    voice: int
    event: int
    is_note: int  # 0 for a grace note, 1 for a note
    place: int  # among these
    pitch: Pitch


def accidentals(
    bar: Bar, tied_in: Callable[[int, int], frozenset[int]]
) -> Mapping[tuple[int, int], Mapping[tuple[int, int], int]]:
    """By voice and event: by 0 for its grace notes and 1 for its notes, and place among these, the semitones shown.

    Args:
        bar: the bar.
        tied_in: of a voice and an event, the MIDI notes tied into it, which go on without an accidental.
    """
    signature = dict(bar.signature)
    staff: dict[tuple[str, int], int] = {}  # what holds since the last accidental for a line or space
    own: dict[tuple[int, str, int], int] = {}  # the same within one voice, whose player may read it alone
    found: dict[tuple[int, int], dict[tuple[int, int], int]] = defaultdict(dict)
    for _, voice, event, is_note, place, pitch in sorted(_signs(bar), key=lambda sign: sign[:5]):
        by_key = signature.get(pitch.letter, 0)
        line, own_line = (pitch.letter, pitch.octave), (voice, pitch.letter, pitch.octave)
        read = {staff.get(line, by_key), own.get(own_line, by_key)}
        tied = bool(is_note) and pitch.midi in tied_in(voice, event)
        if pitch.accidental is not None or (read != {pitch.alter} and not tied):
            found[voice, event][is_note, place] = staff[line] = own[own_line] = pitch.alter
    return found


def _signs(bar: Bar) -> list[_Sign]:
    found = []
    for voice, events in enumerate(voices_of(bar)):
        now = Fraction()
        for number, event in enumerate(events):
            for is_note, pitches in enumerate((event.graces, event.pitches)):
                found += [_Sign(now, voice, number, is_note, place, pitch) for place, pitch in enumerate(pitches)]
            now += event.length
    return found
