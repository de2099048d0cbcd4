"""A tune or a set as a Standard MIDI File: one track with tempos, metres, key signatures, notes and chords."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import mido

from folkkeras.errors import UsageError
from folkkeras.music.render.accompaniment import ChordNote, accompaniment
from folkkeras.music.render.instruments import Instrument
from folkkeras.music.render.musicxml import fifths_of
from folkkeras.music.render.performance import (
    Note,
    Playing,
    length_of_performance,
    performance,
    places_played,
    seconds_at,
    tempi,
)
from folkkeras.music.render.sets import set_title
from folkkeras.music.tune import Bar, Metre, Tune
from folkkeras.notation.keys import MODES, Key, key_of

TICKS = 480  # per quarter note
_UNITS = (1, 2, 4, 8, 16, 32, 64)  # of the metres that MIDI can express
_TICKS_OF_WHOLE = 4 * TICKS
_MELODY, _CHORDS = 0, 1  # channels
_VELOCITY, _CHORDS_VELOCITY = 90, 55
_PIANO = 0  # General MIDI program number
LONGEST_SET = 30 * 60  # seconds; a longer one takes the synthesiser minutes
_END, _MARK, _BEGIN = range(3)  # the order of events at the same time
_REST_AT_END = 2 * TICKS  # silence after the last note, so that no player cuts it off
_Timed = tuple[int, int, int, mido.Message]  # tick, order at the same tick, pitch or place, message


def midi_bytes(tunes: Tune | Sequence[Tune], instrument: Instrument, playing: Playing) -> bytes:
    """The bytes of the MIDI file.

    Args:
        tunes: a tune, or the tunes of a set, which are played one after another.
        instrument: the instrument that plays the melody.
        playing: tempo, transposition, repeats, accompaniment.

    Raises:
        UsageError: it lasts longer than `LONGEST_SET`.
    """
    members = [tunes] if isinstance(tunes, Tune) else list(tunes)
    # MIDI's default Latin-1 cannot encode every title.
    file = mido.MidiFile(type=0, ticks_per_beat=TICKS, charset="utf-8")
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.MetaMessage("track_name", name=set_title(members)[:200], time=0))
    _check_length(members, playing)
    parts = [_Part.of(tune, playing) for tune in members]
    track.append(_tempo(parts[0].tempi[0][1]))
    track.append(mido.Message("program_change", channel=_MELODY, program=instrument.program, time=0))
    if any(part.chords for part in parts):
        track.append(mido.Message("program_change", channel=_CHORDS, program=_PIANO, time=0))
    events: list[_Timed] = []
    began = Fraction()
    for place, part in enumerate(parts):
        events += part.events(began, with_tempo=place > 0)
        began += part.length
    now = 0
    for tick, *_, message in sorted(events, key=lambda event: event[:-1]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=_REST_AT_END))
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


@dataclass(frozen=True)
class _Part:
    """A tune of a set, with its onsets from its own beginning."""

    notes: Sequence[Note]
    chords: Sequence[ChordNote]
    tempi: Sequence[tuple[Fraction, Fraction]]
    marks: Sequence[tuple[Fraction, mido.MetaMessage]]
    length: Fraction

    @classmethod
    def of(cls, tune: Tune, playing: Playing) -> "_Part":
        return cls(
            performance(tune, playing),
            accompaniment(tune, playing),
            tempi(tune, playing),
            list(_marks(tune, playing)),
            length_of_performance(tune, playing),
        )

    def events(self, began: Fraction, *, with_tempo: bool) -> Iterator["_Timed"]:
        """Yield the messages of a part that begins at an onset; `with_tempo` includes its first tempo."""
        changes = [(onset, _tempo(whole_notes)) for onset, whole_notes in self.tempi[0 if with_tempo else 1 :]]
        # If one note ends when another begins, the end comes first.
        for place, (onset, mark) in enumerate([*self.marks, *changes]):
            if not self.notes or onset <= self.notes[-1].onset:
                yield _tick(began + onset), _MARK, place, mark
        for channel, velocity, notes in ((_MELODY, _VELOCITY, self.notes), (_CHORDS, _CHORDS_VELOCITY, self.chords)):
            for note in notes:
                begin = _tick(began + note.onset)
                end = max(_tick(began + note.onset + note.length), begin + 1)
                where = {"channel": channel, "note": note.pitch}
                yield begin, _BEGIN, note.pitch, mido.Message("note_on", velocity=velocity, **where)
                yield end, _END, note.pitch, mido.Message("note_off", velocity=0, **where)


def _check_length(tunes: Sequence[Tune], playing: Playing) -> None:
    seconds = sum(seconds_at(tempi(tune, playing), length_of_performance(tune, playing)) for tune in tunes)
    if seconds > LONGEST_SET:
        raise UsageError(
            f"this lasts {round(seconds / 60):,} minutes, and a file holds {LONGEST_SET // 60}: "
            "give fewer tunes, or play them fewer --times"
        )


def _tempo(whole_notes: Fraction) -> mido.MetaMessage:
    """The MIDI message for a tempo in whole notes per minute; it holds microseconds per quarter note."""
    return mido.MetaMessage("set_tempo", tempo=min(round(15_000_000 / whole_notes), 0xFFFFFF), time=0)


def _marks(tune: Tune, playing: Playing) -> Iterator[tuple[Fraction, mido.MetaMessage]]:
    """Yield each change of metre or key signature in playing order, with its onset in whole notes."""
    metre: Metre | None = None
    key: str | None = None
    now = Fraction()
    for place in places_played(tune, playing):
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
