"""A tune as a Standard MIDI File: one track with tempos, metres, key signatures and notes."""

import io
from collections.abc import Iterator
from fractions import Fraction

import mido

from folkkeras.music.render.instruments import Instrument
from folkkeras.music.render.musicxml import fifths_of
from folkkeras.music.render.performance import Note, Playing, performance, tempi
from folkkeras.music.tune import Bar, Metre, Tune
from folkkeras.notation.keys import MODES, Key, key_of

TICKS = 480  # per quarter note
_UNITS = (1, 2, 4, 8, 16, 32, 64)  # of the metres that MIDI can express
_TICKS_OF_WHOLE = 4 * TICKS
_VELOCITY = 90
_END, _MARK, _BEGIN = range(3)  # the order of events at the same time
_REST_AT_END = 2 * TICKS  # silence after the last note, so that no player cuts it off


def midi_bytes(tune: Tune, instrument: Instrument, playing: Playing, notes: list[Note] | None = None) -> bytes:
    """The bytes of the MIDI file.

    Args:
        tune: the tune.
        instrument: the instrument that plays it.
        playing: tempo, transposition, repeats.
        notes: the performance, if already computed.
    """
    notes = performance(tune, playing) if notes is None else notes
    # MIDI's default Latin-1 cannot encode every title.
    file = mido.MidiFile(type=0, ticks_per_beat=TICKS, charset="utf-8")
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.MetaMessage("track_name", name=tune.title[:200], time=0))
    (_, whole_notes), *changes = tempi(tune, playing)
    track.append(_tempo(whole_notes))
    track.append(mido.Message("program_change", program=instrument.program, time=0))

    marks = [*_marks(tune, playing), *((onset, _tempo(whole_notes)) for onset, whole_notes in changes)]
    marks = [mark for mark in marks if not notes or mark[0] <= notes[-1].onset]
    # (tick, order, pitch or index in marks): if one note ends when another begins, the end comes first.
    events = [(_tick(onset), _MARK, place) for place, (onset, _) in enumerate(marks)]
    for note in notes:
        begin, end = _tick(note.onset), max(_tick(note.onset + note.length), _tick(note.onset) + 1)
        events += [(begin, _BEGIN, note.pitch), (end, _END, note.pitch)]
    now = 0
    for tick, order, number in sorted(events):
        if order == _MARK:
            track.append(marks[number][1].copy(time=tick - now))
        else:
            message, velocity = ("note_on", _VELOCITY) if order == _BEGIN else ("note_off", 0)
            track.append(mido.Message(message, note=number, velocity=velocity, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=_REST_AT_END))
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


def _tempo(whole_notes: Fraction) -> mido.MetaMessage:
    """The MIDI message for a tempo in whole notes per minute; it holds microseconds per quarter note."""
    return mido.MetaMessage("set_tempo", tempo=min(round(15_000_000 / whole_notes), 0xFFFFFF), time=0)


def _marks(tune: Tune, playing: Playing) -> Iterator[tuple[Fraction, mido.MetaMessage]]:
    """Yield each change of metre or key signature in playing order, with its onset in whole notes."""
    metre: Metre | None = None
    key: str | None = None
    now = Fraction()
    for place in tune.order if playing.repeats else range(len(tune.bars)):
        bar = tune.bars[place]
        if bar.metre and bar.metre != metre and bar.metre.beats < 256 and bar.metre.unit in _UNITS:
            metre = bar.metre
            yield now, mido.MetaMessage("time_signature", numerator=metre.beats, denominator=metre.unit)
        named = _key(bar, key_of(tune.key), playing.transpose)
        if named and named != key:
            key = named
            yield now, mido.MetaMessage("key_signature", key=key)
        now += bar.length


def _key(bar: Bar, first: Key | None, transpose: int) -> str | None:
    """The sounding key of a bar's signature; None if MIDI cannot express the signature.

    MIDI has only major and minor. A signature counts as major, unless the tune's key is minor and has the same one.
    """
    fifths = fifths_of(bar.signature)
    if fifths is None:
        return None
    minor = first is not None and first.mode == "min" and first.fifths == fifths
    semitones = transpose + bar.shift
    if semitones % 12:
        fifths = (fifths + 7 * semitones + 5) % 12 - 5  # of two enharmonic keys, the one with fewer sharps or flats
    return str(Key(fifths - MODES["min"], "min") if minor else Key(fifths, "maj"))


def _tick(time: Fraction) -> int:
    return round(time * _TICKS_OF_WHOLE)
