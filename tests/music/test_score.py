"""A tune's score: MusicXML, verovio's engraving of it, PNG, and the process that renders it."""

import os
import re
import signal
import struct
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

from folkkeras.corpus.sources import read_source
from folkkeras.errors import FolkError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.client import RenderClient
from folkkeras.music.render.engraving import _toolkit, png_bytes, svg_text
from folkkeras.music.render.musicxml import musicxml_bytes, noteheads
from folkkeras.music.tune import Tune

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:D\n"
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MEI = "{http://www.music-encoding.org/ns/mei}"
_ALTERS = {"s": 1, "f": -1, "n": 0, "ss": 2, "x": 2, "ff": -2}
_TYPES = {"breve": 2, "whole": 1, "half": 0.5, "quarter": 0.25, "eighth": 0.125, "16th": 0.0625, "32nd": 0.03125}


def shown(music: str, header: str = HEADER) -> list[tuple[int | None, float, int, str | None]]:
    """For each notehead or rest: pitch, length of its head, dots, accidental."""
    score = ElementTree.fromstring(musicxml_bytes(read_tune(header + music)))
    heads = []
    for note in score.iter("note"):
        pitch = note.find("pitch")
        midi = None
        if pitch is not None:
            octave = int(pitch.findtext("octave"))
            midi = 12 * (octave + 1) + _SEMITONES[pitch.findtext("step")] + int(pitch.findtext("alter") or 0)
        heads.append((midi, _TYPES[note.findtext("type")], len(note.findall("dot")), note.findtext("accidental")))
    return heads


def test_noteheads_have_dots_and_accidentals() -> None:
    assert shown("A2 ^G3 =c/z/ [DA]4|") == [
        (69, 0.25, 0, None), (68, 0.25, 1, "sharp"), (72, 0.0625, 0, "natural"), (None, 0.0625, 0, None),
        (62, 0.5, 0, None), (69, 0.5, 0, None),
    ]  # fmt: skip
    assert shown("A5 (3ABc|") == [
        (69, 0.5, 0, None), (69, 0.125, 0, None), *[(pitch, 0.125, 0, None) for pitch in (69, 71, 73)],
    ]  # fmt: skip


@pytest.mark.parametrize("sixteenths", range(1, 64))
def test_each_length_is_a_sum_of_noteheads(sixteenths: int) -> None:
    length = Fraction(sixteenths, 32)
    assert sum(base * (2 - Fraction(1, 2**dots)) for base, dots in noteheads(length)) == length


def test_beams_join_notes_that_are_written_together() -> None:
    score = ElementTree.fromstring(musicxml_bytes(read_tune(HEADER + "ABc d2 ef|")))
    assert [note.findtext("beam") for note in score.iter("note")] == ["begin", "continue", "end", None, "begin", "end"]


def test_repeats_endings_ties_and_tuplets_are_marked() -> None:
    text = musicxml_bytes(read_tune(HEADER + "|:(3ABcA2-A4|1B8:|2c8|]")).decode()
    assert re.findall(r'<repeat direction="(\w+)"', text) == ["forward", "backward"]
    assert re.findall(r'<ending number="(\d)" type="(\w+)"', text) == [
        ("1", "start"), ("1", "stop"), ("2", "start"), ("2", "discontinue"),
    ]  # fmt: skip
    assert re.findall(r'<tied type="(\w+)"', text) == ["start", "stop"]
    assert re.findall(r'<tuplet type="(\w+)"', text) == ["start", "stop"]


def test_key_and_metre_can_change_within_a_tune() -> None:
    text = musicxml_bytes(read_tune(HEADER + "A8|[K:F][M:6/8]ABc dfa|]")).decode()
    assert re.findall(r"<fifths>(-?\d)</fifths>", text) == ["2", "-1"]
    assert re.findall(r"<beats>(\d)</beats>", text) == ["4", "6"]


