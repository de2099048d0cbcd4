"""A sweep's file: what it says, and one line with the place for each fault."""

import math
import re
from pathlib import Path

import pytest

from folkkeras.errors import UsageError
from folkkeras.sweeps.definition import MAX_TRIALS, RANDOM, Range, Sweep
from folkkeras.sweeps.drawing import trials_of
from folkkeras.sweeps.toml import read_sweep

RANGES = 'method = "random"\ntrials = 200\nseed = {}\n[options]\n{}'


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "sweep.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_grid_tries_each_combination_the_last_option_fastest(tmp_path: Path) -> None:
    path = written(tmp_path, "[options]\nunits = [16, 32]\nlearning-rate = [1, 0.5]\ntranspose = [true]\n")
    assert trials_of(read_sweep(path)) == [
        {"units": units, "learning_rate": rate, "transpose": True} for units in (16, 32) for rate in (1.0, 0.5)
    ]


def test_a_seed_determines_the_draw_whose_trials_differ_and_keep_to_their_ranges(tmp_path: Path) -> None:
    options = (
        "units = { min = 128, max = 512 }\nlearning-rate = { min = 1e-3, max = 1, log = true }\n"
        "layers = { min = 1, max = 8, log = true }\ndropout = [0.1, 0.3]\nweight-drop = { min = 0.2, max = 0.4 }\n"
    )
    draws = [trials_of(read_sweep(written(tmp_path, RANGES.format(seed, options)))) for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
    assert len(draws[0]) == 200
    assert all(type(trial["units"]) is int and 128 <= trial["units"] <= 512 for trial in draws[0])
    assert all(1e-3 <= trial["learning_rate"] <= 1 and 0.2 <= trial["weight_drop"] <= 0.4 for trial in draws[0])
    # Half of a logarithmic range lies below the geometric mean of its bounds.
    assert 70 < sum(trial["learning_rate"] < math.sqrt(1e-3) for trial in draws[0]) < 130
    assert {trial["layers"] for trial in draws[0]} == set(range(1, 9))
    assert {trial["dropout"] for trial in draws[0]} == {0.1, 0.3}


def test_a_draw_of_as_many_trials_as_there_are_combinations_has_them_all() -> None:
    tried = Sweep({"units": Range(1, 5), "layers": [1, 2]}, RANDOM, 10)
    assert sorted((trial["units"], trial["layers"]) for trial in trials_of(tried)) == [
        (units, layers) for units in range(1, 6) for layers in (1, 2)
    ]
    assert Sweep.from_json(tried.to_json()) == tried


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "sweep.toml: the sweep names no option"),
        ("seed = 1\n\n[options]\n", "line 3: the sweep names no option"),
        (
            "# units\n\n[options]\n# units = [1]\n\nunit = [3]\n",
            "line 6: 'unit' is not .*: did you mean units",
        ),
        ("[options]\nlearning_rate = [3]\n", "line 2: .*did you mean learning-rate"),
        ("[options]\nsplit = [1, 2]\n", "line 2: 'split' is the same in all trials"),
        ("units = [3]\n", r"line 1: unknown key 'units': options stand below \[options\]"),
        ("metod = 'grid'\n", "line 1: unknown key 'metod': did you mean method"),
        ("options = 3\n", "line 1: options is not a table"),
        ("[options]\ndropout = [0.1]\nunits = [\n  3,\n  0,\n]\n", "line 3: --units 0 is too small"),
        ("[options]\nunits = [3.0]\n", "line 2: units has the value 3.0, which is not a whole number"),
        ("[options]\nunits = [true]\n", "line 2: units has the value True, which is not a whole number"),
        ("[options]\nfeatures = ['all', 'foo']\n", "line 2: --features 'foo'"),
        ("[options]\nlearning-rate = [nan]\n", "line 2: --learning-rate nan"),
        ("[options]\nunits = []\n", "line 2: units has an empty list"),
        ("[options]\nunits = 3\n", "line 2: units is 3, not a list"),
        ("[options]\ndropout = [0, 0.0]\n", "line 2: dropout has the value 0.0 twice"),
        ("[options]\nunits = { min = 1, max = 2 }\n", "line 2: a grid takes no range"),
        ("trials = 2\n[options]\nunits = [1]\n", "line 1: trials has no effect"),
        ("seed = -1\n[options]\nunits = [1]\n", "line 1: seed -1"),
        ("method = 'bayes'\n[options]\nunits = [1]\n", "line 1: method 'bayes' is not one of grid, random"),
        ("method = 'random'\n[options]\nunits = [1]\n", "a random sweep needs trials"),
        ("method = 'random'\ntrials = 0\n[options]\nunits = [1]\n", "line 2: trials 0 is not a number from 1"),
        ("method = 'random'\ntrials = 3\n[options]\nunits = [1, 2]\n", "3 trials of 2 combinations"),
        (RANGES.format(1, "units = { min = 2, max = 1 }"), "line 5: min = 2 is not below max = 1"),
        (RANGES.format(1, "units = { min = 1 }"), "line 5: a range needs min and max"),
        (RANGES.format(1, "units = { min = 1, max = 'a' }"), "line 5: max = 'a' is not a number"),
        (RANGES.format(1, "units = { min = 1, max = 2, step = 1 }"), "line 5: unknown key 'step'"),
        (RANGES.format(1, "units = { min = 0, max = 2 }"), "line 5: --units 0 is too small"),
        (RANGES.format(1, "dropout = { min = 0, max = 0.5, log = true }"), "line 5: min = 0 is not above 0"),
        (RANGES.format(1, "schedule = { min = 1, max = 2 }"), "line 5: schedule is not a number"),
        ("[options]\nunits = [1\n\n", "is not valid TOML: .*document"),
        ("[options\n", "is not valid TOML: .*line 1"),
        (b"\xff\xfe", "is not a text in UTF-8"),
        (b"\n" * 70_000, "is larger than 65,536 bytes"),
    ],
)
def test_a_fault_is_reported_with_its_place(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read_sweep(written(tmp_path, text))
    assert re.search(rf"sweep\.toml.*{said}" if "sweep.toml" not in said else said, str(error.value))
    assert "\n" not in str(error.value)


def test_a_grid_that_is_too_large_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a grid of 1,024 combinations is too large"):
        Sweep({"units": range(1, 33), "embedding": range(1, 33)})
    assert len(trials_of(Sweep({"units": range(1, MAX_TRIALS + 1)}))) == MAX_TRIALS
    with pytest.raises(UsageError, match=r"cannot read the sweep .*no\.toml: No such file"):
        read_sweep(tmp_path / "no.toml")
