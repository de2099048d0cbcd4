"""Tunes as they sound: performances, MIDI files, samples, and a comparison of notes with abc2midi."""

import io
import re
import subprocess
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from support.oracles import HAS_ABC2MIDI, NO_ABC2MIDI

from folkkeras.corpus.sources import read_source
from folkkeras.errors import UsageError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.music.render.midi import TICKS, midi_bytes
from folkkeras.music.render.performance import LONGEST, Playing, is_cut, pace, performance
from folkkeras.music.render.sound import RATE, samples, sound_bytes
from folkkeras.music.tune import Tune

FLUTE = INSTRUMENTS["flute"]
HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:D\n"


def played(music: str, header: str = HEADER, **playing: object) -> list[tuple[Fraction, Fraction, int]]:
    """Onset and length in eighths, and pitch."""
    notes = performance(read_tune(header + music), Playing(**playing))
    return [(note.onset * 8, note.length * 8, note.pitch) for note in notes]


def notes_in(data: bytes) -> list[tuple[float, float, int]]:
    """Onset and length in quarters, and pitch, of the notes in a MIDI file."""
    file = mido.MidiFile(file=io.BytesIO(data))
    found = []
    for track in file.tracks:
        now, sounding = 0, {}
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                sounding.setdefault(message.note, []).append(now)
            elif message.type in ("note_on", "note_off") and sounding.get(message.note):
                begin = sounding[message.note].pop(0)
                found.append((begin / file.ticks_per_beat, (now - begin) / file.ticks_per_beat, message.note))
    return sorted(found)


def test_tied_notes_are_one_note_also_across_a_bar_line() -> None:
    assert played("A4-A4|") == [(0, 8, 69)]
    assert played("A8-|A8|") == [(0, 16, 69)]
    assert played("[DA]4-[DA]4|") == [(0, 8, 62), (0, 8, 69)]
    assert played("A4-B4|") == [(0, 4, 69), (4, 4, 71)]


def test_repeats_may_be_left_out() -> None:
    assert len(played("|:A8:|")) == 2
    assert len(played("|:A8:|", repeats=False)) == 1


def test_transposition_and_swing_are_played() -> None:
    assert [pitch for _, _, pitch in played("DFA4|", transpose=-2)] == [60, 64, 67]
    hornpipe = HEADER.replace("K:D", "R:hornpipe\nK:D")
    long, short = Fraction(4, 3), Fraction(2, 3)
    assert played("AB A2|", hornpipe, swing=True) == [(0, long, 69), (long, short, 71), (2, 2, 69)]
    assert played("AB|", hornpipe) == [(0, 1, 69), (1, 1, 71)]


def test_grace_notes_take_their_time_from_the_next_note() -> None:
    (_, grace, first), (onset, length, second) = played("{c}A2|")
    assert (first, second, onset, grace + length) == (73, 69, grace, 2)


def test_the_tempo_is_that_of_the_tune_the_dance_or_the_option() -> None:
    jig = "X:1\nR:jig\nM:6/8\nL:1/8\nK:D\nABc dfa|]"
    assert pace(read_tune(jig), Playing()) == Fraction(3, 8) * 112
    assert pace(read_tune(jig.replace("K:D", "Q:3/8=90\nK:D")), Playing()) == Fraction(3, 8) * 90
    assert pace(read_tune(jig), Playing(tempo=60)) == Fraction(3, 8) * 60


def test_an_endless_tune_is_cut_off() -> None:
    tune = read_tune(HEADER + "A8|" * 5_000)
    notes = performance(tune, Playing())
    assert float(notes[-1].onset / pace(tune, Playing())) * 60 < LONGEST
    (note,) = performance(read_tune(HEADER + "a99999|"), Playing())
    assert float(note.length / pace(tune, Playing())) * 60 == LONGEST
    assert is_cut(tune, Playing())
    assert not is_cut(read_tune(HEADER + "A8|A8|]"), Playing())


def test_the_first_seconds_of_a_tune_are_its_beginning() -> None:
    tune, ten_seconds = read_source("ryans").tunes[0], Playing(longest=10)
    whole, first = performance(read_tune(tune), Playing()), performance(read_tune(tune), ten_seconds)
    assert 10 < len(first) < len(whole)
    assert first[:-1] == whole[: len(first) - 1]
    assert len(samples(read_tune(tune), INSTRUMENTS["fiddle"], ten_seconds)) / RATE == pytest.approx(10, abs=3)


@pytest.mark.parametrize("values", [{"tempo": 0}, {"tempo": 1e9}, {"transpose": 99}])
def test_values_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=f"--{next(iter(values))}"):
        Playing(**values)


def test_a_midi_file_has_the_notes_the_tempo_and_the_metre() -> None:
    tune = read_tune("X:1\nT:Jig é☃\nM:6/8\nL:1/8\nQ:3/8=100\nK:G\nGBd g2d|]")
    data = midi_bytes(tune, INSTRUMENTS["fiddle"], Playing())
    expected = [(0, 67), (0.5, 71), (1, 74), (1.5, 79), (2.5, 74)]
    assert [(onset, pitch) for onset, _, pitch in notes_in(data)] == expected
    messages = {message.type: message for message in mido.MidiFile(file=io.BytesIO(data), charset="utf-8").tracks[0]}
    assert messages["set_tempo"].tempo == 400_000  # microseconds per quarter: 150 a minute
    assert (messages["time_signature"].numerator, messages["time_signature"].denominator) == (6, 8)
    assert messages["program_change"].program == 110
    assert messages["track_name"].name == "Jig é☃"
    assert TICKS % 96 == 0  # triplets and 32nds fall on whole ticks


