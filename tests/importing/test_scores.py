"""Melodies are read from MusicXML and MIDI: what the library writes comes back, and other files are refused."""

import io
import random
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import mido
import pytest

from folkkeras.corpus.sources import read_source
from folkkeras.errors import CorpusError
from folkkeras.importing.notes import Notes
from folkkeras.importing.reading import abc_texts
from folkkeras.music.reading import read_tune
from folkkeras.music.render.instruments import instrument
from folkkeras.music.render.midi import midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.performance import Playing, performance
from folkkeras.music.tune import Tune

STRAIGHT = Playing()


def tunes(count: int) -> list[Tune]:
    """Tunes of three collections, chosen by a seed."""
    chosen = []
    for name in ("oneills", "ryans", "airds"):
        texts = list(read_source(name).tunes)
        random.Random(7).shuffle(texts)
        chosen += texts[:count]
    return [tune for tune in map(read_tune, chosen) if tune.bars]


def imported(data: bytes) -> Tune:
    return read_tune("".join(abc_texts(data, "a file", Notes())))


def notes_of(tune: Tune) -> list[tuple[tuple[int, ...], Fraction]]:
    return [
        (tuple(sorted(each.midi for each in event.pitches)), event.length) for bar in tune.bars for event in bar.events
    ]


def test_musicxml_that_the_library_wrote_comes_back() -> None:
    equal = total = 0
    for tune in tunes(12):
        back = imported(musicxml_bytes(tune))
        equal += notes_of(back) == notes_of(tune)
        total += 1
        assert (back.title, back.type) == (tune.title, tune.type)
        if "P:" not in tune.text:
            assert back.order == tune.order
    assert equal >= 0.97 * total


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8-sig", "UTF-16", "ISO-8859-1"])
def test_musicxml_is_read_in_every_encoding_that_it_declares(encoding: str) -> None:
    tune = read_tune("X:1\nT:Café\nM:4/4\nL:1/8\nK:D\nDEFG ABcd|d8|]\n")
    text, count = re.subn(
        r"(?<=encoding=.)UTF-8", encoding.removesuffix("-sig"), musicxml_bytes(tune).decode(), flags=re.I
    )
    assert count == 1
    back = imported(text.encode(encoding))
    assert (back.title, notes_of(back)) == ("Café", notes_of(tune))


def test_musicxml_that_declares_utf_8_but_is_latin_1_is_read() -> None:
    data = musicxml_bytes(read_tune("X:1\nT:Café\nK:D\nDEFG|\n"))
    assert b"UTF-8" in data.upper()
    assert imported(data.replace("é".encode(), b"\xe9")).title == "Café"


def test_keys_marks_and_endings_come_back() -> None:
    text = (
        'X:1\nT:All Signs\nC:Anon\nR:jig\nM:6/8\nL:1/8\nQ:3/8=110\nK:Edor\n'
        '(3Bcd|"Em"e2 .B (BA)G|{/a}g^ga _b2 c|[K:G]!fermata!d3-d2 z|\\\n'
        "[M:9/8][FA]3 d'2 D, TF2 uE:|[M:6/8]f3 e3|1 d6:|2 D6|]\n"
    )  # fmt: skip
    tune = read_tune(text)
    back = imported(musicxml_bytes(tune))
    assert (back.key, back.composer, back.tempo) == (tune.key, "Anon", tune.tempo)
    assert (notes_of(back), back.order) == (notes_of(tune), tune.order)
    for sign in ('"Em"', ".B", "(BA)", "{/", "!fermata!", "[K:", "[M:9/8]", "T", "u", "(3Bcd"):
        assert sign in back.text, sign


def test_a_chord_may_be_tied_in_part() -> None:
    tune = read_tune("X:1\nM:4/4\nL:1/8\nK:C\n[CE-]4 [DE]4|[CE]4- [CE]4|]\n")
    back = imported(musicxml_bytes(tune))
    assert [len(event.ties) for bar in back.bars for event in bar.events] == [1, 0, 2, 0]
    sounds = [[(note.pitch, note.length) for note in performance(each, STRAIGHT)] for each in (tune, back)]
    assert sounds[0] == sounds[1]


def test_midi_that_the_library_wrote_comes_back() -> None:
    compared = 0
    for tune in tunes(12):
        if any(
            event.graces or len(event.pitches) > 1
            for bar in tune.bars
            for event in (*bar.events, *sum(bar.overlays, ()))
        ):
            continue
        back = imported(midi_bytes(tune, instrument("flute"), STRAIGHT))
        sounds = [[(note.pitch, note.length) for note in performance(each, STRAIGHT)] for each in (tune, back)]
        assert sounds[0] == sounds[1], tune.title
        assert back.title == tune.title
        compared += 1
    assert compared > 10


def test_a_pick_up_is_found_where_bar_lines_fall_better() -> None:
    tune = read_tune("X:1\nM:3/4\nL:1/4\nK:G\nD|G2 B|A2 c|B2 d|G2 D|G2 B|A2 c|B2 A|G2|]\n")
    back = imported(midi_bytes(tune, instrument("flute"), STRAIGHT))
    assert [bar.length for bar in back.bars] == [bar.length for bar in tune.bars]


