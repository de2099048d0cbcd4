"""The page's scores: they look as verovio draws them, in each layout, in each key and at each width."""

import io
import json
import re
import zipfile
from base64 import b64decode
from gzip import decompress
from pathlib import Path
from xml.etree import ElementTree

import pytest
import resvg_py
from PIL import Image, ImageChops
from support.pages import DESKTOP, PHONE, SCALE, TABLET, in_browser, opened, page_of

from folkkeras.corpus.sources import read_source
from folkkeras.music.reading import read_tune
from folkkeras.music.render.engraving import LAYOUTS, layouts
from folkkeras.music.render.musicxml import noteheads
from folkkeras.music.render.page.drawing import drawing
from folkkeras.music.render.page.scores import Scores, scores_of
from folkkeras.music.render.page.timing import noteheads_of
from folkkeras.music.render.page.words import key_in_words, keys_in_words, score_in_words
from folkkeras.music.tune import Tune

HEADER = "X:1\nT:Tune\nR:reel\nM:4/4\nL:1/8\nK:Edor\n"
RICH = HEADER + (
    '"Em"{B}e2 [EG]2 (3Bcd {fg}a2 | ~e2 .B2 (AB) c>d- | d8 |1 "D7"e5 z3 :|2 ^e4 =f4 |]\n'
    "|: e>f g2 _b4 | E,8 & B,4 G,4 | e'8 :|\n"
)


def heads_of(tune: Tune) -> int:
    """The number of noteheads, counted from the tune alone."""
    return sum(
        len(event.pitches) * len(noteheads(event.written)) + len(event.graces) * bool(event.pitches)
        for bar in tune.bars
        for events in (bar.events, *bar.overlays)
        for event in events
    )


def drawn(svg: str) -> Image.Image:
    """The rendered image, without its texts, since no font is given."""
    data = resvg_py.svg_to_bytes(svg_string=svg, background="white", skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(data))).convert("L")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_compact_drawing_looks_like_that_of_verovio(layout: str) -> None:
    svg = layouts(read_tune(RICH))[layout]
    small = drawing(svg)
    size = re.search(r'viewBox="0 0 (\d+) (\d+)" version', svg)
    boxes = [tuple(map(int, re.search(r'viewBox="0 (\d+) (\d+) (\d+)"', line).groups())) for line in small.lines]
    lines = "".join(
        line.replace("<svg ", f'<svg overflow="visible" y="{top}" width="{width}" height="{height}" ', 1)
        for line, (top, width, height) in zip(small.lines, boxes, strict=True)
    )
    document = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[1]}" height="{size[2]}" '
        f'viewBox="0 0 {boxes[0][1]} {sum(height for *_, height in boxes)}">'
        f"<style>path, polygon, polyline, rect, ellipse {{ stroke: black; }}</style>"
        f"<defs>{''.join(small.glyphs.values())}</defs>{lines}</svg>"
    )
    assert len(small.lines) == svg.count('class="system"') > 1
    assert len("".join(small.lines)) < len(svg) / 2
    for line, (top, _, height) in zip(small.lines, boxes, strict=True):  # a print may break the page between two lines
        margin = int(re.search(r"translate\(\d+,(\d+)\)", line)[1])
        assert all(top < margin + int(staff) < top + height for staff in re.findall(r"M-?\d+ (-?\d+)H", line))
    difference = ImageChops.difference(drawn(svg), drawn(document)).histogram()
    assert sum(difference[64:]) < 5  # pixels that differ by more than antialiasing
    assert sum(drawn(svg).histogram()[:128]) > 1_000  # ink


@pytest.mark.parametrize("collection", ["oneills", "ryans", "airds"])
def test_each_layout_has_the_noteheads_of_the_tune(collection: str) -> None:
    for text in [RICH, *read_source(collection).tunes[::97]]:
        tune = read_tune(text)
        if not heads_of(tune):
            continue
        scores = scores_of(tune)
        found = {name: "".join(lines).count('class="note"') for name, lines in scores.written.layouts.items()}
        assert found == dict.fromkeys(LAYOUTS, heads_of(tune)), tune.title
        assert noteheads_of(tune) == heads_of(tune)


