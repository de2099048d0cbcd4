"""The page of licences has every dependency, with the licence that its metadata names."""

import re
import runpy
from importlib.metadata import distribution
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
TOOL = runpy.run_path(str(DOCS / "tools" / "licences.py"))
ROWS = re.findall(
    r"^\| (\S+) \| (\S+) \| (.+?) \| (always|`\w+`) \|$", (DOCS / "licences.md").read_text(), re.MULTILINE
)


def test_every_dependency_is_listed_as_it_is_installed() -> None:
    extras = {extra: sorted(names) for extra, names in TOOL["declared"]().items()}
    assert "verovio" in extras[""]
    listed = {
        extra: sorted(name for name, *_, when in ROWS if when == (f"`{extra}`" if extra else "always"))
        for extra in extras
    }
    assert listed == extras


def test_licences_are_those_of_the_metadata() -> None:
    for name, version, licence, _ in ROWS:
        if distribution(name).version == version:  # another version may name it in other words
            assert TOOL["licence"](distribution(name)) == licence
    assert {name: licence for name, _, licence, _ in ROWS}["verovio"].startswith("LGPL-3.0")


def test_files_with_a_licence_of_their_own_are_installed_and_listed() -> None:
    page = (DOCS / "licences.md").read_text()
    assert all(row in page for row in TOOL["file_rows"]())
    assert "| the sound font TimGM6mb | pretty-midi | GPL-2.0 |" in page
