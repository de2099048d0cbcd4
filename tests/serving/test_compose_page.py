"""The page of `folk compose` in a real Chromium: by mouse, by keyboard, by touch, on a phone."""

import io
import re
from pathlib import Path

import mido
import pytest
from support.browser import NAME, Browser
from support.compose_page import TUNE, click, paste, run, tap
from support.pages import DESKTOP, PHONE
from support.server import Server

from folkkeras.corpus.sources import read_source

AXE = Path(__file__).parents[2] / ".oracles/node_modules/axe-core/axe.min.js"
pytestmark = pytest.mark.skipif(not NAME, reason="there is no Chromium (Debian: apt install chromium)")


def test_a_tune_is_composed_chosen_and_played_with_the_mouse(page: Browser) -> None:
    run(page, 'at("type").value = "jig"; at("key").value = "D";')
    click(page, "#compose")
    run(page, "await until(() => document.querySelector('.card .score'));")
    run(page, 'await said("to choose from");')
    assert run(page, "return document.querySelectorAll('#candidates .card').length;") >= 3
    click(page, "#candidates .card .choose")
    found = run(page, """
        const player = players[0];
        player.play();
        await until(() => document.querySelector("#tune .sounding"));
        player.stop();
        return [work.tune.type, work.tune.key, player.tune.notes.length, work.tune.timing.notes.length];
    """)  # fmt: skip
    assert found[:2] == ["jig", "D"]
    assert found[2] == found[3] > 40


def test_the_player_sounds_the_pitches_of_the_midi_file(page: Browser, server: Server) -> None:
    paste(page)
    run(page, """
        const note = soundNote;
        window.sounded = [];
        soundNote = (context, output, pitch, ...rest) => {
          window.sounded.push(pitch);
          note(context, output, pitch, ...rest);
        };
    """)  # fmt: skip
    click(page, "#tune .play")
    run(page, "await until(() => window.sounded.length >= 16);")
    click(page, "#tune .play")
    data = server.post("/render", {"text": TUNE, "format": "mid"}).read()
    messages = mido.merge_tracks(mido.MidiFile(file=io.BytesIO(data)).tracks)
    pitches = [message.note for message in messages if message.type == "note_on" and message.velocity]
    sounded = run(page, "return window.sounded;")
    assert sounded == pitches[: len(sounded)]
    assert pitches[:4] == [74, 73, 74, 69]  # d c d A in D


def test_the_metres_are_those_of_the_type(page: Browser) -> None:
    run(page, """
        at("metre").value = "C|";
        at("type").value = "jig";
        at("type").dispatchEvent(new Event("change", { bubbles: true }));
    """)  # fmt: skip
    offered = "return [...at('metre').options].filter((each) => !each.disabled).map((each) => each.value);"
    assert run(page, "return at('metre').value;") == ""
    assert "6/8" in run(page, offered)
    assert "C|" not in run(page, offered)
    run(page, 'at("type").value = ""; at("type").dispatchEvent(new Event("change", { bubbles: true }));')
    assert "C|" in run(page, offered)


def test_what_is_shared_is_marked_in_the_score_with_the_title_of_its_tune(page: Browser) -> None:
    paste(page, read_source("ryans").tunes[40])
    found = run(page, """
        await until(() => document.querySelector("#tune .source").offsetParent);
        const source = document.querySelector("#tune .source"), first = document.querySelector("#tune .bar.shared");
        const [label, bar] = [source.getBoundingClientRect(), first.getBoundingClientRect()];
        const near = (one, other) => Math.abs(one - other) < 2;
        return [source.textContent, work.tune.overlap.title,
          near(label.left, bar.left), near(label.bottom, bar.bottom)];
    """)  # fmt: skip
    assert found == [f"as in {found[1]}", found[1], True, True]
    click(page, "#shared")
    assert run(page, "return document.querySelector('#tune .source').offsetParent === null;")


def test_marked_bars_are_rewritten_and_it_is_undone(page: Browser) -> None:
    paste(page)
    click(page, "#tune .bar:nth-of-type(3)")
    click(page, "#tune .bar:nth-of-type(4)", shift=True)
    assert run(page, 'return at("marks").textContent;') == "Marked: bars 3, 4."
    click(page, "#rewrite")
    run(page, 'await said("to choose from");')
    assert run(page, "return [...document.querySelector('#revisions .card').querySelectorAll('.changed')].length;") in (
        1,
        2,
    )
    played = run(page, "const player = players.at(-1); return [player.get('from').value, player.get('to').value];")
    assert played in (["2", "5"], ["2", "4"], ["3", "5"])
    before = run(page, "return contents();")
    click(page, "#revisions .choose")
    after = run(page, "return contents();")
    assert after[:2] + after[4:] == before[:2] + before[4:]
    assert after != before
    click(page, "#undo")
    run(page, "await until(() => work.future.length === 1);")
    assert run(page, "return contents();") == before
    click(page, "#redo")
    run(page, "await until(() => work.past.length === 1);")
    assert run(page, "return contents();") == after


