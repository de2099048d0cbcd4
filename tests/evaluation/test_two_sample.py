"""The classifier two-sample test on real tunes, and the descriptors that it learns from."""

import math
import random
import subprocess
import sys

import numpy as np
import pytest
from support.tunes import TUNES

from folkkeras.evaluation.descriptors import descriptors_of
from folkkeras.evaluation.two_sample import MIN_TUNES, area_under_curve, told_apart
from folkkeras.music.reading import read_tune
from folkkeras.music.tune import Tune
from folkkeras.notation.tunes import music_begins

READ = [read_tune(text) for text in TUNES]


def shuffled(text: str) -> Tune:
    """The tune with its bars in random order, all of them after plain bar lines."""
    begin = music_begins(text)
    bars = [bar for bar in text[begin:].replace("\n", " ").split("|") if len(bar) > 4]
    random.Random(text).shuffle(bars)
    return read_tune(text[:begin] + "|".join(bars) + "|]\n")


def test_tunes_of_one_collection_cannot_be_told_apart_but_shuffled_ones_can() -> None:
    others, training = READ[::2], READ[1::2]
    found = told_apart([[shuffled(text) for text in TUNES[1::2]]], [training, training[: MIN_TUNES - 1]], others)
    assert found.generated == found.generated_by_seed[0] > 0.9
    assert 0.35 < found.training_by_sample[0] < 0.65
    assert math.isnan(found.training_by_sample[1])
    assert math.isnan(found.training)


def test_the_area_is_that_of_the_ranks_and_the_same_each_time() -> None:
    values = np.random.default_rng(0).normal(size=(120, 3))
    one, other = values[:60], values[60:]
    assert 0.35 < area_under_curve(one, other) < 0.65
    assert area_under_curve(one, other) == area_under_curve(one, other)
    assert area_under_curve(one + 9, other) == pytest.approx(1)
    assert math.isnan(area_under_curve(one[: MIN_TUNES - 1], other))


def test_a_descriptor_may_apply_to_no_tune() -> None:
    tunes = [read_tune(f"X:1\nL:1/{length}\nK:none\ndefg|\n") for length in (4, 8) for _ in range(MIN_TUNES)]
    found = told_apart([tunes[:MIN_TUNES]], [tunes[:MIN_TUNES]], tunes[MIN_TUNES:])  # they have neither key nor parts
    assert found.generated == 1


def test_each_descriptor_is_a_number_or_nan_for_all_kinds_of_tunes() -> None:
    odd = ["K:D\nd", "K:none\nd|", "M:none\nK:D\ndz|z", "K:D\n[dfa]8|]", "K:D\nz8|:c2:|2 d8||", "K:C\n[C,c'']c''''"]
    odd.append("K:C\nc" + 200_000 * "'" + "d|")  # a drawn note may have any number of octave marks
    tunes = [*READ, *(read_tune(f"X:1\n{each}\n") for each in odd)]
    names = {tuple(descriptors_of(tune)) for tune in tunes}
    assert len(names) == 1
    values = np.array([[*descriptors_of(tune).values()] for tune in tunes])
    assert not np.isinf(values).any()
    assert not (values < 0).any()
    assert not np.isnan([[*descriptors_of(tune).values()] for tune in READ[:5]]).all(axis=0).any()


def test_descriptors_counted_by_hand() -> None:
    tune = read_tune("X:1\nT:A title\nM:4/4\nL:1/4\nK:D\nddfa|ddfa|=ffef:|d'2d'2|ddfa|]\n")
    found = descriptors_of(tune)
    expected = {
        "parts": 2, "bars": 5, "notes": 18, "range": 12, "ends on the tonic": 0, "notes outside the scale": 3 / 18,
        "repeated bars": 2 / 5, "repeated rhythms": 3 / 5, "repeated notes": 5 / 17, "leaps": 3 / 17,
        "longest repeated passage": 3 / 17, "lengths": 2, "complete": 1,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_descriptors_say_nothing_of_the_text() -> None:
    tune = "X:1\nT:A title\nM:4/4\nL:1/4\nK:D\nddfa|ddfa|=ffef:|d'2d'2|ddfa|]\n"
    other = "X:9\nT:Another one\nC:Someone\nR:reel\nM:4/4\nL:1/8\nK:D\n"
    other += "d2 d2 f2a2|d2 d2f2 a2 |\n=f2f2 e2f2 :|d'4d'4|d2d2f2a2||\n"
    assert descriptors_of(read_tune(tune)) == descriptors_of(read_tune(other))


def test_scikit_learn_is_imported_only_by_the_test() -> None:
    code = "import sys; import folkkeras.evaluation.two_sample; assert 'sklearn' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
