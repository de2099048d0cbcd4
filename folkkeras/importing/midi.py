"""Read a melody from a MIDI file: Standard MIDI Files 1.0, by way of mido.

A MIDI file has times and keys of a keyboard, but neither written lengths, bars nor spellings. In each eighth, times
are rounded to thirty-seconds or to triplets of sixteenths, whichever is nearer.
"""

import io
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from folkkeras.errors import CorpusError
from folkkeras.importing.notes import Notes
from folkkeras.importing.quantised import QuantisedNote, abc_of

_STRAIGHT, _TRIPLET = 8, 6  # parts of a quarter
_NEAR = 0.04  # quarters; a note of a file from a score begins at most this far from the grid
_MAX_FREE = 0.1  # fraction of notes that may begin elsewhere
_OVERLAP = 0.25  # of a note's length that may overlap the next note, as legato playing does
_MAX_OVERLAPS = 0.05  # fraction of notes that may overlap by more
_DRUMS = 9  # the channel of percussion
MAX_NOTES = 20_000


class _Played(NamedTuple):
    onset: float  # in quarters
    end: float
    pitch: int


def tune(data: bytes, name: str, notes: Notes) -> str:
    """The melody of a MIDI file as ABC, with repeats written out as they are played.

    Args:
        data: the file.
        name: its name in error messages.
        notes: what cannot be kept is counted there.

    Raises:
        CorpusError: it is damaged, has no notes or several at a time, or is played too freely for a metre.
    """
    import mido

    try:
        file = mido.MidiFile(file=io.BytesIO(data), clip=True)
        quarter = file.ticks_per_beat
        if not 0 < quarter < 0x8000:
            raise CorpusError(f"{name} counts time in film frames, not in beats: export it again with beats")
        messages = list(mido.merge_tracks(file.tracks))
    except CorpusError:
        raise
    except Exception as error:  # mido raises errors of many kinds for a damaged file
        why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise CorpusError(f"{name} is a damaged MIDI file ({why}): export it again") from error
    played, channels, now = [], set(), 0
    sounding: dict[tuple[int, int], int] = {}
    title, metre, sharps, tempo = "", None, None, None
    for message in messages:
        now += message.time
        if message.type in ("note_on", "note_off") and message.channel != _DRUMS:
            key = (message.channel, message.note)
            if key in sounding:
                played.append(_Played(sounding.pop(key) / quarter, now / quarter, message.note))
            if message.type == "note_on" and message.velocity:
                sounding[key] = now
                channels.add(message.channel)
        elif message.type in ("note_on", "note_off"):
            notes.skipped["drum beats"] += message.type == "note_on"
        elif message.type == "track_name" and not title:
            title = " ".join(message.name.split())
        elif message.type == "time_signature" and metre is None:
            metre = (message.numerator, message.denominator)
        elif message.type == "key_signature" and sharps is None:
            sharps = message.key
        elif message.type == "set_tempo" and tempo is None:
            tempo = round(60e6 / message.tempo)
    if not played:
        raise CorpusError(f"{name} has no notes: export it again")
    if len(played) > MAX_NOTES:
        raise CorpusError(f"{name} has more than {MAX_NOTES:,} notes: give a file of one tune")
    played.sort()
    _check_one_voice(played, len(channels), name)
    fields = {"T": title, "Q": f"1/4={tempo}" if tempo else ""}
    return abc_of(_quantised(played, name, notes), metre, sharps, fields, notes)


def _check_one_voice(played: list[_Played], channels: int, name: str) -> None:
    overlaps = sum(
        one.end - other.onset > _OVERLAP * (one.end - one.onset) + 1 / _STRAIGHT for one, other in pairwise(played)
    )
    if overlaps > _MAX_OVERLAPS * len(played):
        where = f" on {channels} channels" if channels > 1 else ""
        raise CorpusError(f"{name} has several notes at a time{where}: export the melody alone")


def _quantised(played: list[_Played], name: str, notes: Notes) -> list[QuantisedNote]:
    """The notes with rounded times. A note lasts to the next one, unless there is a rest between them."""
    grids = _grids(played)
    onsets = [_rounded(note.onset, grids) for note in played]
    free = sum(abs(note.onset - onset) > _NEAR for note, onset in zip(played, onsets, strict=True))
    if free > _MAX_FREE * len(played):
        raise CorpusError(
            f"{name} is played freely, {free:,} of its {len(played):,} notes off the beat: export it from a score"
        )
    gap = median(note.end - note.onset for note in played) / 2
    found: list[QuantisedNote] = []
    for place, (note, onset) in enumerate(zip(played, onsets, strict=True)):
        end = max(_rounded(note.end, grids), onset)
        following = onsets[place + 1] if place + 1 < len(onsets) else None
        if following is not None and following - Fraction(note.end) < gap:
            end = following
        if end > onset:
            found.append(QuantisedNote(onset, end - onset, note.pitch))
        else:
            notes.skipped["notes shorter than a thirty-second"] += 1
    return found


def _grids(played: list[_Played]) -> dict[int, int]:
    """For each eighth in which notes begin, into how many parts a quarter is divided there."""
    onsets: dict[int, list[float]] = {}
    for note in played:
        onsets.setdefault(_eighth(note.onset), []).append(note.onset)
    return {
        eighth: min((_STRAIGHT, _TRIPLET), key=lambda parts: sum(_error(onset, parts) for onset in group))
        for eighth, group in onsets.items()
    }


def _eighth(quarters: float) -> int:
    return int((quarters + _NEAR) * 2)


def _error(quarters: float, parts: int) -> float:
    return abs(quarters - round(quarters * parts) / parts)


def _rounded(quarters: float, grids: dict[int, int]) -> Fraction:
    parts = grids.get(_eighth(quarters), _STRAIGHT)
    return Fraction(round(quarters * parts), parts)
