"""The form of tunes whose form can be counted by hand."""

import math

import pytest
from support.tunes import TUNES

from folkkeras.evaluation.form import form_figures, form_of
from folkkeras.music.reading import read_tune

# The fourth bar repeats the second, and the last the first. The tune ends on D, its tonic.
TUNE = "X:1\nM:2/4\nL:1/8\nK:D\nA|dfaf|egeg|Bcde|egeg:|A|dfaf|gfed|gfed|dfd:|\n"
HEAD = "X:1\nM:2/4\nL:1/8\n"


def test_a_tune_counted_by_hand() -> None:
    form = form_of(read_tune(TUNE))
    assert form.parts == (4, 4)
    assert form.has_whole_phrases
    assert not form.has_usual_parts
    assert (form.bars, form.repeated_bars) == (7, 3)  # the last bar is not full
    assert form.on_tonic is True
    assert form.ends_alike is False


def test_notes_are_compared_with_those_at_the_same_place() -> None:
    form = form_of(read_tune(HEAD + "K:D\nA|defg|d2fg|aefb|defg|D3:|\n"))
    assert form.notes == 1 + 4 + 3 + 4 + 4 + 1
    # One bar before: d, f, g in the second bar, f in the third, e and f in the fourth.
    # Two: e, f in the third and d, f, g in the fourth bar. Four and eight: none, since D is not d.
    assert form.same_notes == {1: 6, 2: 5, 4: 0, 8: 0}


def test_a_pick_up_is_compared_with_the_end_of_a_bar() -> None:
    form = form_of(read_tune(HEAD + "K:D\nA|defg|dcB:|A|defg|dcB:|\n"))
    assert form.parts == (2, 2)
    assert form.same_notes[2] == form.notes - 8  # all notes but those of the first pick-up and of its part
    assert form.ends_alike is True


def test_later_endings_are_not_compared_but_their_bars_may_repeat() -> None:
    form = form_of(read_tune(HEAD + "K:D\ndefg|1 a4:|2 defg|]\n"))
    assert (form.bars, form.repeated_bars, form.notes) == (3, 1, 5)
    assert form.ends_alike is None


def test_a_tune_without_bars_has_no_form() -> None:
    form = form_of(read_tune(HEAD + "K:D\n"))
    assert (form.parts, form.bars, form.notes, form.ends_alike, form.on_tonic) == ((), 0, 0, None, None)


@pytest.mark.parametrize(
    ("key", "on_tonic"),
    [("D", True), ("G", False), ("Ddor", True), ("D clef=bass", True), ("none", None), ("Eb", False)],
)
def test_the_tonic_is_that_of_the_mode(key: str, on_tonic: bool | None) -> None:
    assert form_of(read_tune(f"{HEAD}K:{key}\ndAFA|D4|]\n")).on_tonic is on_tonic


@pytest.mark.parametrize(("key", "last"), [("A", "A"), ("Gm", "G"), ("Bb", "B"), ("F#m", "F")])
def test_a_tonic_is_found_on_the_line_of_fifths(key: str, last: str) -> None:
    assert form_of(read_tune(f"{HEAD}K:{key}\ndefg|{last}4|]\n")).on_tonic is True


def test_a_bar_in_another_rhythm_repeats_nothing() -> None:
    form = form_of(read_tune(HEAD + "K:D\nd2ef|de2f|d2ef|]\n"))
    assert (form.bars, form.repeated_bars) == (3, 1)


def test_the_last_note_is_the_last_one_played() -> None:
    tune = f"{HEAD}P:ABA\nK:D\nP:A\ndAFA|D4|]\nP:B\nefga|e4|]\n"
    assert form_of(read_tune(tune)).on_tonic is True


def test_the_figures_of_a_collection() -> None:
    tunes = [read_tune(text) for text in TUNES]
    figures = form_figures(tunes)
    forms = [form_of(tune) for tune in tunes]
    assert figures.usual_parts == sum(set(form.parts) <= {8, 16} for form in forms) / len(forms)
    assert figures.usual_parts < figures.whole_phrases
    assert figures.repeated_bars == sum(form.repeated_bars for form in forms) / sum(form.bars for form in forms)
    assert figures.same_notes[4] > 2 * figures.same_notes[8] > 0
    assert figures.long == sum(len(text) > 1_000 for text in TUNES) / len(TUNES)


def test_tunes_without_notes_count_for_nothing() -> None:
    nothing = read_tune("X:1\nK:D\n")
    assert form_figures([read_tune(TUNE), nothing, read_tune("X:1\nK:D\nz4|z4|]\n")]) == form_figures([read_tune(TUNE)])
    figures = form_figures([nothing])
    assert all(map(math.isnan, (figures.usual_parts, figures.on_tonic, figures.repeated_bars, figures.same_notes[1])))
