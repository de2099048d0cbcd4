"""Sets: several tunes as one performance, one score, one sheet and one page."""

import io
import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import mido
import pypdf
import pytest
from support.pages import entry, opened
from support.terminal import Folk, fails

from folkkeras.errors import UsageError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.book.book import BookEntry, book_bytes
from folkkeras.music.render.book.entry import printed_scores_of
from folkkeras.music.render.engraving import set_svg_text, svg_text
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.music.render.midi import TICKS, midi_bytes
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.render.page import page_text
from folkkeras.music.render.performance import Playing, tempi

JIG = "X:1\nT:The First\nR:jig\nM:6/8\nL:1/8\nK:D\nA|d2f gfe|e3 d2:|\n"
REEL = "X:2\nT:The Second\nR:reel\nM:C|\nL:1/8\nK:G\nGABc dedB|c2A2 G4|]\n"
FLUTE = INSTRUMENTS["flute"]


def onsets(data: bytes) -> list[tuple[int, int]]:
    """The tick and the pitch of each note."""
    now, found = 0, []
    for message in mido.MidiFile(file=io.BytesIO(data)).tracks[0]:
        now += message.time
        if message.type == "note_on":
            found.append((now, message.note))
    return found


def test_the_tunes_of_a_set_follow_one_another_without_a_pause() -> None:
    tunes = [read_tune(JIG), read_tune(REEL)]
    playing = Playing(times=2)
    first, second = (onsets(midi_bytes(tune, FLUTE, Playing())) for tune in tunes)
    lengths = [2 * 2 * 3 * TICKS, 2 * 4 * TICKS]  # twice two bars of 6/8 with the pick-up in them; two bars of 2/2
    expected, now = [], 0
    for notes, length in ((first, lengths[0]), (second, lengths[1])):
        for _ in range(2):
            expected += [(now + onset, pitch) for onset, pitch in notes]
            now += length
    data = midi_bytes(tunes, FLUTE, playing)
    assert onsets(data) == expected
    messages = list(mido.MidiFile(file=io.BytesIO(data)).tracks[0])
    paces = [round(60_000_000 / message.tempo) for message in messages if message.type == "set_tempo"]
    assert paces == [168, 200]  # quarters a minute: 112 dotted quarters, 100 halves
    assert messages[0].name == "The First / The Second"


def test_a_tempo_mark_within_a_tune_ends_with_each_time() -> None:
    tune = read_tune("X:1\nM:4/4\nL:1/4\nQ:1/4=120\nK:C\ncdef|[Q:1/4=60]gabc'|]\n")
    assert tempi(tune, Playing(times=2)) == [
        (Fraction(onset), Fraction(pace)) for onset, pace in ((0, 30), (1, 15), (2, 30), (3, 15))
    ]


def test_a_set_that_is_too_long_is_refused() -> None:
    tune = read_tune("X:1\nT:Long\nM:4/4\nL:1/1\nQ:1/4=60\nK:C\n" + "c|" * 60 + "\n")
    with pytest.raises(UsageError, match=r"this lasts 160 minutes, and a file holds 30: give fewer tunes"):
        midi_bytes([tune, tune], FLUTE, Playing(times=20))


@pytest.mark.parametrize("times", [0, 21])
def test_a_number_of_times_out_of_range_is_refused(times: int) -> None:
    with pytest.raises(UsageError, match=rf"--times {times} is not from 1 to 20"):
        Playing(times=times)


def test_one_score_holds_all_tunes() -> None:
    tunes = [read_tune(JIG), read_tune(REEL)]
    svg = set_svg_text(tunes)
    root = ElementTree.fromstring(svg)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    heads = 'class="notehead"'
    assert svg.count(heads) == sum(svg_text(tune).count(heads) for tune in tunes)
    assert 0 < svg.index("The First") < svg.index("The Second")

    score = ElementTree.fromstring(musicxml_bytes(tunes))
    assert score.findtext("work/work-title") == "The First / The Second"
    numbers = [int(measure.get("number", "")) for measure in score.iter("measure")]
    assert numbers == [0, 1, 2, 3, 4]
    (begin,) = [measure for measure in score.iter("measure") if measure.get("number") == "3"]
    assert [begin.findtext(f"attributes/{name}") for name in ("key/fifths", "time/beats")] == ["1", "2"]
    assert begin.findtext(".//words") == "The Second"


