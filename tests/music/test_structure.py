"""Whether a tune's parts join: the checks of split bars, repeats and ties in newly written tunes."""

import pytest

from folkkeras.music.checks.structure import structure_faults
from folkkeras.music.reading import read_tune

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:D\n"


def said(music: str, *, ended: bool = True) -> list[tuple[int | None, str]]:
    tune = read_tune(HEADER + music + "\n")
    assert not [fault for fault in tune.faults if ended or not fault.open]
    return [(fault.bar, fault.message) for fault in structure_faults(tune, ended=ended)]


@pytest.mark.parametrize(
    "music",
    [
        "A|ABcd ABcd|ABcd ABc:|",
        "|:A|ABcd ABcd|ABcd ABc:|A|ABcd ABcd|ABcd ABc:|",
        "ABcd ABcd|ABcd ABcd:|ABcd ABcd|A8:|",
        "A|ABcd ABcd|ABcd ABc||A|ABcd ABcd|A7|]",
        "A|ABcd ABcd|1 A7:|2 A8|]",  # nothing is played after the second ending
        "|:ABcd ABcd|1 A8:|2 A8:|",
        "ABcd ABcd|A8::ABcd ABcd|A8:|",  # :: begins a repeat though none has begun before it
        "AB|ABcd ABcd|ABcd|]",  # the last bar may be short
        "A4 A4-|A4 AA-A2|]",
        "A4 A4-|A4 [Ac]4-|A8-:|ABcd ABcd|A8|]",  # across a repeat
    ],
)
def test_parts_that_join_have_no_faults(music: str) -> None:
    assert said(music) == []


@pytest.mark.parametrize(
    ("music", "bar", "message"),
    [
        ("A|ABcd ABcd|A8:|", 2, "with its other part it has 9 of 8 eighths"),  # together with the pick-up when repeated
        ("ABcd ABcd|ABcd ABc:|", 2, "with its other part it has 15 of 8 eighths"),
        ("A|ABcd ABcd|ABcd ABc:|AB|ABcd ABcd|A6:|", 3, "with its other part it has 9 of 8 eighths"),
        ("A|ABcd ABcd|ABcd ABc||ABcd ABcd|A7|]", 3, "with its other part it has 15 of 8 eighths"),
        ("|:ABcd ABcd|A8|:ABcd ABcd|A8:|", 2, "a repeat before it has no end"),
        ("ABcd ABcd|A8|1 A8|2 A8|]", 3, "a repeat before it has no end"),
        ("|:ABcd ABcd|A8|]", 2, "the last repeat has no end"),
        ("A4 A4-|B8|]", 2, "a tie into it has no end"),
        ("A4 A4-|z8|]", 2, "a tie into it has no end"),
        ("ABcd ABcd|A8-|]", None, ""),  # the section ends there
    ],
)
def test_parts_that_do_not_join_have_faults(music: str, bar: int | None, message: str) -> None:
    assert (bar, message) in said(music) if message else said(music) == []


def test_a_beginning_may_have_open_ends() -> None:
    for music in ("|:ABcd ABcd|A8|", "A4 A4-|", "ABcd ABcd|A8|1 A8|"):
        assert said(music, ended=False) == []
    assert said("|:ABcd ABcd|A8|:ABcd ABcd|", ended=False) == [(2, "a repeat before it has no end")]
