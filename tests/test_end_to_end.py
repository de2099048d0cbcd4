"""Thirty new tunes with generation records, in every format: the notes are those that abc2midi reads.

A generation record is a comment in the tune. It is not music, and must not be heard or seen.
"""

import html
import io
import json
import re
import subprocess
from collections import Counter
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import mido
import pytest
import soundfile
from support.oracle_quirks import quirks_of
from support.oracles import HAS_ABC2MIDI, NO_ABC2MIDI, Note, abc2midi_graces, abc2midi_notes, agrees, first_difference
from support.sounding import sounding
from support.terminal import FOLK

from folkkeras.music.reading import read_tunes
from folkkeras.music.render.musicxml import noteheads
from folkkeras.music.tune import Tune
from folkkeras.notation.decoding import decode
from folkkeras.notation.tokens import TOKEN

COUNT = 30
ASKED = ("--tunes", str(COUNT), "--complete", "--max-copy", "24", "--key", "D", "--seed", "5")
ASKED_ABOUT = 24  # at least so many of the tunes have nothing that abc2midi reads in its own way
SOUNDS = 4  # tunes that are rendered as sound, the slowest format


def folk(folder: Path, *words: str) -> None:
    done = subprocess.run([str(FOLK), *words], cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty tunes in tunes.abc, and each as MIDI, SVG and MusicXML, all on one page, and some as sound."""
    if not HAS_ABC2MIDI:
        pytest.skip(NO_ABC2MIDI)
    folder = tmp_path_factory.mktemp("drawn")
    folk(folder, "sample", "celtic", *ASKED, "--out", "tunes.abc")
    for format in ("mid", "svg", "musicxml"):
        folk(folder, "render", "tunes.abc", "--to", format, "--out", f"{format}/")
    folk(folder, "render", "tunes.abc", "--out", "tunes.html")
    text = "\n".join(tune.text.rstrip() + "\n" for tune in tunes_in(folder)[:SOUNDS])
    (folder / "some.abc").write_text(text)
    folk(folder, "render", "some.abc", "--to", "ogg", "--out", "ogg/")
    return folder


def tunes_in(folder: Path) -> list[Tune]:
    return read_tunes(decode((folder / "tunes.abc").read_bytes(), "tunes.abc"))


def texts_in(folder: Path) -> list[str]:
    """The tunes' texts without comments."""
    assert all("\n%folkkeras {" in tune.text for tune in tunes_in(folder))
    return [re.sub(r"^%.*\n", "", tune.text, flags=re.MULTILINE) for tune in tunes_in(folder)]


def for_abc2midi(folder: Path, format: str) -> list[tuple[str, bytes]]:
    """The texts that abc2midi reads by the standard, each with its file."""
    pairs = list(zip(texts_in(folder), files(folder, format), strict=True))
    asked = [(text, data) for text, data in pairs if "abc2midi" not in quirks_of(text)]
    assert len(asked) >= ASKED_ABOUT
    return asked


def files(folder: Path, format: str) -> list[bytes]:
    found = [path.read_bytes() for path in sorted((folder / format).iterdir())]
    assert len(found) == COUNT
    return found


def midi_notes(data: bytes) -> list[Note]:
    """The notes of a MIDI file."""
    file, now, began, found = mido.MidiFile(file=io.BytesIO(data), charset="utf-8"), 0, {}, []
    for message in file.tracks[0]:
        now += message.time
        if message.type == "note_on":
            began.setdefault(message.note, []).append(now)
        elif message.type == "note_off":
            begin = began[message.note].pop(0)
            beat = file.ticks_per_beat
            found.append(Note(Fraction(begin, beat), Fraction(now - begin, beat), message.note))
    return sorted(found)


def midi_seconds(data: bytes) -> list[tuple[float, float, int]]:
    """Onset and length in seconds, and pitch; a new tune has one tempo throughout."""
    tempo = next(
        message.tempo for message in mido.MidiFile(file=io.BytesIO(data)).tracks[0] if message.type == "set_tempo"
    )
    return [(round(float(o) * tempo / 1e6, 2), float(n) * tempo / 1e6, pitch) for o, n, pitch in midi_notes(data)]


def without_repeats(text: str) -> str:
    """The tune with plain bar lines, to be played once as written."""
    head, key, body = text.partition("\nK:")
    first, end, music = body.partition("\n")
    signs = (
        "|" if match.lastgroup == "bar" else "" if match.lastgroup == "ending" else match[0]
        for line in music.splitlines(keepends=True)
        for match in re.finditer(TOKEN.pattern + "|(?P<end>\n)", line)
    )
    return head + key + first + end + "".join(signs)


def test_all_tunes_are_complete_and_in_the_requested_key(folder: Path) -> None:
    tunes = tunes_in(folder)
    assert len(tunes) == COUNT
    assert all(tune.complete and tune.key == "D" for tune in tunes)


def test_the_midi_files_have_the_notes_of_the_text(folder: Path) -> None:
    for text, data in for_abc2midi(folder, "mid"):
        notes, theirs, graces = midi_notes(data), abc2midi_notes(text), abc2midi_graces(text)
        if graces:  # programs differ on their lengths
            assert Counter(note.pitch for note in notes) == Counter([*graces, *(note.pitch for note in theirs)]), text
        else:
            assert agrees(notes, theirs), f"{text}\n{first_difference(notes, theirs)}"


def test_the_page_has_the_notes_of_the_text(folder: Path) -> None:
    page = (folder / "tunes.html").read_text()
    players = [json.loads(html.unescape(data)) for data in re.findall(r'data-tune="([^"]*)"', page)]
    assert len(players) == COUNT
    for text, player, data in zip(texts_in(folder), players, files(folder, "mid"), strict=True):
        on_page = sorted((round(onset, 2), pitch) for onset, _, pitch, *_ in player["notes"])
        seconds = [(onset, pitch) for onset, _, pitch in midi_seconds(data)]
        assert [pitch for _, pitch in on_page] == [pitch for _, pitch in sorted(seconds)], text


def test_the_musicxml_files_have_the_notes_of_the_text(folder: Path) -> None:
    for text, data in for_abc2midi(folder, "musicxml"):
        theirs = abc2midi_notes(without_repeats(text))
        pitches = {(note.onset, note.pitch) for note in theirs}
        root = ElementTree.fromstring(data)
        tied = {id(note) for note in root.iter("note") if any(tie.get("type") == "stop" for tie in note.iter("tie"))}
        for note in [*root.iter("note")]:  # a tied note is not a new note
            if id(note) in tied:
                pitch = note.find("pitch")
                if pitch is not None:
                    note.remove(pitch)
        found = {(onset, pitch) for onset, pitch in sounding(root)}
        near = {(round(onset * 240), pitch) for onset, pitch in found}
        assert near == {(round(onset * 240), pitch) for onset, pitch in pitches}, text


def test_the_scores_have_as_many_noteheads_as_the_text_has_notes(folder: Path) -> None:
    page = (folder / "tunes.html").read_text()
    articles = page.split("<article")[1:]
    for tune, article, data in zip(tunes_in(folder), articles, files(folder, "svg"), strict=True):
        events = [event for bar in tune.bars for event in bar.events if event.pitches]
        heads = sum(len(noteheads(event.written)) * len(event.pitches) + len(event.graces) for event in events)
        assert data.count(b'class="notehead"') == heads, tune.text
        assert article.count('class="note"') == 2 * heads, tune.text  # in wide lines and in narrow lines


def test_the_sound_lasts_as_long_as_the_tune(folder: Path) -> None:
    for data, sound in zip(files(folder, "mid"), sorted((folder / "ogg").iterdir()), strict=False):
        length = mido.MidiFile(file=io.BytesIO(data)).length
        assert soundfile.info(str(sound)).duration == pytest.approx(length, abs=1.5)
    assert len(list((folder / "ogg").iterdir())) == SOUNDS
