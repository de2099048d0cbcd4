"""The report of the items that a file leaves out of a tune."""

import pytest

from folkkeras.music.reading import read_tune
from folkkeras.music.render.left_out import left_out

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:D\n"


@pytest.mark.parametrize("format", ["svg", "png", "html", "musicxml", "mid", "wav", "ogg"])
def test_nothing_is_left_out_of_a_plain_tune(format: str) -> None:
    tune = read_tune(HEADER + '!segno!|:"Am7"(~A2 .B2) {g}!mf!c2 "^x"z2 !fine!:|')
    assert not left_out(tune, format)


@pytest.mark.parametrize("format", ["svg", "png", "html", "musicxml"])
def test_scores_leave_out_what_they_have_no_sign_for(format: str) -> None:
    assert left_out(read_tune(HEADER + "!wobble!A4 !wobble!B4 & !swoop!D8 !roll!|"), format) == {
        "the decoration !wobble!": 2,
        "the decoration !swoop!": 1,
        "the decoration !roll!": 1,  # before a bar line, where it belongs to no note
    }
    assert left_out(read_tune(HEADER + "!roll!|:A8|B8:|"), format) == {"the decoration !roll!": 1}
    assert left_out(read_tune(HEADER + "(A2 B2) (c2 d2|e4) f4)|(g8|"), format) == {"unmatched slurs": 2}
    assert left_out(read_tune(HEADER + "{ab}z4 A4|"), format) == {"grace notes before a rest": 2}


def test_verovio_leaves_out_a_sign_that_musicxml_has() -> None:
    tune = read_tune(HEADER + "!thumb!A8|")
    assert left_out(tune, "svg") == {"the decoration !thumb!": 1}
    assert not left_out(tune, "musicxml")


@pytest.mark.parametrize("format", ["svg", "musicxml"])
def test_scores_leave_out_what_the_reader_skips(format: str) -> None:
    assert left_out(read_tune(HEADER + "A8|\nw:la\nB8|\nw:la\n"), format) == {"lyrics": 2}


@pytest.mark.parametrize("format", ["mid", "wav"])
def test_sounds_do_not_report_what_only_a_score_can_show(format: str) -> None:
    assert not left_out(read_tune(HEADER + "!wobble!(A8|\nw:la\n"), format)
