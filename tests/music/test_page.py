"""The web page of tunes, opened in a real browser: its scores, its player, and no request to the network."""

from pathlib import Path

import pytest
from support.pages import SCALE, entry, in_browser, page_of

from folkkeras.corpus.sources import read_source
from folkkeras.music.reading import read_tune
from folkkeras.music.render.page import page_text
from folkkeras.music.render.performance import Playing, performance


def test_scores_are_visible_and_titles_are_escaped(tmp_path: Path) -> None:
    tunes = [read_tune(text) for text in (SCALE, *read_source("oneills").tunes[:2])]
    page = page_text([entry(tune) for tune in tunes], "Tunes", {"model": "a<b>.keras", "seed": "7"})
    found = in_browser(
        page,
        """
        const boxes = [...document.querySelectorAll(".score .wide svg")].map((svg) => svg.getBoundingClientRect());
        const head = document.querySelector(".score .wide g.note use").getBoundingClientRect();
        return {
          titles: [...document.querySelectorAll("h2")].map((title) => title.textContent),
          boxes: boxes.map((box) => [box.width, box.height]),
          head: [head.width, head.height],
          bold: document.querySelectorAll("h2 b, dd b").length,
          seed: document.querySelector("dl").textContent,
          ids: [...document.querySelectorAll("[id]")].length - new Set([...document.querySelectorAll("[id]")].map((e) => e.id)).size,
          labels: [...document.querySelectorAll("button, input, select")].filter((field) => !(field.labels?.length || field.ariaLabel || (field.matches("button") && field.textContent))).length,
        };
        """,
        tmp_path,
    )
    assert found["titles"] == [tune.title for tune in tunes]
    assert all(width > 500 and height > 50 for width, height in found["boxes"])
    assert min(found["head"]) > 3
    assert found["bold"] == 0
    assert "a<b>.keras" in found["seed"]
    assert found["ids"] == 0
    assert found["labels"] == 0


def test_the_player_sounds_the_pitches_of_the_tune(tmp_path: Path) -> None:
    tune = read_tune(SCALE)
    found = in_browser(
        page_of(tune),
        """
        const tune = players[0].tune;
        const rate = 8000;
        const context = new OfflineAudioContext(1, rate * 5, rate);
        for (const [onset, length, pitch] of tune.notes) soundNote(context, context.destination, pitch, onset, length);
        const wave = (await context.startRendering()).getChannelData(0);
        const pitches = tune.notes.map(([onset, length]) => {
          const part = wave.slice((onset + 0.15) * rate, (onset + length - 0.1) * rate);
          let best = 0, strongest = 0;
          for (let pitch = 50; pitch < 90; pitch++) {
            const step = (2 * Math.PI * 440 * 2 ** ((pitch - 69) / 12)) / rate;
            let real = 0, imaginary = 0;
            part.forEach((value, n) => { real += value * Math.cos(step * n); imaginary += value * Math.sin(step * n); });
            if (Math.hypot(real, imaginary) > strongest) { strongest = Math.hypot(real, imaginary); best = pitch; }
          }
          return best;
        });
        return { pitches, loudest: Math.max(...wave.map(Math.abs)), times: tune.notes.map((note) => note[0]) };
        """,
        tmp_path,
    )
    notes = performance(tune, Playing())
    assert found["pitches"] == [note.pitch for note in notes]
    assert 0.1 < found["loudest"] < 1
    assert found["times"] == [n * 0.5 for n in range(8)]


def test_the_cursor_follows_and_the_player_stops_at_the_end(tmp_path: Path) -> None:
    found = in_browser(
        page_of(read_tune(SCALE)),
        """
        const player = players[0];
        const lit = new Set();
        const light = player.light.bind(player);
        player.light = (notes) => { notes.forEach((note) => lit.add(note[3])); light(notes); };
        player.button.click();
        const during = [player.button.textContent];
        const begin = Date.now();
        while (player.timer && Date.now() - begin < 15000) {
          if (document.querySelector(".sounding")) during[1] = true;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return { lit: [...lit], during, after: player.button.textContent, left: document.querySelectorAll(".sounding").length };
        """,
        tmp_path,
    )
    assert found["lit"] == list(range(8))
    assert found["during"] == ["Stop", True]
    assert (found["after"], found["left"]) == ("Play", 0)


def test_a_count_in_clicks_one_bar_and_stops_with_the_player(tmp_path: Path) -> None:
    found = in_browser(
        page_of(read_tune(SCALE)),
        """
        const player = players[0];
        const [click, note] = [soundClick, soundNote];
        const clicks = [], notes = [];
        let silenced = true;
        soundClick = (context, output, start) => {
          clicks.push(start);
          silenced &&= output === player.output;
          click(context, output, start);
        };
        soundNote = (context, output, pitch, start, length) => {
          notes.push(start);
          note(context, output, pitch, start, length);
        };
        document.querySelector(".count").click();
        player.button.click();
        while (!notes.length) await new Promise((resolve) => setTimeout(resolve, 20));
        player.button.click();
        return { gaps: [...clicks, notes[0]].map((time) => time - clicks[0]), silenced };
        """,
        tmp_path,
    )
    assert found["gaps"] == pytest.approx([0, 0.5, 1, 1.5, 2], abs=0.02)
    assert found["silenced"]


def test_a_range_of_bars_gives_a_range_of_seconds(tmp_path: Path) -> None:
    """A scale of two bars, repeated: bars 1, 2, 1, 2; then bars 3 to 6, two seconds each."""
    text = SCALE.replace("|]\n", ":|\n") + "|".join(["d4"] * 4) + "|]\n"
    seconds = {
        "2, 2": [2, 4],
        "1, 6": [0, 16],  # all of it, with its repeats
        "null, null": [0, 16],  # emptied fields
        "3, null": [8, 16],
        "null, 2": [0, 4],
        "3, 2": [6, 10],  # the shortest way from 2 to 3 is on the second pass
        "4, 6": [10, 16],
        "99, 99": [14, 16],
    }
    calls = ", ".join(f"stretch(players[0].tune, {bars})" for bars in seconds)
    assert in_browser(page_of(read_tune(text)), f"return [{calls}];", tmp_path) == list(seconds.values())


def test_incomplete_tunes_are_marked_and_their_text_is_shown() -> None:
    tunes = [read_tune("X:1\nT:Short\nM:4/4\nL:1/8\nK:D\nA8|A7|A8|]\n"), read_tune("X:2\nT:None</pre><script>\nK:D\n")]
    page = page_of(*tunes)
    assert page.count("Incomplete") == 2
    assert "line 6, bar 2: it has 7 of 8 eighths" in page
    assert "T:None&lt;/pre&gt;&lt;script&gt;" in page
    assert page.count("<script>") == 1


def test_a_page_of_twenty_tunes_is_small() -> None:
    tunes = [read_tune(text) for text in read_source("oneills").tunes[1000:1020]]
    assert len(page_of(*tunes)) < 2_000_000


def test_the_command_writes_a_page_of_new_tunes(folk, trained, tmp_path: Path) -> None:
    done = folk("sample", trained.run.best, "--tunes", 3, "--seed", 1, "--out", "tunes.html")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "tunes.html").read_text()
    assert page.count("<article") == 3
    assert "<dt>seed</dt><dd>1</dd>" in page
    assert "wrote tunes.html" in done.stderr.splitlines()
