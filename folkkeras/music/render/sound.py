"""A tune as sound: a synthesiser plays its MIDI file with a sound font, at the same peak level for all instruments.

The synthesiser is midirenderer (rustysynth); the font, TimGM6mb, is read from the package pretty_midi.
"""

import importlib.util
import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import midirenderer
import numpy as np
import numpy.typing as npt
import soundfile

from folkkeras.errors import FolkError
from folkkeras.music.render.instruments import Instrument
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.performance import Playing
from folkkeras.music.tune import Tune

RATE = 48_000  # samples per second
_BLOCK = RATE  # samples written at once; libsndfile's Vorbis encoder crashes on several minutes in one piece
_PEAK = 0.7  # of full scale; the font's instruments differ widely in loudness
_FORMATS = {"wav": ("WAV", "PCM_16"), "flac": ("FLAC", "PCM_16"), "ogg": ("OGG", "VORBIS"), "mp3": ("MP3", None)}


def samples(tunes: Tune | Sequence[Tune], instrument: Instrument, playing: Playing) -> npt.NDArray[np.float32]:
    """The sound of a tune or a set in mono, float32 (samples,), 48,000 samples per second."""
    data = midirenderer.render_wave_from(_font(), midi_bytes(tunes, instrument, playing))
    stereo, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)  # (samples, 2)
    mono: npt.NDArray[np.float32] = stereo[:, 0] + stereo[:, 1]  # `mean` over an axis of two takes ten times as long
    loudest = float(np.abs(mono).max(initial=0))
    return mono * np.float32(_PEAK / loudest) if loudest else mono


def sound_bytes(tunes: Tune | Sequence[Tune], instrument: Instrument, playing: Playing, format: str) -> bytes:
    """The bytes of a sound file.

    Args:
        tunes: a tune, or the tunes of a set.
        instrument: the instrument that plays it.
        playing: tempo, transposition, repeats, accompaniment.
        format: `wav`, `flac`, `ogg` or `mp3`.
    """
    data = io.BytesIO()
    container, coding = _FORMATS[format]
    wave = samples(tunes, instrument, playing)
    with soundfile.SoundFile(data, "w", RATE, 1, format=container, subtype=coding) as file:
        for start in range(0, len(wave), _BLOCK):
            file.write(wave[start : start + _BLOCK])
    return data.getvalue()


@cache
def _font() -> bytes:
    spec = importlib.util.find_spec("pretty_midi")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    path = folder / "TimGM6mb.sf2" if folder else None
    if path is None or not path.is_file():
        raise FolkError("the sound font TimGM6mb.sf2 of the package pretty_midi is missing: pip install pretty_midi")
    return path.read_bytes()
