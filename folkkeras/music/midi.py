"""A tune as a Standard MIDI File: one track, its tempo, metre and key signature, and the notes."""

import io
from fractions import Fraction

import mido

from folkkeras.music.instruments import Instrument
from folkkeras.music.performance import Note, Playing, pace, performance
from folkkeras.music.tune import Tune

TICKS = 480  # a quarter note
_TICKS_OF_WHOLE = 4 * TICKS
_VELOCITY = 90
_REST_AT_END = 2 * TICKS  # silence after the last note, so that no player cuts its sound off


def midi_bytes(tune: Tune, instrument: Instrument, playing: Playing, notes: list[Note] | None = None) -> bytes:
    """The file's bytes.

    Args:
        tune: the tune.
        instrument: that plays it.
        playing: tempo, transposition, repeats.
        notes: its performance, where it is there already.
    """
    notes = performance(tune, playing) if notes is None else notes
    # Not all that a title may hold fits into MIDI's Latin-1.
    file = mido.MidiFile(type=0, ticks_per_beat=TICKS, charset="utf-8")
    track = mido.MidiTrack()
    file.tracks.append(track)
    quarters = pace(tune, playing) * 4  # a minute
    track.append(mido.MetaMessage("track_name", name=tune.title[:200], time=0))
    track.append(mido.MetaMessage("set_tempo", tempo=min(round(60_000_000 / quarters), 0xFFFFFF), time=0))
    metre = next((bar.metre for bar in tune.bars if bar.metre), None)
    if metre and metre.beats < 256 and metre.unit in (1, 2, 4, 8, 16, 32, 64):
        track.append(mido.MetaMessage("time_signature", numerator=metre.beats, denominator=metre.unit, time=0))
    track.append(mido.Message("program_change", program=instrument.program, time=0))

    events = []  # (tick, whether a note begins, pitch): where one ends as another begins, the end comes first
    for note in notes:
        begin, end = _tick(note.onset), max(_tick(note.onset + note.length), _tick(note.onset) + 1)
        events += [(begin, True, note.pitch), (end, False, note.pitch)]
    now = 0
    for tick, begins, pitch in sorted(events):
        kind = "note_on" if begins else "note_off"
        track.append(mido.Message(kind, note=pitch, velocity=_VELOCITY if begins else 0, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=_REST_AT_END))
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


def _tick(time: Fraction) -> int:
    return round(time * _TICKS_OF_WHOLE)