def likeliest(wave: np.ndarray, around: int) -> int:
    """The pitch within half an octave of `around` whose harmonics are strongest in a steady note."""
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))

    def strength(pitch: int) -> float:
        fundamental = 440 * 2 ** ((pitch - 69) / 12) * len(wave) / RATE  # in the spectrum's steps
        near = [slice(int(k * fundamental * 0.985), int(k * fundamental * 1.015) + 2) for k in range(1, 7)]
        return sum(spectrum[part].max() / k for k, part in enumerate(near, start=1))

    return max(range(around - 5, around + 6), key=strength)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_instrument_is_in_tune(name: str) -> None:
    tune = read_tune("X:1\nM:4/4\nL:1/1\nQ:1/4=80\nK:C\nG|A|c|e|a|]\n")
    wave = samples(tune, INSTRUMENTS[name], Playing())
    for number, note in enumerate(performance(tune, Playing())):
        held = wave[int((3 * number + 0.3) * RATE) : int((3 * number + 2.3) * RATE)]
        spectrum = np.abs(np.fft.rfft(held * np.hanning(len(held)), 1 << 19))
        octaves = np.log2(np.argmax(spectrum) * RATE / (1 << 19) / (440 * 2 ** ((note.pitch - 69) / 12)))
        partials = 1200 * abs(octaves - np.log2(np.arange(1, 9)))  # cents from each
        assert partials.min() < 20, (note.pitch, partials.min())


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_each_note_sounds_at_its_pitch(name: str) -> None:
    tune = read_tune("X:1\nM:4/4\nL:1/4\nQ:1/4=60\nK:C\nDGAe|]")
    wave = samples(tune, INSTRUMENTS[name], Playing())
    for number, note in enumerate(performance(tune, Playing())):
        held = wave[int((number + 0.25) * RATE) : int((number + 0.75) * RATE)]
        assert likeliest(held, note.pitch) == note.pitch


@pytest.mark.parametrize(("format", "magic"), [("wav", b"RIFF"), ("flac", b"fLaC"), ("ogg", b"OggS"), ("mp3", b"")])
def test_sound_files_can_be_opened_and_last_as_long_as_the_tune(format: str, magic: bytes) -> None:
    tune = read_tune(HEADER + "|:A8|B8:|" * 12)
    data = sound_bytes(tune, FLUTE, Playing(tempo=240), format)
    assert data.startswith(magic)
    wave, rate = soundfile.read(io.BytesIO(data))
    played_for = 48 * 4 / 240 * 60
    assert rate == RATE
    assert played_for < len(wave) / rate < played_for + 3
    assert np.abs(wave).max() > 0.3


def comparable(text: str) -> str | None:
    """The text for a comparison of notes, or None if it has graces, chord symbols or decorations, played freely."""
    text = re.sub(r"[ \t]*!$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^R:.*\n", "", text, flags=re.MULTILINE)  # abc2midi swings hornpipes
    body = text.split("K:", 1)[-1].split("\n", 1)[-1]
    return None if re.search(r'[{}"!~.HLMOPSTuv+]', body) else text


_REPEATS = re.compile(r"(?P<end>:\||::)|(?P<start>\|:)|(?P<double>\|\||\|\])")


def with_repeats_begun(text: str) -> str:
    """The text with `|:` where a repeat begins at a double bar: the standard (4.8) implies it, abc2midi needs it."""
    double, opened, begun = None, False, []
    for mark in _REPEATS.finditer(text, text.index("K:")):
        if mark["end"]:
            begun += [double] if double else []
            double, opened = None, mark["end"] == "::"
        elif mark["start"]:
            double, opened = None, True
        elif not opened:
            double = mark
    for mark in reversed(begun):
        text = f"{text[: mark.start()]}|:{text[mark.end() :]}"
    return text


def same_notes(tune: Tune, oracle: bytes) -> bool:
    """Whether pitches, onsets and lengths agree; abc2midi spreads chords by a few ticks and shortens notes by one."""
    ours = notes_in(midi_bytes(tune, FLUTE, Playing()))
    theirs = notes_in(oracle)
    order = [sorted(notes, key=lambda note: (round(note[0] * 12), note[2])) for notes in (ours, theirs)]
    return len(ours) == len(theirs) and all(
        one[2] == other[2] and abs(one[0] - other[0]) < 0.03 and abs(one[1] - other[1]) < 0.04
        for one, other in zip(*order, strict=True)
    )


@pytest.mark.skipif(not HAS_ABC2MIDI, reason=NO_ABC2MIDI)
@pytest.mark.parametrize("collection", ["oneills", "ryans", "airds", "lab"])
def test_notes_are_those_of_abc2midi(collection: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    source = str(request.getfixturevalue("lab_corpus")) if collection == "lab" else collection
    compared = same = 0
    tunes = read_source(source).tunes
    for number, verbatim in enumerate(tunes if collection == "ryans" else tunes[::3]):
        text = comparable(verbatim)
        tune = read_tune(text) if text else None
        if text is None or tune is None or not tune.complete:
            continue
        (tmp_path / f"{number}.abc").write_text(with_repeats_begun(text))
        words = ["abc2midi", f"{number}.abc", "-o", f"{number}.mid"]
        said = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, errors="replace").stdout
        path = tmp_path / f"{number}.mid"
        # If the repeats confuse abc2midi, it says so and guesses; for some tunes it writes no notes.
        if path.exists() and notes_in(path.read_bytes()) and "found [1" not in said:
            compared += 1
            same += same_notes(tune, path.read_bytes())
    assert compared > 10  # few, since nearly all of Ryan's tunes have decorations
    assert same >= 0.995 * compared, (same, compared)