def test_a_printed_set_is_one_sheet_without_indexes() -> None:
    entries = [BookEntry(tune, printed_scores_of(tune)) for tune in (read_tune(JIG), read_tune(REEL))]
    (page,) = pypdf.PdfReader(io.BytesIO(book_bytes(entries, "Friday", set_times=3))).pages
    text = page.extract_text()
    assert re.search(r"Friday\s+The First\s+jig .* 3 times\s.*The Second\s+reel .* 3 times", text, re.DOTALL)
    assert "Titles" not in text


def test_the_page_plays_the_set(tmp_path: Path) -> None:
    chorded = REEL.replace("GABc", '"G"GABc')
    page = page_text([entry(read_tune(text)) for text in (JIG, chorded)], "Set", {}, set_times=2)
    with opened(page, tmp_path) as browser:
        found = browser.run("""
            const heard = [], note = soundNote;
            soundNote = (context, output, pitch, start, length, part) => heard.push([start, pitch, part]);
            let now = 0;
            for (const player of players) {
              player.get("rate").max = 40;
              player.get("rate").value = 40;
            }
            document.querySelector("button.set").click();
            const until = performance.now() + 5000;
            const running = () => players.some((player) => player.timer);
            while (running() && performance.now() < until) await new Promise((done) => setTimeout(done, 20));
            soundNote = note;
            return { heard, running: running(), label: document.querySelector("button.set").textContent,
              chords: players.map((player) => Boolean(player.get("chords"))),
              length: players.map((player) => (player.end - player.start) / 40),
              notes: players.map((player) => player.tune.notes.map((note) => [note[0] / 40, note[2]])) };
        """)
    assert found["label"] == "Play the set, each tune 2 times"
    assert found["chords"] == [False, True]
    assert not found["running"]
    melody = [(start, pitch) for start, pitch, part in found["heard"] if part == "melody"]
    assert {part for _, _, part in found["heard"]} == {"melody", "chords"}
    expected, began = [], 0.0
    for notes, length in zip(found["notes"], found["length"], strict=True):
        for _ in range(2):
            expected += [(began + onset, pitch) for onset, pitch in notes]
            began += length
    assert [pitch for _, pitch in melody] == [pitch for _, pitch in expected]
    begin = melody[0][0]
    assert [start - begin for start, _ in melody] == pytest.approx([onset for onset, _ in expected], abs=0.03)


def test_the_command_renders_a_set_to_one_file(folk: Folk, tmp_path: Path) -> None:
    (tmp_path / "set.abc").write_text(JIG + "\n" + REEL)
    done = folk("render", "set.abc", "--set", "--to", "mid")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "wrote set.mid\n")
    assert (tmp_path / "set.mid").read_bytes() == midi_bytes([read_tune(JIG), read_tune(REEL)], FLUTE, Playing(times=3))
    done = folk("render", "set.abc", "--set", "--times", "2", "--to", "pdf")
    assert done.returncode == 0, done.stderr
    assert "2 times" in pypdf.PdfReader(tmp_path / "set.pdf").pages[0].extract_text()
    assert "--times has no effect" in folk("render", "set.abc", "--times", "2", "--to", "svg").stderr
    fails(folk("render", "set.abc", "--times", "0", "--to", "mid"), 2, "--times 0 is not from 1 to 20")
    (tmp_path / "empty.abc").write_text("X:3\nT:Nothing\nK:C\n")
    fails(folk("render", "set.abc", "empty.abc", "--set", "--out", "all.mid"), 1, "X:3 Nothing cannot be rendered")
    assert not (tmp_path / "all.mid").exists()
