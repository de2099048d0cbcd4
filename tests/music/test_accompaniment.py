"""Chord symbols as an accompaniment, compared with abc2midi."""

import io
import subprocess
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import mido
import pytest
from support.oracles import HAS_ABC2MIDI, NO_ABC2MIDI

from folkkeras.music.reading import read_tune
from folkkeras.music.render.accompaniment import accompaniment
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.music.render.left_out import left_out
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.page.timing import timing
from folkkeras.music.render.performance import Playing, length_of_performance
from folkkeras.notation.chords import chord_of

JIG = 'X:1\nT:Jig\nM:6/8\nL:1/8\nK:D\nA|"D"d2f "G"gfe|"A7"e3 "D"d2:|\n'
TUNES = {
    "reel": 'M:4/4\nL:1/8\nK:G\n|:D2|"G"GABc dedB|"D7"cAFA "G"G2 GA|"Em"Bcde "Am7/G"fgaf|"C"e2 "D"d2 "G"G2:|',
    "jig": JIG.partition("T:Jig\n")[2],
    "slip jig": 'M:9/8\nL:1/8\nK:D\n"D"d3 f3 a3|"G"g3 "A"e3 "D"d3|]',
    "waltz": 'M:3/4\nL:1/4\nK:D\n"D"d2f|"Gmaj7"g2e|"A7sus4"e3|"Dm"d3|]',
    "march": 'M:C|\nL:1/8\nK:D\n"Ddim"d4 f4|"Gaug"g4 "Am7b5"e4|"D6"d8|]',
    "endings": 'M:4/4\nL:1/4\nK:C\n|:"C"cdef|1 "F"f4:|2 "G7"g4|]',
}


def struck(notes: list[tuple[Fraction, int]]) -> dict[Fraction, set[int]]:
    """Onset in whole notes -> the pitch classes that begin there."""
    found: dict[Fraction, set[int]] = defaultdict(set)
    for onset, pitch in notes:
        found[onset].add(pitch % 12)
    return dict(found)


@pytest.mark.skipif(not HAS_ABC2MIDI, reason=NO_ABC2MIDI)
@pytest.mark.parametrize("name", TUNES)
def test_chords_sound_when_and_as_abc2midi_plays_them(name: str, tmp_path: Path) -> None:
    text = f"X:1\nT:A tune\n{TUNES[name]}\n"
    (tmp_path / "in.abc").write_text(text)
    subprocess.run(["abc2midi", "in.abc", "-o", "out.mid"], cwd=tmp_path, capture_output=True, check=False)
    file = mido.MidiFile(tmp_path / "out.mid")
    theirs = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity and message.channel:
                # abc2midi begins each note a tick late.
                theirs.append((Fraction(now - 1, 4 * file.ticks_per_beat), message.note))
    ours = [(note.onset, note.pitch) for note in accompaniment(read_tune(text), Playing())]
    assert struck(ours) == struck(theirs)


def test_a_polka_has_a_bass_note_on_each_beat_and_a_chord_after_it() -> None:
    tune = read_tune('X:1\nM:2/4\nL:1/8\nK:G\n"G"G2B2|"D"A4|]\n')
    notes = accompaniment(tune, Playing())
    assert struck([(note.onset, note.pitch) for note in notes if note.onset < Fraction(1, 2)]) == {
        Fraction(0): {7},
        Fraction(1, 8): {7, 11, 2},
        Fraction(1, 4): {7},
        Fraction(3, 8): {7, 11, 2},
    }


@pytest.mark.parametrize(
    ("metre", "strokes"),
    [
        ("5/4", [(0, 1), (1, 3), (2, 3), (3, 3), (4, 3)]),
        ("7/8", [(0, 1), (1, 3), (2, 3)]),
        ("2/8", [(0, 1), (Fraction(1, 2), 3)]),
        ("2/128", [(0, 4)]),  # as in free metre
    ],
)
def test_other_metres(metre: str, strokes: list[tuple[Fraction, int]]) -> None:
    tune = read_tune(f'X:1\nM:{metre}\nL:1/{metre.partition("/")[2]}\nK:C\n"C"c{metre.partition("/")[0]}|]\n')
    found: dict[Fraction, int] = defaultdict(int)
    for note in accompaniment(tune, Playing()):
        found[4 * note.onset] += 1
    assert list(found.items()) == strokes


