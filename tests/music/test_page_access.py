"""The page's accessibility: axe finds no violations, all controls work by keyboard, a print has only scores."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browser import Browser
from support.pages import DESKTOP, PHONE, SCALE, entry, opened

from folkkeras.corpus.sources import read_source
from folkkeras.music.reading import read_tune
from folkkeras.music.render.page import page_text

AXE = Path(__file__).parents[2] / ".oracles/node_modules/axe-core/axe.min.js"
FAULTY = "X:2\nT:Short\nR:reel\nM:4/4\nL:1/8\nK:D\nA8|A7|A8|]\n"
EMPTY = "X:3\nT:None\nK:D\n"
LONG = "X:1\nT:A very long title that has no end and goes on and on without a pause\nM:4/4\nL:1/16\nK:E\n"
PAGES = {
    "several": [SCALE, FAULTY, EMPTY, LONG + "abcdefgabcdefgab|" * 30 + "]\n"],
    "one": [SCALE],
    "no score": [EMPTY],
    "nothing": [],
}


def page(texts: list[str], metadata: dict[str, str]) -> str:
    return page_text([entry(read_tune(text)) for text in texts], "Tunes", metadata)


@pytest.fixture
def player(tmp_path: Path) -> Iterator[Browser]:
    """A page of two tunes."""
    with opened(page([SCALE, SCALE.replace("Scale", "Second")], {}), tmp_path) as browser:
        yield browser


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make oracles, which needs npm")
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violations(name: str, tmp_path: Path) -> None:
    with opened(page(PAGES[name], {"model": "a.keras"} if name != "one" else {}), tmp_path) as browser:
        browser.run(AXE.read_text() + "; window.axe ??= axe;")
        checked = 0
        for width, scheme, state in itertools.product((PHONE, DESKTOP), ("light", "dark"), ("still", "playing")):
            browser.resize(width)
            browser.prefer(color_scheme=scheme)
            if state == "playing":
                browser.run("""
                    document.querySelectorAll("details").forEach((text) => (text.open = true));
                    players[0]?.play();
                    if (players.length) { players[0].get("transpose").value = "2"; await players[0].showKey(); }
                """)
            found = browser.run("""
                const { violations, passes } = await axe.run(document);
                const told = violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html.slice(0, 200))]);
                return { told, passes: passes.length };
            """)
            assert found["told"] == [], (width, scheme, state)
            checked += found["passes"]
            browser.run("""
                document.querySelectorAll("details").forEach((text) => (text.open = false));
                players.forEach((player) => player.timer && player.stop());
            """)
        assert checked > 8 * 8


def test_tab_reaches_all_controls_in_order_and_shows_the_focus(player: Browser) -> None:
    seen = []
    for _ in range(40):
        player.press("Tab", 9)
        found = player.run("""
            const here = document.activeElement;
            if (here === document.body) return null;
            const style = getComputedStyle(here);
            const title = here.closest("article")?.querySelector("h2").textContent;
            return [title, here.className || here.tagName, style.outlineStyle, style.outlineWidth];
        """)
        if found is None:
            break
        seen.append(found)
    assert {(style, width) for _, _, style, width in seen} == {("solid", "2px")}
    controls = ["play", "rate", "transpose", "octave", "from", "to", "loop", "count", "A", "A", "A", "SUMMARY"]
    assert [name for _, name, *_ in seen] == ["print", *controls, *controls]
    assert "Second" in seen[-1][0]


@pytest.mark.parametrize(("key", "code"), [("Escape", 27), (" ", 32)])
def test_a_key_stops_the_player(key: str, code: int, player: Browser) -> None:
    player.run("players[1].button.focus();")
    player.press("Enter", 13)
    state = "return [Boolean(players[1].timer), players[1].button.textContent, players[1].button.ariaLabel];"
    assert player.run(state)[:2] == [True, "Stop"]
    player.run("document.activeElement.blur();")
    player.press(key, code)
    assert player.run(state) == [False, "Play", 'Play A <b>Second</b> & "more"']


def test_space_on_a_control_operates_the_control(player: Browser) -> None:
    player.run('players[0].play(); players[0].get("loop").focus();')
    player.press(" ", 32)
    assert player.run('return [Boolean(players[0].timer), players[0].get("loop").checked];') == [True, True]


def test_chosen_bars_are_played_once_or_in_a_loop(player: Browser) -> None:
    found = player.run("""
        const heard = async (loop, ticks) => {
          const player = players[0], times = [];
          player.get("from").value = "2"; player.get("to").value = "2"; player.get("loop").checked = loop;
          const note = soundNote;
          let now = 0;
          soundNote = (context, output, pitch) => times.push(pitch);
          player.play();
          clearInterval(player.timer);  // the test is the clock
          player.timer = -1;
          player.now = () => now;
          const anchor = player.anchor;
          player.anchor = (place) => { now = place; };
          for (now = player.start; player.timer && ticks-- > 0; now += 0.25) player.schedule();
          soundNote = note;
          delete player.now; delete player.anchor;
          const running = Boolean(player.timer);
          if (running) player.stop();
          return { times, running };
        };
        return [await heard(false, 40), await heard(true, 20)];
    """)
    once, again = found
    assert once == {"times": [69, 71, 73, 74], "running": False}
    assert again["running"]
    assert again["times"][:8] == [69, 71, 73, 74] * 2


def test_a_changed_range_moves_a_playing_tune(player: Browser) -> None:
    found = player.run("""
        const player = players[0];
        player.play();
        player.get("from").value = "2";
        player.get("from").dispatchEvent(new Event("change"));
        const { place, start, end, melody: { next } } = player;
        player.stop();
        return { place, start, end, next };
    """)
    assert found == {"place": 2, "start": 2, "end": 4, "next": 4}


def test_the_sounding_line_stays_in_view_until_the_reader_scrolls(tmp_path: Path) -> None:
    text = LONG + "abcdefgabcdefgab|" * 40 + "]\n"
    script = """
        const player = players[0], last = player.tune.notes.slice(-1);
        const seen = () => {
          const { top, bottom } = document.querySelector(".narrow .sounding").getBoundingClientRect();
          return top >= 0 && bottom <= innerHeight;
        };
        player.play();
        clearInterval(player.timer);
        player.follow = () => {};
        player.light(last);
        const followed = seen();
        player.light([]);
        scrollTo(0, 0);
        document.dispatchEvent(new Event("wheel"));
        player.light(last);
        return [followed, seen(), document.querySelector(".play").getBoundingClientRect().top >= 0];
    """
    with opened(page([text], {}), tmp_path) as browser:
        browser.resize(PHONE, 600)
        browser.prefer(reduced_motion="reduce")  # so that the page scrolls at once
        assert browser.run(script) == [True, False, True]


def test_a_page_without_metadata_has_no_footer() -> None:
    assert "<footer" not in page([SCALE], {})
    assert "<footer" in page([SCALE], {"seed": "1"})


def test_a_print_has_only_the_scores(tmp_path: Path) -> None:
    tunes = [*read_source("oneills").tunes[1000:1009], EMPTY]
    with opened(page(tunes, {"seed": "1"}), tmp_path) as browser:
        browser.resize(PHONE)
        browser.prefer("print", color_scheme="dark")
        found = browser.run("""
            const seen = (part) => part.getClientRects().length;
            const shown = (query) => [...document.querySelectorAll(query)].filter(seen).length;
            return [
              shown("button, .player, .faults, .downloads, details, footer, .narrow"), shown(".wide"), shown("h2"),
              getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor,
            ];
        """)
        paper = browser.paper()
    assert found == [0, 9, 9, "rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 3


def test_a_tune_longer_than_a_sheet_is_split_between_lines(tmp_path: Path) -> None:
    with opened(page([LONG + "abcdefgabcdefgab|" * 80 + "]\n"], {}), tmp_path) as browser:
        assert 2 <= len(re.findall(rb"/Type\s*/Page\b", browser.paper())) <= 4
        browser.prefer("print")
        inside = browser.run("return getComputedStyle(document.querySelector('.score svg')).breakInside;")
    assert inside == "avoid"
