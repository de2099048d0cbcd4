"""Pages of tunes for the tests, opened in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from folkkeras.music.render.page import Entry, page_text
from folkkeras.music.render.page.scores import scores_of
from folkkeras.music.tune import Tune
from support.browser import NAME, Browser

SCALE = 'X:1\nT:A <b>Scale</b> & "more"\nM:4/4\nL:1/4\nQ:1/4=120\nK:D\nDEFG|A B c d|]\n'
PHONE, TABLET, DESKTOP = 375, 768, 1200


def entry(tune: Tune, *, all_keys: bool = False) -> Entry:
    return Entry(tune, scores_of(tune, all_keys=all_keys) if tune.bars else None)


def page_of(*tunes: Tune, all_keys: bool = False) -> str:
    return page_text([entry(tune, all_keys=all_keys) for tune in tunes], "Tunes", {})


@contextmanager
def opened(page: str, folder: Path) -> Iterator[Browser]:
    """A browser with the page open; the page must request nothing else."""
    if not NAME:
        pytest.skip("there is no Chromium (Debian: apt install chromium)")
    path = folder / "page.html"
    path.write_text(page)
    with Browser(path, folder / "profile") as browser:
        yield browser
        assert [url for url in browser.requests if not url.startswith(("data:", "blob:"))] == [path.as_uri()]


def in_browser(page: str, script: str, folder: Path) -> dict:
    """Run an asynchronous script in the page, and return its result."""
    with opened(page, folder) as browser:
        return browser.run(script)
