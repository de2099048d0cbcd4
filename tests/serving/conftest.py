"""A server of `folk compose` and its page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browser import Browser
from support.compose_page import opened
from support.server import Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("celtic") as running:
        yield running


@pytest.fixture
def page(server: Server, tmp_path: Path) -> Iterator[Browser]:
    """The page with the tune in its field, as if somebody had pasted it."""
    with opened(server, tmp_path) as browser:
        yield browser
        assert all(url.startswith((server.address, "data:", "blob:")) for url in browser.requests)