def test_a_chord_that_begins_on_a_weak_beat_brings_its_bass_note() -> None:
    notes = accompaniment(read_tune('X:1\nM:3/4\nL:1/4\nK:C\n"C"c"F"de|]\n'), Playing())
    assert next(note.pitch for note in notes if note.onset == Fraction(1, 4)) == 41  # F2, below the chord
    assert {note.pitch % 12 for note in notes if note.onset == Fraction(1, 2)} == {5, 9, 0}
    assert len([note for note in notes if note.onset == Fraction(1, 2)]) == 3


def test_chord_symbols_that_are_not_known_are_counted() -> None:
    tune = read_tune('X:1\nM:4/4\nL:1/4\nK:C\n"C69"c"C"d"C69"e"slowly"f|]\n')
    assert left_out(tune, "mid") == left_out(tune, "wav") == {"the chord symbol 'C69'": 2}
    assert left_out(tune, "svg") == {}


def test_free_metre_and_what_cannot_be_played() -> None:
    free = accompaniment(read_tune('X:1\nM:none\nL:1/4\nK:C\n"C"cdef "F"f4|\n'), Playing())
    assert struck([(note.onset, note.pitch) for note in free]) == {Fraction(0): {0, 4, 7}, Fraction(1): {5, 9, 0}}
    assert {note.length for note in free} == {Fraction(1)}
    assert accompaniment(read_tune("X:1\nM:4/4\nL:1/4\nK:C\ncdef|\n"), Playing()) == []
    assert accompaniment(read_tune('X:1\nM:4/4\nL:1/4\nK:C\n"slowly""C69"cdef|\n'), Playing()) == []
    assert chord_of("(Am)") == chord_of("Am")


def test_midi_holds_the_accompaniment_in_a_channel_of_its_own() -> None:
    tune = read_tune(JIG)

    def channels(playing: Playing) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for message in mido.MidiFile(file=io.BytesIO(midi_bytes(tune, INSTRUMENTS["fiddle"], playing))).tracks[0]:
            if message.type == "note_on":
                found[message.channel].append(message.note)
        return dict(found)

    whole, alone = channels(Playing()), channels(Playing(accompaniment=False))
    assert list(alone) == [0]
    assert whole[0] == alone[0]
    assert sorted(whole[1]) == sorted(note.pitch for note in accompaniment(tune, Playing()))
    up = accompaniment(tune, Playing(transpose=2))
    assert struck([(note.onset, note.pitch) for note in up]) == {
        onset: {(pitch + 2) % 12 for pitch in pitches}
        for onset, pitches in struck([(note.onset, note.pitch) for note in accompaniment(tune, Playing())]).items()
    }


def test_a_tune_that_is_played_several_times_repeats_its_notes_and_chords() -> None:
    tune = read_tune(JIG.replace("A|", "", 1))  # into a pick-up, the last chord would sound on
    once, thrice = (accompaniment(tune, Playing(times=times)) for times in (1, 3))
    length = length_of_performance(tune, Playing())
    assert [(note.onset, note.pitch) for note in thrice] == [
        (note.onset + time * length, note.pitch) for time in range(3) for note in once
    ]


def test_the_page_has_the_chords_in_seconds() -> None:
    tune = read_tune(JIG)
    notes = accompaniment(tune, Playing())
    chords = timing(tune)["chords"]
    assert isinstance(chords, list)
    assert [pitch for _, _, pitch in chords] == [note.pitch for note in notes]
    whole_note = 60 / (100 * 3 / 8)  # seconds; a tune in 6/8 without a type has 100 beats a minute
    assert [onset for onset, _, _ in chords] == pytest.approx([float(n.onset) * whole_note for n in notes], abs=1e-3)
