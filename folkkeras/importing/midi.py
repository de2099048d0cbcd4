"""Read a melody from a MIDI file: Standard MIDI Files 1.0, by way of mido.

A MIDI file has times and keys of a keyboard, but neither written lengths, bars nor spellings. In each eighth, times
are rounded to thirty-seconds or to triplets of sixteenths, whichever is nearer.
"""

import io
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from folkkeras.errors import CorpusError
from folkkeras.importing.notes import Notes
from folkkeras.importing.quantised import QuantisedNote, abc_of

_STRAIGHT, _TRIPLET = 8, 6  # parts of a quarter
_NEAR = 0.04  # quarters; a note of a file from a score begins at most this far from the grid
_MAX_FREE = 0.1  # fraction of notes that may begin elsewhere
_OVERLAP = 0.25  # of a note's length that may overlap the next note, as legato playing does
_MAX_OVERLAPS = 0.05  # fraction of notes that may overlap by more
_DRUMS = 9  # the channel of percussion
_FILM = 0x8000  # from here on, the time is in film frames
_MAX_UNIT = 32  # of a metre
_LEAST_BAR = 1  # quarters; the least length of a bar
MAX_NOTES, MAX_QUARTERS = 5_000, 1_000  # a tune lasts a few hundred; music21 takes some seconds for a thousand


class _Played(NamedTuple):
    onset: float  # in quarters
    end: float
    pitch: int


@dataclass
class _Heard:
    """What the messages of a file say; of what changes, the first value."""

    played: list[_Played] = field(default_factory=list)
    channels: set[int] = field(default_factory=set)
    title: str = ""
    metre: tuple[int, int] | None = None
    key: str | None = None
    tempo: str = ""  # as in a Q field


def tune(data: bytes, name: str, notes: Notes) -> str:
    """The melody of a MIDI file as ABC, with repeats written out as they are played.

    Args:
        data: the file.
        name: its name in error messages.
        notes: what cannot be kept is counted there.

    Raises:
        CorpusError: it is damaged, has no notes or several at a time, or is played too freely for a metre.
    """
    heard = _heard(_file(data, name), notes)
    heard.played.sort()
    if not heard.played:
        raise CorpusError(f"{name} has no notes: export it again")
    if len(heard.played) > MAX_NOTES or heard.played[-1].end > MAX_QUARTERS:
        raise CorpusError(
            f"{name} has more than {MAX_NOTES:,} notes, or lasts longer than {MAX_QUARTERS:,} quarters: "
            "give a file of one tune"
        )
    _check_one_voice(heard, name)
    fields = {"T": heard.title, "Q": heard.tempo}
    return abc_of(_quantised(heard.played, name, notes), heard.metre, heard.key, fields, notes)


def _file(data: bytes, name: str) -> Any:
    import mido

    try:
        file = mido.MidiFile(file=io.BytesIO(data), clip=True)
        _ = file.merged_track  # kept by the file; joining the tracks reads all messages
    except Exception as error:  # mido raises errors of many kinds for a damaged file
        why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise CorpusError(f"{name} is a damaged MIDI file ({why}): export it again") from error
    if not 0 < file.ticks_per_beat < _FILM:
        raise CorpusError(f"{name} counts time in film frames, not in beats: export it again with beats")
    return file


def _heard(file: Any, notes: Notes) -> _Heard:
    heard, now, quarter = _Heard(), 0, file.ticks_per_beat
    sounding: dict[tuple[int, int], int] = {}  # channel and pitch -> when the note began
    for message in file.merged_track:
        now += message.time
        if message.type in ("note_on", "note_off"):
            place, begins = (message.channel, message.note), message.type == "note_on" and message.velocity > 0
            if message.channel == _DRUMS:
                notes.skipped["drum beats"] += begins
                continue
            if place in sounding:
                heard.played.append(_Played(sounding.pop(place) / quarter, now / quarter, message.note))
            if begins:
                sounding[place] = now
                heard.channels.add(message.channel)
        elif message.type == "track_name":
            heard.title = heard.title or " ".join(message.name.split())
        elif message.type == "time_signature":
            length = 4 * message.numerator / message.denominator
            if length >= _LEAST_BAR and message.denominator <= _MAX_UNIT:
                heard.metre = heard.metre or (message.numerator, message.denominator)
        elif message.type == "key_signature":
            heard.key = heard.key or message.key
        elif message.type == "set_tempo" and message.tempo:
            heard.tempo = heard.tempo or f"1/4={max(1, round(60e6 / message.tempo))}"
    return heard


def _check_one_voice(heard: _Heard, name: str) -> None:
    played = heard.played
    overlaps = sum(
        one.end - other.onset > _OVERLAP * (one.end - one.onset) + 1 / _STRAIGHT for one, other in pairwise(played)
    )
    if overlaps > _MAX_OVERLAPS * len(played):
        where = f" on {len(heard.channels)} channels" if len(heard.channels) > 1 else ""
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
