"""What a file does not hold of a tune is told, and nothing else."""

import pytest

from folkkeras.music.reading import read_tune
from folkkeras.music.render.left_out import left_out

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:D\n"


@pytest.mark.parametrize("format", ["svg", "png", "html", "musicxml", "mid", "wav", "ogg"])
def test_of_a_plain_tune_nothing_is_left_out(format: str) -> None:
    tune = read_tune(HEADER + '!segno!|:"Am7"(~A2 .B2) {g}!mf!c2 "^x"z2 !fine!:|')
    assert not left_out(tune, format)


@pytest.mark.parametrize("format", ["svg", "png", "html", "musicxml"])
def test_scores_lack_what_they_have_no_sign_for(format: str) -> None:
    assert left_out(read_tune(HEADER + "!wobble!A4 !wobble!B4 & !swoop!D8 !roll!|"), format) == {
        "the decoration !wobble!": 2,
        "the decoration !swoop!": 1,
        "the decoration !roll!": 1,  # before a bar line, where no note can have it
    }
    assert left_out(read_tune(HEADER + "!roll!|:A8|B8:|"), format) == {"the decoration !roll!": 1}
    assert left_out(read_tune(HEADER + "(A2 B2) (c2 d2|e4) f4)|(g8|"), format) == {"unmatched slurs": 2}
    assert left_out(read_tune(HEADER + "{ab}z4 A4|"), format) == {"grace notes before a rest": 2}


def test_verovio_does_not_draw_all_that_musicxml_holds() -> None:
    tune = read_tune(HEADER + "!thumb!A8|")
    assert left_out(tune, "svg") == {"the decoration !thumb!": 1}
    assert not left_out(tune, "musicxml")


@pytest.mark.parametrize("format", ["svg", "musicxml"])
def test_what_the_reader_passes_over_counts_for_scores(format: str) -> None:
    assert left_out(read_tune(HEADER + "A8|\nw:la\nB8|\nw:la\n"), format) == {"lyrics": 2}


@pytest.mark.parametrize("format", ["mid", "wav"])
def test_a_sound_has_all_that_it_can_have(format: str) -> None:
    assert not left_out(read_tune(HEADER + "!wobble!(A8|\nw:la\n"), format)
