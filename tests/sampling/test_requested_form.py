"""A tune of a requested form: where it is resampled, what is rejected, and which forms are usual."""

from dataclasses import replace

import pytest

import folkkeras
from folkkeras.corpus.sources import read_source
from folkkeras.errors import UsageError
from folkkeras.music.parts import parts_of
from folkkeras.music.reading import read_tune
from folkkeras.notation.normal_form import normalise
from folkkeras.sampling.conditioning import header_fields
from folkkeras.sampling.form import RequestedForm, UsualForms
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.resampling import MAX_TRIES, ConstrainedTune
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.tune_stream import Accept, Backtrack, Verdict

HEADER = "X:1\nT:Test\nR:reel\nM:4/4\nL:1/8\nK:D\n"
PART = "A8|" * 7
TWO_OF_EIGHT = TuneRequest(parts=2, bars=(8,))


def verdict_on(music: str, request: TuneRequest = TWO_OF_EIGHT, usual: UsualForms | None = None) -> Verdict:
    tune = ConstrainedTune(request, 1, (), usual)
    tune.add((HEADER + music).removeprefix(tune.text))
    return tune.verdict()


@pytest.mark.parametrize(
    ("music", "back"),
    [
        (PART + "A8:|A8|A", None),
        (PART + "A8||A8|A", None),
        (PART + "A8|A", PART + "A8"),  # the part has to end here
        ("A2|" + PART + "A6:|A2|A8|A", None),  # with pick-ups
        ("A2|" + PART + "A4|A", None),  # the pick-up is not completed yet
        ("A2|" + PART + "A6|A", "A2|" + PART + "A6"),
        ("A8|" * 5 + "A8:|A", "A8|" * 5 + "A8"),  # it ends too early
        (PART + "1A8:|2A8||A8|A", None),  # a later ending does not count
        (PART + "1A8:|2A8|A8|A", PART + "1A8:|2A8"),
        (PART + "A8:|" + PART + "A8:|", None),
        (PART + "A8:|" + PART + "A8:|A8|A", PART + "A8:|" + PART + "A8:|"),  # a third part
    ],
)
def test_a_bar_line_that_departs_from_the_form_is_resampled(music: str, back: str | None) -> None:
    assert verdict_on(music) == (None if back is None else Backtrack(len(HEADER + back)))


def test_a_tune_with_all_parts_is_ended_if_it_does_not_end_by_itself() -> None:
    tune = ConstrainedTune(TWO_OF_EIGHT, 1)
    complete = HEADER + PART + "A8:|\n" + PART + "A8:|"
    tune.add((complete + "\nA8|A").removeprefix(tune.text))
    found = []
    while (verdict := tune.verdict()) and len(found) < MAX_TRIES + 1:
        assert isinstance(verdict, Backtrack)
        found.append(verdict)
        tune.backtrack(verdict)
        tune.add("\nA8|A" if not verdict.then else "X:2\n")
    assert found == [*[Backtrack(len(complete))] * MAX_TRIES, Backtrack(len(complete), "\n\n")]
    assert tune.verdict() == Accept(complete + "\n")


def test_a_tune_that_ends_with_too_few_parts_is_continued() -> None:
    music = PART + "A8:|\n\nX:2"
    assert verdict_on(music) == Backtrack(len(HEADER + PART + "A8:|"))
    assert verdict_on(music, TuneRequest(parts=1)) == Accept(HEADER + PART + "A8:|\n")


def test_the_usual_form_depends_on_type_and_metre() -> None:
    usual = UsualForms({"reel": {"4/4": [4], "C": [8]}}, {"reel": ["C"]})
    request = TuneRequest(usual_form=True)
    assert verdict_on(PART + "A8|A", request, usual) == Backtrack(len(HEADER + "A8|A8|A8|A8"))
    assert verdict_on("A8|A8|A8|A8:|A8|A", request, usual) is None
    assert UsualForms({}, {}).bars_of("reel", "4/4") == ()
    assert verdict_on(PART * 3, request, UsualForms({}, {})) is None