def midi_of(fill: Callable[[mido.MidiTrack], None], **options: int) -> bytes:
    file, data = mido.MidiFile(type=0, ticks_per_beat=480), io.BytesIO()
    track = mido.MidiTrack()
    file.tracks.append(track)
    fill(track)
    file.save(file=data)
    return data.getvalue()


def band(track: mido.MidiTrack) -> None:
    for beat in range(40):
        for channel, pitch in ((0, 72), (1, 60), (2, 48)):
            track.append(mido.Message("note_on", note=pitch + beat % 5, channel=channel, time=0))
        for channel, pitch in ((0, 72), (1, 60), (2, 48)):
            track.append(
                mido.Message("note_off", note=pitch + beat % 5, channel=channel, time=480 if not channel else 0)
            )


def freely(track: mido.MidiTrack) -> None:
    chance = random.Random(3)
    for _ in range(60):
        track.append(mido.Message("note_on", note=chance.randrange(60, 80), time=chance.randrange(0, 300)))
        track.append(mido.Message("note_off", note=track[-1].note, time=chance.randrange(100, 700)))


XML = '<?xml version="1.0"?>\n'
LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (midi_of(band), "several notes at a time on 3 channels"),
        (midi_of(freely), "played freely"),
        (midi_of(lambda track: None), "has no notes"),
        (midi_of(band)[:300], "damaged MIDI file"),
        (b"MThd", "damaged MIDI file"),
        (b"MThd\0\0\0\6\0\0\0\1\0\0MTrk\0\0\0\0", "counts time in film frames"),
        (f"{XML}<score-partwise><part-list/></score-partwise>".encode(), "has 0 parts"),
        (f"{XML}<score-partwise>".encode(), "cannot be read as MusicXML"),
        (
            f'{XML}<!DOCTYPE x [<!ENTITY l0 "lol">{LOL}]><score-partwise><work><work-title>&l9;</work-title></work>'
            "</score-partwise>".encode(),
            "cannot be read as MusicXML",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_melody_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(CorpusError, match=words) as caught:
        imported(data)
    assert "\n" not in str(caught.value)


def test_a_score_of_two_staves_is_refused() -> None:
    score = musicxml_bytes(read_tune("X:1\nK:C\nCDEF|\n")).decode()
    head, _, part = score.partition('<part id="P1">')
    second = head.replace("</part-list>", '<score-part id="P2"><part-name>Bass</part-name></score-part></part-list>')
    both = second + '<part id="P1">' + part.replace("</score-partwise>", "") + '<part id="P2">' + part
    with pytest.raises(CorpusError, match="has 2 parts or staves"):
        imported(both.encode())


def test_a_numeral_in_place_of_a_chord_symbol_is_left_out() -> None:
    score = musicxml_bytes(read_tune('X:1\nK:C\n"G7"CDEF|\n')).decode()
    numeral = "<harmony><numeral><numeral-root>4</numeral-root></numeral><kind>major</kind></harmony>"
    score, count = re.subn(r"<harmony.*?</harmony>", numeral, score, flags=re.DOTALL)
    assert count == 1
    notes = Notes()
    assert "CDEF" in "".join(abc_texts(score.encode(), "a file", notes)).replace(" ", "")
    assert notes.skipped == {"chord symbols that ABC does not have": 1}


def test_a_score_among_others_that_is_no_melody_is_left_out_and_noted(tmp_path: Path) -> None:
    bad = midi_of(lambda track: None)
    for name, content in {"good": musicxml_bytes(read_tune("X:1\nK:C\nCDEF|\n")), "bad": bad, "worse": bad}.items():
        (tmp_path / f"{name}.xml").write_bytes(content)
    source = read_source(str(tmp_path))
    assert (len(source.tunes), source.unread) == (1, (str(tmp_path / "bad.xml"), str(tmp_path / "worse.xml")))
    (tmp_path / "good.xml").unlink()
    with pytest.raises(CorpusError, match=r"bad\.xml has no notes"):
        read_source(str(tmp_path))


def endless(track: mido.MidiTrack) -> None:
    track.append(mido.MetaMessage("time_signature", numerator=1, denominator=32, time=0))
    for delta in (0, 2_000_000):
        track.append(mido.Message("note_on", note=60, time=delta))
        track.append(mido.Message("note_off", note=60, time=480))


def test_a_rest_of_a_thousand_bars_is_refused_at_once() -> None:
    with pytest.raises(CorpusError, match="lasts longer than 1,000 quarters"):
        imported(midi_of(endless))


def test_a_metre_that_is_no_bar_of_a_tune_is_left_out() -> None:
    def short(track: mido.MidiTrack) -> None:
        track.append(mido.MetaMessage("time_signature", numerator=1, denominator=64, time=0))
        for _ in range(8):
            track.append(mido.Message("note_on", note=60, time=0))
            track.append(mido.Message("note_off", note=60, time=480))

    assert imported(midi_of(short)).metre == "4/4"
