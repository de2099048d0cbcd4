"""What the page of `folk compose` keeps in the browser: the work, the tray, links; across reloads, without a server."""

from pathlib import Path

import pytest
from support.browser import NAME, Browser
from support.compose_page import TUNE, click, opened, paste, run
from support.server import Server

pytestmark = pytest.mark.skipif(not NAME, reason="there is no Chromium (Debian: apt install chromium)")


def test_two_tabs_share_the_tray_and_each_keeps_its_work(page: Browser) -> None:
    paste(page)
    run(page, """
        window.other = window.open(location.origin + "/");
        const there = (id) => window.other.document.getElementById(id);
        await until(() => there("work") && !there("work").hidden);
        there("keep").click();
        await until(() => work.kept.length === 1 && at("kept").children.length === 1);
        there("text").value = work.tune.text.replace("gece d4", "gece A4");
        there("text").dispatchEvent(new Event("input"));
        await until(() => localStorage.getItem(STORE).includes("gece A4"));
    """)  # fmt: skip
    assert run(page, "return [work.kept[0].text, work.tune.text];") == [TUNE, TUNE]
    page.go(run(page, "return location.href;"))
    run(page, "await until(() => typeof restored !== 'undefined' && restored);")
    assert run(page, "return work.tune.text;") == TUNE


def test_work_survives_a_reload_and_a_server_that_was_gone(tmp_path: Path) -> None:
    with Server("celtic") as running, opened(running, tmp_path) as browser:
        paste(browser)
        run(browser, """
            document.querySelectorAll("#tune .bar")[4].click();
            at("lock").click();
            at("keep").click();
            const { tune } = await ask("/read", { text: work.tune.text.replace("gece d4", "gece A4") });
            take(tune);
        """)  # fmt: skip
        browser.go(running.address)
        run(browser, "await until(() => typeof work !== 'undefined' && work.tune);")
        assert run(browser, "return [work.past.length, [...work.locked], work.kept.length];") == [1, [5], 1]
        assert run(browser, "return work.tune.text.includes('gece A4');") is True
        running.process.kill()
        running.process.wait()
        click(browser, "#undo")
        run(browser, "await until(() => at('error').textContent === GONE);")
        assert run(browser, "return work.past.length;") == 1
        assert "gece A4" in run(browser, "return at('text').value;")


def test_a_link_contains_the_tune(server: Server, page: Browser, tmp_path: Path) -> None:
    paste(page)
    address = run(page, "await copyLink(); return location.hash;")
    assert run(page, "return at('status').textContent;").startswith("The link is")
    with opened(server, tmp_path / "other", address) as browser:
        run(browser, "await until(() => work.tune);")
        assert run(browser, "return work.tune.text;") == TUNE
    with opened(server, tmp_path / "third", address[:40]) as browser:
        assert (
            run(browser, "return at('error').textContent;") == "The link is damaged: it does not contain a whole tune."
        )


def test_a_link_that_would_fill_the_memory_is_damaged(page: Browser) -> None:
    assert run(page, "return unpacked(await packed('A'.repeat(5_000_000)));") is None
    assert len(run(page, "return unpacked(await packed('é☃'.repeat(50_000)));")) == 100_000


def test_a_link_to_no_tune_leaves_the_work_and_the_tray(server: Server, page: Browser) -> None:
    paste(page)
    click(page, "#keep")
    address = run(page, "return `#t=${await packed('no tune')}`;")
    page.go("about:blank")
    page.go(server.address + address)
    run(page, "await until(() => typeof restored !== 'undefined' && restored);")
    assert run(page, "return at('error').textContent;") == "The link is damaged: it does not contain a whole tune."
    run(page, "at('ask').dispatchEvent(new Event('change'));")
    assert run(page, "return [work.tune.text, work.kept.length];") == [TUNE, 1]
    assert run(page, "return JSON.parse(localStorage.getItem(TRAY)).length;") == 1


def test_a_server_that_is_busy_at_a_reload_costs_nothing(page: Browser) -> None:
    paste(page)
    click(page, "#keep")
    stored = run(page, "return localStorage.getItem(STORE);")
    found = run(page, """
        const own = fetch;
        window.fetch = async (path, ...rest) =>
          path === "/read" ? new Response('{"error": "busy", "retry": 5}', { status: 503 }) : own(path, ...rest);
        restored = false;
        work.tune = null;
        work.kept = [];
        save();
        const before = localStorage.getItem(STORE);
        await restore();
        restored = true;
        save();
        saveTray();
        window.fetch = own;
        return [before, JSON.parse(localStorage.getItem(STORE)).text, JSON.parse(localStorage.getItem(TRAY))];
    """)  # fmt: skip
    assert found == [stored, TUNE, [TUNE]]


def test_a_text_that_cannot_be_read_is_back_after_a_reload(server: Server, page: Browser) -> None:
    paste(page)
    run(page, """
        at("text").value = "half a tune";
        at("text").dispatchEvent(new Event("input"));
        await until(() => JSON.parse(localStorage.getItem(STORE)).draft === "half a tune");
    """)  # fmt: skip
    page.go("about:blank")
    page.go(server.address)
    run(page, "await until(() => typeof restored !== 'undefined' && restored);")
    assert run(page, "return at('text').value;") == "half a tune"
    assert run(page, "return work.tune.text;") == TUNE


def test_kept_tunes_are_ordered_printed_and_saved(page: Browser) -> None:
    for title in ("First", "Second"):
        paste(page, TUNE.replace("<b>The</b> Tropsilder", title))
        click(page, "#keep")
    titles = "return [...document.querySelectorAll('#kept h3')].map((each) => each.textContent);"
    assert run(page, titles) == ["First", "Second"]
    click(page, "#kept li:nth-child(2) button:nth-of-type(2)")
    assert run(page, titles) == ["Second", "First"]
    page.prefer("print")
    assert run(
        page, "return at('work').offsetParent === null && document.querySelector('#kept .score').offsetParent !== null;"
    )
    page.prefer()
    made = run(page, """
        const made = [];
        const click = HTMLAnchorElement.prototype.click;
        HTMLAnchorElement.prototype.click = function () { made.push(this.download); };
        await download("/book", { texts: work.kept.map((tune) => tune.text) });
        await download("/render", { text: work.tune.text, format: "mid" });
        HTMLAnchorElement.prototype.click = click;
        return made;
    """)  # fmt: skip
    assert made == ["tunes.html", "second.mid"]
