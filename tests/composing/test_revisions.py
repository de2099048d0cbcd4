"""Rewritten and varied tunes: what changes, what stays, and what reproduces them."""

from itertools import pairwise

import pytest

import folkkeras
from folkkeras.composing.draft import Draft
from folkkeras.composing.reproducing import RECORDS, reproduced
from folkkeras.errors import UsageError
from folkkeras.music.bar_text import bar_texts
from folkkeras.music.checks.new_tune import new_tune_faults
from folkkeras.music.tune import Tune
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.record import records_of, with_record

# With lyrics, chord symbols, a composer, a remark and spacing of its own, all outside the normal form.
TEXT = """X:7
%folkkeras {"model": "0", "seed": 1, "tune": 7, "start": "X:1"}
T:The Tropsilder
C:Trad.
R:hornpipe
M:C|
L:1/8
K:D
((3uABc)|"D"dcdA  Bdfd|afdf efge|dcdA Bdfd|gece d2(Bc)| % a remark
w:la la
dcdA Bdfd|afdf efge|dc'ba gfef|gece d2:|
|:(ufg)|afdf gbag|fadf efge|afdf gbag|"A7"fadf e2(fe)|
afdf gbag|fadf efge|dc'ba gfef|gece d2:|
"""


@pytest.fixture(scope="module")
def celtic() -> Generator:
    return folkkeras.load("celtic")


@pytest.fixture(scope="module")
def tune() -> Tune:
    return folkkeras.read_tune(TEXT)


def contents(text: str) -> list[str]:
    return [text[place.begin : place.end] for place in bar_texts(text)]


def around(text: str) -> list[str]:
    """What stands before, between and after the contents of bars, without the number of the tune."""
    places = bar_texts(text)
    between = [text[one.end : other.begin] for one, other in pairwise(places)]
    return [text[text.index("\n") : places[0].begin], *between, text[places[-1].end :]]


def test_rewriting_changes_the_named_bars_alone(celtic: Generator, tune: Tune) -> None:
    plain = Draft(tune, celtic).tune.text
    assert "folkkeras" not in plain
    found = folkkeras.rewrite(celtic, tune, [5, 6, 7, 8], seed=3, particles=16)
    assert len({candidate.text for candidate in found}) == 4
    for number, candidate in enumerate(found, 1):
        assert candidate.text.startswith(f"X:{number}\n")
        assert around(candidate.text) == around(plain)
        old, new = contents(plain), contents(candidate.text)
        assert old[:5] + old[9:] == new[:5] + new[9:]
        assert old[5:9] != new[5:9]
        assert candidate.complete
        assert [bar.length for bar in candidate.tune.bars] == [bar.length for bar in tune.bars]


def test_composed_candidates_are_the_tunes_of_the_request(celtic: Generator) -> None:
    request = folkkeras.TuneRequest(count=3, seed=5, complete=True)
    found = folkkeras.compose(celtic, request)
    assert [(each.text, each.record) for each in found] == [(tune.text, tune.record) for tune in celtic.tunes(request)]
    assert all(candidate.complete and 0.2 < candidate.bits < 3 for candidate in found)


def test_candidates_say_what_helps_to_choose(celtic: Generator, tune: Tune) -> None:
    candidate, *_ = folkkeras.rewrite(celtic, tune, [5, 6, 7, 8], seed=3, particles=16)
    model = folkkeras.open_model("celtic")
    (bits,) = folkkeras.Likelihood(model, [Draft(candidate.tune, celtic).normal.text]).bits()
    assert candidate.bits == pytest.approx(bits.mean(), abs=0.02)  # int8 against float32
    assert candidate.form.parts == (8, 8)
    assert candidate.overlap == celtic.training_tunes.melody_index.overlap(candidate.text)