def engraved(tune: Tune) -> list[tuple[str, int, int, float, int]]:
    """For each notehead in verovio: letter, alteration in semitones, octave, length of the head, dots."""
    toolkit = _toolkit()
    assert toolkit.loadData(musicxml_bytes(tune).decode())
    heads = []
    for holder in ElementTree.fromstring(toolkit.getMEI()).iter():
        if not holder.tag.endswith(("}note", "}chord")) or holder.get("dur") is None:
            continue
        dur, dots = holder.get("dur"), int(holder.get("dots") or 0)
        for note in holder.iter(f"{_MEI}note"):
            if note.get("grace"):
                continue
            signs = [note, *note.iter(f"{_MEI}accid")]
            shown = next(filter(None, (sign.get("accid") for sign in signs)), None)
            sounding = next(filter(None, (sign.get("accid.ges") for sign in signs)), "n")
            alter = _ALTERS[shown or sounding]
            length = 2.0 if dur == "breve" else 1 / int(dur)
            heads.append((note.get("pname").upper(), alter, int(note.get("oct")), length, dots))
    return sorted(heads)


@pytest.mark.parametrize("collection", ["oneills", "ryans", "airds"])
def test_the_engraved_score_has_each_note_of_real_tunes(collection: str) -> None:
    for text in read_source(collection).tunes[::30]:
        tune = read_tune(text)
        expected = [
            (pitch.letter, pitch.alter, pitch.octave, float(base), dots)
            for bar in tune.bars
            for event in bar.events
            for base, dots in noteheads(event.written)
            for pitch in event.pitches
        ]
        assert engraved(tune) == sorted(expected), tune.title


def test_the_same_tune_gives_the_same_image_with_its_title() -> None:
    tune = read_tune(HEADER.replace("Test", "A <Title> & more") + "A8|]")
    assert svg_text(tune) == svg_text(tune)
    assert "A &lt;Title&gt; &amp; more" in svg_text(tune)
    ElementTree.fromstring(svg_text(tune))


def test_a_png_has_a_reasonable_size() -> None:
    data = png_bytes(svg_text(read_tune(HEADER + "ABcd efga|" * 8)))
    width, height = struct.unpack(">II", data[16:24])
    assert data.startswith(b"\x89PNG")
    assert width > 800
    assert height > 300


def test_the_render_process_renders_and_reports_errors() -> None:
    with RenderClient() as client:
        assert client.render(read_tune(HEADER + "A8|]"), "svg").startswith(b"<svg")
        assert client.render(read_tune(HEADER + "A8|]"), "ogg").startswith(b"OggS")
        with pytest.raises(FolkError, match="it has no notes"):
            client.render(read_tune(HEADER), "svg")
        assert client.render(read_tune(HEADER + "A8|]"), "mid").startswith(b"MThd")


def test_modules_in_the_current_folder_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folkkeras").mkdir()  # the name of the folder of a clone
    (tmp_path / "json.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    with RenderClient() as client:
        assert client.render(read_tune(HEADER + "A8|]"), "svg").startswith(b"<svg")


def test_a_crash_of_the_render_process_affects_one_file() -> None:
    with RenderClient() as client:
        client.render(read_tune(HEADER + "A8|]"), "svg")
        os.kill(client._process.pid, signal.SIGKILL)
        with pytest.raises(FolkError, match="failed on it"):
            client.render(read_tune(HEADER + "A8|]"), "svg")
        assert client.render(read_tune(HEADER + "A8|]"), "svg").startswith(b"<svg")


def test_rendering_that_takes_too_long_is_stopped() -> None:
    with RenderClient(patience=0.01) as client, pytest.raises(FolkError, match="failed on it"):
        client.render(read_tune(HEADER + "ABcd efga|" * 2_000), "wav")


def test_the_render_process_ends_with_its_parent() -> None:
    script = f"""
import time
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Tune
from folkkeras.music.render.client import RenderClient
client = RenderClient()
client.render(read_tune({HEADER + "A8|]"!r}), "svg")
print(client._process.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the process is still there")