def test_a_requested_type_gets_one_of_its_usual_metres() -> None:
    usual = UsualForms({}, {"slip jig": ["9/8"]})
    request = TuneRequest(fields=header_fields(type="slip jig"))
    before = "X:1\nT:A\nR:slip jig\n"
    for metre, verdict in (("9/8", None), ("6/8", Backtrack(len(before)))):
        tune = ConstrainedTune(request, 1, (), usual)
        tune.add(f"{before}M:{metre}\nL:1/8\n".removeprefix(tune.text))
        assert tune.verdict() == verdict


def test_usual_is_what_one_in_twenty_parts_has() -> None:
    tunes = [read_tune(normalise(tune).text) for tune in read_source("oneills").tunes]
    usual = UsualForms.of(tunes)
    assert UsualForms.from_metadata({"usual_forms": usual.to_json()}) == usual
    assert usual.metres["slip jig"] == ["9/8"]
    assert 8 in usual.bars_of("reel", "C|")
    lengths = [
        part.bars for tune in tunes if (tune.type, tune.metre) == ("double jig", "6/8") for part in parts_of(tune)
    ]
    assert len(lengths) > 200
    for bars in range(1, 40):
        assert (bars in usual.bars_of("double jig", "6/8")) == (lengths.count(bars) >= 0.05 * len(lengths))


def test_drawn_tunes_have_the_form_and_are_reproduced_from_their_records() -> None:
    generator = folkkeras.load("celtic")
    request = TuneRequest(count=4, seed=5, parts=2, bars=(8,), complete=True, sampling=Sampling(temperature=0.7))
    tunes = list(generator.tunes(request))
    assert len(tunes) == 4
    for tune in tunes:
        read = read_tune(tune.text)
        assert read.complete
        assert [part.bars for part in parts_of(read)] == [8, 8]
    (again,) = generator.tunes(tunes[2].record.request)
    assert again.text == tunes[2].text


def test_contradictory_requests_are_refused() -> None:
    with pytest.raises(UsageError, match="--bars: leave out"):
        TuneRequest(usual_form=True, bars=(8,))
    with pytest.raises(UsageError, match="--parts 0 is too small"):
        TuneRequest(parts=0)
    with pytest.raises(UsageError, match="--bars 0 is too small"):
        replace(TWO_OF_EIGHT, bars=(0,))
    with pytest.raises(UsageError, match="bars 8 is not a tuple"):
        replace(TWO_OF_EIGHT, bars=8)


def test_a_form_is_compared_with_the_finished_tune() -> None:
    tune = read_tune(HEADER + PART + "A8:|A8|A8:|\n")
    assert RequestedForm(2, (2, 8)).fault(tune) is None
    assert RequestedForm(3).fault(tune) == "had 2 parts"
    assert RequestedForm(bars=(8,)).fault(tune) == "had a part of 2 bars"


@pytest.mark.parametrize(
    ("music", "temperature"),
    [(HEADER, 0), (HEADER + "A8|A8||A8|A8||A8|A8||", 0.95), ("X:1\nM:4/4\nL:1/8\nA8|A8||A8|A8||\nK:D\nA8|", 0.95)],
)
def test_drawing_ends_even_if_the_start_has_another_form(music: str, temperature: float) -> None:
    sampling = Sampling(temperature=temperature)
    request = TuneRequest(start=music, parts=1, seed=3, sampling=sampling, training_checks=False)
    sampler = folkkeras.load("celtic").tunes(request, retry=False)
    assert len(list(sampler)) + sampler.statistics.rejected.total() == 1


@pytest.mark.parametrize(
    "start", ["X:1\nT:A\nR:reel\nM:4/4\nL:1/8\nK:G\nG2BG dGBG|", "X:1\nT:A\nM:9/8\nL:1/8\nK:G\nGAB d2B d2B|"]
)
def test_a_complete_tune_keeps_the_start_that_was_given(start: str) -> None:
    (tune,) = folkkeras.load("celtic").tunes(TuneRequest(start=start, complete=True, seed=1))
    assert tune.text.startswith(start)
