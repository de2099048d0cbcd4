"""Notes with rounded times as a tune with bars, by way of music21."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from music21 import key, meter, note, pitch, stream

from folkkeras.importing.notes import Notes
from folkkeras.importing.part import PartWriter
from folkkeras.notation.keys import LETTERS

_COMMON = (4, 4)  # a MIDI file's metre if it has none: Standard MIDI Files 1.0
_STEP = Fraction(1, 2)  # quarters; a pick-up has a multiple of this length


class QuantisedNote(NamedTuple):
    """A note; times are in quarters."""

    onset: Fraction
    length: Fraction
    pitch: int  # MIDI note


def abc_of(
    played: Sequence[QuantisedNote],
    metre: tuple[int, int] | None,
    signature: str | None,
    fields: dict[str, str],
    notes: Notes,
) -> str:
    """A melody in ABC notation.

    Args:
        played: its notes, in order, one at a time.
        metre: beats and unit; None means 4/4.
        signature: the key, such as "F#m"; None estimates it (Krumhansl's key profiles, as music21 has them).
        fields: of the header, by letter.
        notes: what cannot be kept is counted there.
    """
    time = meter.TimeSignature("/".join(map(str, metre or _COMMON)))
    bar = Fraction(time.barDuration.quarterLength)
    flat = stream.Part()
    for each in played:
        flat.insert(each.onset, note.Note(each.pitch, quarterLength=each.length))
    found = key.Key(_music21_name(signature)) if signature else flat.analyze("key")
    for sounding in flat.notes:
        sounding.pitch = _spelled(sounding.pitch.midi, found.sharps)
    pick_up = _pick_up(played, bar)
    if pick_up:
        flat.shiftElements(bar - pick_up)
    flat.insert(0, time)
    flat.insert(0, found if signature is None else key.KeySignature(found.sharps))
    flat.makeRests(fillGaps=True, inPlace=True)
    part = flat.makeMeasures()
    part.makeTies(inPlace=True)
    if pick_up:
        _without_first_rest(part.getElementsByClass(stream.Measure)[0])
    for measure in part.getElementsByClass(stream.Measure):
        measure.makeBeams(inPlace=True)
    return PartWriter(part, notes).abc(fields)


def _pick_up(played: Sequence[QuantisedNote], bar: Fraction) -> Fraction:
    """The length of the pick-up with which bar lines fall best: before long notes, and not within notes."""

    def merit(pick_up: Fraction) -> float:
        total = 0.0
        for each in played:
            place = (each.onset - pick_up) % bar
            total += float(each.length) if not place else 0
            total -= 2 * float(each.length) if place + each.length > bar else 0
        return total

    choices = [_STEP * step for step in range(int(bar / 2 / _STEP) + 1) if _STEP * step < bar / 2]
    best = max(choices, key=lambda choice: (merit(choice), -choice))
    return best if merit(best) > merit(Fraction()) else Fraction()


def _without_first_rest(measure: Any) -> None:
    """Turn a bar that begins with a rest into a pick-up."""
    for rest in list(measure.notesAndRests):
        if not rest.isRest:
            break
        measure.remove(rest)


def _spelled(midi: int, sharps: int) -> pitch.Pitch:
    """The spelling whose place on the line of fifths is nearest to the middle of the key's seven notes."""
    middle = sharps + 2
    places = [place for place in range(-15, 20) if (7 * place) % 12 == midi % 12]
    place = min(places, key=lambda each: (abs(each - middle), each))
    rank, index = divmod(place + 1, 7)
    name = LETTERS[index] + ("#" * rank if rank > 0 else "-" * -rank)
    found = pitch.Pitch(name)
    found.octave = 4
    found.octave += (midi - found.midi) // 12
    return found


def _music21_name(name: str) -> str:
    """music21's name of a key that mido calls "Bb" or "F#m": its flats are "-", its minor keys are small."""
    tonic = name.rstrip("m").replace("b", "-")
    return tonic.lower() if name.endswith("m") else tonic