def test_each_key_has_the_noteheads_of_the_tune_and_a_name() -> None:
    tune = read_tune(RICH)
    scores = Scores.unpacked(scores_of(tune, all_keys=True).packed())
    assert [score.semitones for score in scores.others] == [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6]
    packed = json.loads(decompress(b64decode(scores.others_compressed())))
    for score in scores.others:
        assert {text.count('class="note"') for text in packed[str(score.semitones)]["layouts"].values()} == {
            heads_of(tune)
        }
    names = {score.semitones: score.key for score in scores.others}
    assert (names[-2], names[3], names[5]) == ("D Dorian", "G Dorian", "A Dorian")
    used = set(re.findall(r'href="#([^"]+)"', json.dumps(packed).replace("\\", "")))
    assert used <= set(scores.glyphs)


def test_a_phone_gets_shorter_lines_and_text_stays_legible(tmp_path: Path) -> None:
    script = """
    const box = (element) => element.getBoundingClientRect();
    const shown = [...document.querySelectorAll(".score > div")].filter((layout) => layout.getClientRects().length);
    const texts = [...shown[0].querySelectorAll("tspan")].filter((text) => !text.children.length);
    const scale = (text) => text.ownerSVGElement.getScreenCTM().a;
    const staff = box(shown[0].querySelector("g.note").parentElement.closest("svg").querySelector("path"));
    return {
      layouts: shown.map((layout) => layout.className),
      heads: shown.map((layout) => layout.querySelectorAll("g.note use").length > 0),
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      text: Math.min(...texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * scale(text))),
      staff: staff.height,
    };
    """
    tune = read_tune(read_source("oneills").tunes[1000])
    with opened(page_of(tune), tmp_path) as browser:
        for width, layout in ((320, "narrow"), (PHONE, "narrow"), (TABLET, "wide"), (DESKTOP, "wide")):
            browser.resize(width)
            found = browser.run(script)
            assert (found["layouts"], found["heads"]) == ([layout], [True])
            assert found["overflow"] <= 0
            assert found["text"] >= 10, width
            assert found["staff"] >= 19, width  # of its four spaces; 7 mm on paper


def test_the_score_follows_the_key_and_the_page_says_so(tmp_path: Path) -> None:
    found = in_browser(
        page_of(read_tune(SCALE), all_keys=True),
        """
        const player = players[0], select = player.get("transpose");
        const seen = () => ({
          key: document.querySelector(".key").textContent,
          label: document.querySelector(".score").ariaLabel,
          heads: player.score.layouts.map((heads) => heads.filter((head) => document.contains(head)).length),
          first: player.score.layouts[0][0].outerHTML,
          told: player.get("told").textContent,
          transpose: player.values().transpose,
        });
        const choose = async (value) => { select.value = value; await player.showKey(); return seen(); };
        const written = seen(), low = await choose("-5"), high = await choose("3");
        player.light(player.tune.notes.slice(2, 3));
        const lit = [...document.querySelectorAll(".sounding")].map((head) => head.closest("div").className);
        const early = choose("1"), back = await choose("0");
        await early;
        return { keys: [...select.options].map((option) => option.text), written, low, high, lit, back, last: seen() };
        """,
        tmp_path,
    )
    assert found["keys"][0] == "A major, 5 down"
    assert found["keys"][5:7] == ["D major, as written", "E♭ major, 1 up"]
    assert len(found["keys"]) == 12
    assert (found["low"]["key"], found["high"]["key"]) == ("A major", "F major")
    assert "A major" in found["low"]["label"]
    assert found["low"]["heads"] == found["high"]["heads"] == [8, 8]
    assert found["low"]["first"] != found["written"]["first"]
    assert found["low"]["told"] == "A major. Text and downloads stay as written."
    assert found["low"]["transpose"] == -5
    assert found["lit"] == ["wide", "narrow"]
    assert found["back"] == found["last"] == found["written"]