def test_a_bar_that_returns_is_varied_the_same_way_where_it_returns(celtic: Generator, tune: Tune) -> None:
    plain = Draft(tune, celtic).tune.text
    old = contents(plain.replace('"D"', "").replace('"A7"', "").replace("  ", " "))
    for candidate in folkkeras.vary(celtic, tune, 0.3, seed=2, particles=16, candidates=2):
        new = contents(candidate.text)
        changed = [place for place, (one, other) in enumerate(zip(contents(plain), new, strict=True)) if one != other]
        assert 5 <= len(changed) <= 9  # of 18, and at most four return together
        assert {old[place] for place in changed}.isdisjoint(
            old[place] for place in range(len(old)) if place not in changed
        )
        assert len({(old[place], new[place]) for place in changed}) == len({old[place] for place in changed})
        assert around(candidate.text) == around(plain)
    apart = [
        contents(candidate.text)
        for candidate in folkkeras.vary(celtic, tune, 0.5, together=False, seed=2, particles=16, candidates=2)
    ]
    assert any(new[1] != new[3] or new[10] != new[12] for new in apart)


def test_locked_bars_stay(celtic: Generator, tune: Tune) -> None:
    plain = contents(Draft(tune, celtic).tune.text)
    for candidate in folkkeras.vary(celtic, tune, 1, locked=range(1, 17), seed=1, candidates=2, particles=16):
        assert contents(candidate.text)[1:17] == plain[1:17]
        assert contents(candidate.text)[0] != plain[0]
    with pytest.raises(UsageError, match="all bars of X:7 The Tropsilder are locked"):
        folkkeras.vary(celtic, tune, locked=range(18))


def test_a_record_reproduces_its_tune(celtic: Generator, tune: Tune) -> None:
    found = folkkeras.rewrite(celtic, tune, [8, 3], seed=5, particles=16) + folkkeras.vary(
        celtic, tune, 0.2, locked=[0], seed=5, particles=16, candidates=2
    )
    text = "\n".join(with_record(candidate.text, candidate.record) for candidate in found)
    records = records_of(text, "it", RECORDS)
    assert records == [candidate.record for candidate in found]
    for number in (1, 5):
        assert reproduced(celtic, records[number]) == found[number].text


def test_a_faulty_tune_gets_no_more_faults(celtic: Generator) -> None:
    tune = folkkeras.read_tune(TEXT.replace("afdf efge|dcdA Bdfd|gece", "afdf efg|dcdA Bdfd|gece"))
    faults = new_tune_faults(tune)
    assert [fault.bar for fault in faults] == [2, 3, 8]  # the bar itself, and the joins that it displaces
    (candidate,) = folkkeras.rewrite(celtic, tune, [5, 6], candidates=1, particles=16)
    assert [(fault.bar, fault.message) for fault in new_tune_faults(candidate.tune)] == [
        (fault.bar, fault.message) for fault in faults
    ]


@pytest.mark.parametrize(
    ("text", "bars", "message"),
    [
        (TEXT, [17, 18], "X:7 The Tropsilder has no bar 18: its bars are 0 to 17"),
        (TEXT, [], "no bars are given"),
        ("X:1\nK:D\n", [1], "X:1: it has no notes"),
        ("X:1\nT:Two\nK:D\nV:1\nd8|\nV:2\nD8|\n", [1], "X:1 Two: it has several voices"),
        ("X:1\nM:C\nL:1/8\nd8|\n", [1], "X:1: it has no key"),
        ("X:1\nM:C\nL:1/8\nK:D\nd4[K:G]d4|d8|\n", [1], "bar 1 of X:1 changes its key, metre or unit length"),
    ],
)
def test_what_cannot_be_rewritten_is_refused(celtic: Generator, text: str, bars: list[int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        folkkeras.rewrite(celtic, folkkeras.read_tune(text), bars)


def test_values_out_of_range_are_refused(celtic: Generator, tune: Tune) -> None:
    for options in ({"candidates": 0}, {"seed": -1}, {"particles": 0}, {"particles": 5_000}):
        with pytest.raises(UsageError, match=f"--{next(iter(options))} "):
            folkkeras.rewrite(celtic, tune, [1], **options)
    for amount in (0, 1.5):
        with pytest.raises(UsageError, match="above 0 and up to 1"):
            folkkeras.vary(celtic, tune, amount)


def test_a_model_without_its_training_tunes_gives_candidates_without_overlap(celtic: Generator, tune: Tune) -> None:
    alone = folkkeras.load("celtic")
    alone.training_tunes = folkkeras.sampling.training_tunes.TrainingTunes({"corpus": ["gone.abc"]})
    (candidate,) = folkkeras.rewrite(alone, tune, [5], candidates=1, particles=4)
    assert candidate.overlap is None
