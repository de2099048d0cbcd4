"""The metres and key signatures of a MIDI file, at the bars in playing order."""

import io

import mido
import pytest

from folkkeras.music.reading import read_tune
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.music.render.midi import TICKS, midi_bytes
from folkkeras.music.render.performance import Playing

BAR = 4 * TICKS


def marks(text: str, playing: Playing | None = None) -> list[tuple[int, str]]:
    """The ticks of each key signature or metre, and its value."""
    tune = read_tune("X:1\nM:4/4\nL:1/8\n" + text)
    data = midi_bytes(tune, INSTRUMENTS["fiddle"], playing or Playing())
    found, now = [], 0
    for message in mido.MidiFile(file=io.BytesIO(data)).tracks[0]:
        now += message.time
        if message.type == "key_signature":
            found.append((now, message.key))
        elif message.type == "time_signature":
            found.append((now, f"{message.numerator}/{message.denominator}"))
    return found


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("D", "D"), ("Bm", "Bm"), ("Ador", "G"), ("Gmix", "C"), ("C#", "C#"), ("Cb", "Cb"), ("G#m", "G#m"),
        ("Abm", "Abm"), ("HP", "D"),
    ],
)  # fmt: skip
def test_the_key_signature_is_that_of_the_key(key: str, name: str) -> None:
    assert marks(f"K:{key}\nA8|") == [(0, "4/4"), (0, name)]


def test_a_key_signature_that_midi_does_not_support_is_left_out() -> None:
    assert marks("K:D exp _b ^f\nA8|") == [(0, "4/4")]


@pytest.mark.parametrize(("semitones", "name"), [(2, "E"), (-2, "C"), (12, "D"), (6, "Ab"), (-1, "Db"), (4, "F#")])
def test_the_key_signature_is_that_of_the_key_that_sounds(semitones: int, name: str) -> None:
    assert marks("K:D\nA8|", Playing(transpose=semitones)) == [(0, "4/4"), (0, name)]
    assert marks(f"K:D transpose={semitones}\nA8|") == [(0, "4/4"), (0, name)]


def test_changes_are_at_the_times_they_are_played() -> None:
    tune = "K:Bm\n|:A8|[K:F][M:3/4]A6:|"
    first = [(0, "4/4"), (0, "Bm"), (BAR, "3/4"), (BAR, "F")]
    assert marks(tune, Playing(repeats=False)) == first
    again = BAR + 3 * TICKS
    assert marks(tune) == [*first, *((again + tick, name) for tick, name in first)]


def test_a_free_metre_is_not_written() -> None:
    assert marks("K:D\nA8|[M:none]A8|[M:4/4]A8|") == [(0, "4/4"), (0, "D")]


def test_a_signature_follows_earlier_notes_and_precedes_later_ones() -> None:
    data = midi_bytes(read_tune("X:1\nM:4/4\nL:1/8\nK:D\nA8|[K:G]A8|"), INSTRUMENTS["fiddle"], Playing())
    formats = [message.type for message in mido.MidiFile(file=io.BytesIO(data)).tracks[0]]
    assert formats[formats.index("note_on") :] == [
        "note_on", "note_off", "key_signature", "note_on", "note_off", "end_of_track",
    ]  # fmt: skip
