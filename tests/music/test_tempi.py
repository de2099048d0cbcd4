"""Tempo marks, also within a bar: when they act, and where the score shows them."""

import io
import subprocess
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import mido
import pytest
from support.oracles import HAS_ABC2MIDI, NO_ABC2MIDI

from folkkeras.music.reading import TuneReader, read_tune
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.performance import Playing, tempi

TEXT = "X:1\nM:4/4\nL:1/8\nQ:1/4=100\nK:D\n|:A2B2 [Q:1/4=200]c2d2[Q:1/4=50]:|e2f2\\\nQ:1/4=150\ng2a2|]\n"


def seconds(file: mido.MidiFile) -> list[float]:
    """When notes begin."""
    now, found = 0.0, []
    for message in file:
        now += message.time
        if message.type == "note_on" and message.velocity:
            found.append(now)
    return found


def test_a_tempo_acts_from_the_note_after_it() -> None:
    assert [(onset * 4, pace * 4) for onset, pace in tempi(read_tune(TEXT), Playing())] == [
        (0, 100), (2, 200), (4, 100), (6, 200), (8, 50), (10, 150)
    ]  # fmt: skip
    assert tempi(read_tune(TEXT), Playing(tempo=50))[1] == (Fraction(1, 2), Fraction(100, 4))


@pytest.mark.skipif(not HAS_ABC2MIDI, reason=NO_ABC2MIDI)
def test_notes_sound_when_abc2midi_plays_them(tmp_path: Path) -> None:
    once = TEXT.replace(":|", "|").replace("|:", "|")  # abc2midi does not return to the first tempo with a repeat
    (tmp_path / "tune.abc").write_text(once)
    subprocess.run(["abc2midi", "tune.abc", "-o", "tune.mid"], cwd=tmp_path, check=True, capture_output=True)
    own = mido.MidiFile(file=io.BytesIO(midi_bytes(read_tune(once), INSTRUMENTS["flute"], Playing())))
    theirs = seconds(mido.MidiFile(tmp_path / "tune.mid"))
    assert len(theirs) == 8
    assert seconds(own) == pytest.approx(theirs, abs=0.01)


def test_the_score_shows_a_tempo_before_its_note() -> None:
    root = ElementTree.fromstring(musicxml_bytes(read_tune(TEXT)))
    shown = [
        each.get("tempo") if each.tag == "sound" else each.text
        for each in root.iter()
        if each.tag == "step" or (each.tag == "sound" and each.get("tempo"))
    ]
    assert shown == ["100", "A", "B", "200", "C", "D", "50", "E", "F", "150", "G", "A"]


def test_a_tune_that_grows_is_read_with_its_tempi() -> None:
    reader = TuneReader()
    for end in range(len("X:1\n"), len(TEXT) + 1):
        tune = reader.read(TEXT[:end])
    assert [bar.tempi for bar in tune.bars] == [bar.tempi for bar in read_tune(TEXT).bars]
    assert [len(bar.tempi) for bar in tune.bars] == [2, 2]
