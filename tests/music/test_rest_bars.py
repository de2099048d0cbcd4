"""Rests of several bars: a score has a measure for each of their bars."""

from xml.etree import ElementTree

import pytest

from folkkeras.importing.notes import Notes
from folkkeras.importing.reading import abc_texts
from folkkeras.music.reading import read_tune
from folkkeras.music.render.engraving import svg_text
from folkkeras.music.render.musicxml import musicxml_bytes
from folkkeras.music.tune import Tune

HEADER = "X:1\nM:6/8\nL:1/8\nK:D\n"


def measures(music: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(musicxml_bytes(read_tune(HEADER + music))).iter("measure"))


def imported(text: str) -> Tune:
    """The tune after a way through MusicXML."""
    (back,) = abc_texts(musicxml_bytes(read_tune(text)), "a file", Notes())
    return read_tune(back)


@pytest.mark.parametrize(
    ("music", "rests", "numbers"),
    [
        ("D6|Z4|E6|]", [0, 1, 1, 1, 1, 0], [1, 2, 3, 4, 5, 6]),
        ("A|Z2|E6|]", [0, 1, 1, 0], [0, 1, 2, 3]),
        ("Z|D6|]", [1, 0], [1, 2]),
        ("D6|X3|]", [0, 1, 1, 1], [1, 2, 3, 4]),
        ("D6|Z9999|]", [0, 1], [1, 2]),  # a typo
    ],
)
def test_each_bar_of_a_rest_is_a_measure(music: str, rests: list[int], numbers: list[int]) -> None:
    found = measures(music)
    assert [int(measure.get("number")) for measure in found] == numbers
    assert [len(list(measure.iter("rest"))) > 0 for measure in found] == rests


def test_what_stands_at_a_rest_stands_there_once() -> None:
    found = measures('|:D6|[P:B][Q:1/4=90]"Em"!fermata!Z3:|]')
    for tag, places in {
        "rehearsal": [1], "metronome": [1], "harmony": [1], "fermata": [1], "repeat": [0, 3], "bar-style": [0, 3]
    }.items():  # fmt: skip
        assert [place for place, measure in enumerate(found) for _ in measure.iter(tag)] == places, tag


def test_a_rest_of_several_bars_is_engraved_as_so_many() -> None:
    assert svg_text(read_tune(HEADER + "D6|Z4|E6|]")).count('class="measure"') == 6


def test_a_rest_that_fills_its_bar_is_a_whole_measure_rest() -> None:
    text = "X:1\nM:5/8\nL:1/8\nK:D\nA|Z|z5|ABcde|z5 & A5|A2 z3|z|]\n"
    root = ElementTree.fromstring(musicxml_bytes(read_tune(text)))
    assert [rest.get("measure") for rest in root.iter("rest")] == ["yes", "yes", "yes", None, None]
    assert svg_text(read_tune(text)).count('class="mRest"') == 3
    assert [bar.length for bar in imported(text).bars] == [bar.length for bar in read_tune(text).bars]