def test_it_works_by_keyboard_alone(page: Browser) -> None:
    paste(page)
    run(page, "document.querySelector('#tune .bar').focus();")
    for key, code in (("ArrowRight", 39), (" ", 32), ("ArrowRight", 39), (" ", 32)):
        page.press(key, code)
    assert run(page, 'return at("marks").textContent;') == "Marked: bars 2, 3."
    assert run(page, "return document.activeElement.getAttribute('aria-label');") == "Bar 3"
    run(page, 'at("lock").focus();')
    page.press("Enter", 13)
    assert (
        run(page, "return document.querySelector('#tune .bar:nth-of-type(3)').getAttribute('aria-label');")
        == "Bar 3, locked"
    )
    assert run(page, 'return at("rewrite").disabled;') is True
    before = run(page, "return contents();")
    run(page, 'at("vary").focus();')
    page.press("Enter", 13)
    run(page, 'await said("to choose from");')
    run(page, "document.querySelector('#revisions .choose').focus();")
    page.press("Enter", 13)
    after = run(page, "return contents();")
    assert after[1:3] == before[1:3]
    assert after != before
    run(page, "document.querySelector('#tune .bar').focus();")
    page.press("Escape", 27)
    assert run(page, 'return at("lock").disabled;') is True


def test_it_works_by_touch_on_a_phone(page: Browser) -> None:
    page.resize(PHONE)
    page.touchable()
    paste(page)
    before = run(page, "return contents();")
    marked = "await until(() => at('marks').textContent === '{}');"
    for bar, marks in ((2, "bar 2"), (5, "bars 2, 5"), (3, "bars 2, 3, 5"), (5, "bars 2, 3")):
        tap(page, f"#tune .bar:nth-of-type({bar})")
        run(page, marked.format(f"Marked: {marks}."))  # a tap becomes a click a moment later
    tap(page, "#rewrite")
    run(page, 'await said("to choose from");')
    tap(page, "#revisions .choose")
    run(page, "await until(() => work.past.length === 1);")
    after = run(page, "return contents();")
    assert after != before
    assert after[:1] + after[3:] == before[:1] + before[3:]
    tap(page, "#undo")
    run(page, "await until(() => work.future.length === 1);")
    assert run(page, "return contents();") == before


def test_the_score_follows_the_text_and_shows_its_faults(page: Browser) -> None:
    paste(page)
    run(page, """
        at("text").value = at("text").value.replace("efge|dcdA", "efg|dcdA").replace("gece d4", "gece A4");
        at("text").dispatchEvent(new Event("input"));
        await until(() => work.tune.text.includes("gece A4"));
    """)  # fmt: skip
    assert (
        run(page, "return [...at('facts').children].map((each) => each.textContent)[0];")
        == "bar 2: it has 7 of 8 eighths"
    )
    faulty = run(page, "return [...document.querySelectorAll('#tune .faulty')].map((each) => each.ariaLabel);")
    assert faulty[0] == "Bar 2, faulty"
    assert run(page, "return document.querySelector('#tune h2').innerHTML;") == "&lt;b&gt;The&lt;/b&gt; Tropsilder"
    run(page, 'at("text").value = "no tune"; at("text").dispatchEvent(new Event("input"));')
    run(page, 'await until(() => at("error").textContent.startsWith("The text has 0 tunes"));')
    assert run(page, "return at('text').value;") == "no tune"


def test_steps_back_in_quick_succession_all_count(page: Browser) -> None:
    paste(page)
    for note in "ABF":
        paste(page, TUNE.replace("gece d4", f"gece {note}4"))
    run(page, "for (let step = 0; step < 3; step++) at('undo').click(); await until(() => work.future.length === 3);")
    assert run(page, "return work.tune.text;") == TUNE


def test_an_edit_by_hand_does_not_stop_what_is_composed(page: Browser) -> None:
    paste(page)
    click(page, "#compose")
    run(page, """
        await until(() => document.querySelector("#candidates .card"));
        at("text").value = at("text").value.replace("gece d4", "gece A4");
        at("text").dispatchEvent(new Event("input"));
        await until(() => work.tune.text.includes("gece A4"));
        await said("to choose from");
    """)  # fmt: skip
    assert run(page, "return document.querySelectorAll('#candidates .draft').length;") == 0
    assert run(page, "return document.querySelectorAll('#candidates .choose').length;") >= 1


def test_a_recording_on_an_instrument_is_played_and_stopped(page: Browser) -> None:
    paste(page)
    run(page, 'at("instrument").value = "fiddle"; at("recording").click();')
    run(page, "await until(() => sound.currentTime > 0);")
    assert run(page, 'return [at("recording").textContent, Math.round(sound.duration) > 5];') == [
        "Stop recording",
        True,
    ]
    run(page, 'at("recording").click();')
    run(page, 'await until(() => at("recording").textContent === "Play recording");')


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make oracles, which needs npm")
def test_axe_finds_no_violations_on_a_phone_and_a_desk_in_light_and_dark(page: Browser) -> None:
    paste(page)
    click(page, "#keep")
    run(
        page, "document.querySelectorAll('#tune .bar')[1].click(); at('rewrite').click(); await said('to choose from');"
    )
    run(page, "document.querySelectorAll('details').forEach((each) => (each.open = true));")
    page.run(AXE.read_text() + "; window.axe ??= axe;")
    for width in (PHONE, DESKTOP):
        for scheme in ("light", "dark"):
            page.resize(width)
            page.prefer(color_scheme=scheme)
            found = page.run("""
                const { violations } = await axe.run(document);
                return violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html.slice(0, 200))]);
            """)
            assert found == [], (width, scheme)
            assert page.run("return document.documentElement.scrollWidth <= innerWidth;"), width


def test_the_scripts_have_no_other_origin() -> None:
    folder = Path(__file__).parents[2] / "folkkeras" / "serving" / "page"
    for path in folder.iterdir():
        assert not re.search(r"https?://", path.read_text(encoding="utf-8")), path