def test_the_page_says_if_only_the_sound_follows_the_key(tmp_path: Path) -> None:
    found = in_browser(
        page_of(read_tune(SCALE)),
        """
        const player = players[0];
        player.get("transpose").value = "-2";
        await player.showKey();
        return [document.querySelector(".key").textContent, player.get("told").textContent, player.values().transpose];
        """,
        tmp_path,
    )
    assert found == ["D major", "C major. Only the sound changes; the score stays as written.", -2]


def test_a_tune_without_a_tonic_is_transposed_by_semitones(tmp_path: Path) -> None:
    assert set(keys_in_words("HP").values()) == {""}
    found = in_browser(
        page_of(read_tune(SCALE.replace("K:D", "K:none"))),
        'return [...players[0].get("transpose").options].map((option) => option.text).slice(4, 7);',
        tmp_path,
    )
    assert found == ["1 down", "as written", "1 up"]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("D", "D major"),
        ("F#m", "F♯ minor"),
        ("Bbmix", "B♭ Mixolydian"),
        ("Gm clef=bass", "G minor"),
        ("D =c", "D =c"),
        ("HP", "HP"),
        ("", ""),
    ],
)
def test_a_key_is_described_in_words(field: str, words: str) -> None:
    assert key_in_words(field) == words


@pytest.mark.parametrize(
    ("music", "words"),
    [
        ("F|:A2 Bc d2 ef|g6 ga:|b8|]", "E Dorian, 4/4, 3 bars and a pick-up, 2 parts. "
         "First bar: quarter A4, eighths B4 C sharp 5, quarter D5, eighths E5 F sharp 5."),
        ("[EG]8|z4 A4|", "E Dorian, 4/4, 2 bars, 1 part. First bar: whole E4 with G4."),
        ("A2B2 c2d2|1e8:|2f8|]", "E Dorian, 4/4, 3 bars, 1 part. First bar: quarters A4 B4 C sharp 5 D5."),
        ("z6 A>B|c8|]", "E Dorian, 4/4, 2 bars, 1 part. "
         "First bar: dotted half rest, dotted eighth A4, sixteenth B4."),
    ],
)  # fmt: skip
def test_a_score_is_described_in_words(music: str, words: str) -> None:
    assert score_in_words(read_tune(HEADER + music + "\n")) == "Score of Tune: " + words


def test_downloads_are_named_by_the_title_and_can_be_opened(tmp_path: Path) -> None:
    tune = read_tune(SCALE.replace("A <b>Scale</b> &", "Ó Néill's <b>March</b> &"))
    links = dict(re.findall(r'<a download="([^"]+)"[^>]*base64,([^"]+)"', page_of(tune)))
    assert list(links) == [f"o-neill-s-b-march-b-more.{suffix}" for suffix in ("abc", "mid", "mxl")]
    abc, midi, mxl = map(b64decode, links.values())
    assert abc.decode() == tune.text
    assert midi.startswith(b"MThd")
    with zipfile.ZipFile(io.BytesIO(mxl)) as archive:
        container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
        score = ElementTree.fromstring(archive.read(container.find(".//rootfile").get("full-path")))
    assert len(list(score.iter("note"))) == 8


def test_downloads_without_a_latin_title_are_named_by_their_number() -> None:
    page = page_of(read_tune(SCALE), read_tune("X:5\nT:歌\nM:4/4\nL:1/4\nK:D\nDEFG|]\n"))
    assert 'download="tune-2.mid"' in page
    assert 'aria-label="MIDI: 歌"' in page


def test_the_same_tune_gives_the_same_page() -> None:
    assert page_of(read_tune(RICH), all_keys=True) == page_of(read_tune(RICH), all_keys=True)
