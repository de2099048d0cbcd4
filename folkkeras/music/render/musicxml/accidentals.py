"""Decide which accidentals a bar shows.

A bar shows each written accidental, and each one without which a player would read a different note: for instance if
the key changes within a bar, or because an accidental in ABC applies to all octaves, which it does not in a score.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from folkkeras.music.render.musicxml.voices import voices_of
from folkkeras.music.tune import Bar, Pitch


class _Sign(NamedTuple):
    """A note or grace note; its fields sort in reading order."""

    onset: Fraction
    voice: int
    event: int
    is_note: int  # 0 for a grace note, 1 for a note
    place: int  # index among the event's grace notes or notes
    pitch: Pitch


def accidentals(
    bar: Bar, tied_in: Callable[[int, int], frozenset[int]]
) -> Mapping[tuple[int, int], Mapping[tuple[int, int], int]]:
    """The accidentals that a bar shows.

    Args:
        bar: the bar.
        tied_in: voice, event -> the MIDI notes tied into the event, which need no accidental.

    Returns:
        (voice, event) -> (0 for a grace note or 1 for a note, index among these) -> semitones.
    """
    signature = dict(bar.signature)
    staff: dict[tuple[str, int], int] = {}  # the accidental in force on a line or space
    own: dict[tuple[int, str, int], int] = {}  # the same within one voice, whose player may read only that voice
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
