"""What a library user gets wrong is refused in one line, before anything is computed."""

from collections.abc import Callable
from pathlib import Path

import pytest

import folkkeras
from folkkeras.errors import UsageError
from folkkeras.model.likelihood import Likelihood
from folkkeras.model.tune_model import build_model
from folkkeras.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: folkkeras.TrainingConfig(steps="20"), "option 'steps' has the value '20', of the wrong type"),
        (lambda: folkkeras.TrainingConfig(units=20.5), "option 'units' has the value 20.5"),
        (lambda: folkkeras.TrainingConfig(keep=True), "option 'keep' has the value True"),
        (lambda: folkkeras.TrainingConfig(raw="yes"), "option 'raw' has the value 'yes'"),
        (lambda: folkkeras.TrainingConfig.from_json({"speed": 1}), "unknown option 'speed'"),
        (lambda: folkkeras.TuneRequest(count="3"), "--tunes '3' is not a whole number"),
        (lambda: folkkeras.TuneRequest(seed=None), "--seed None is not a whole number"),
        (lambda: folkkeras.TuneRequest(max_length=0), "--max-length 0 is too small"),
        (lambda: folkkeras.Vocabulary("abca"), "twice"),
    ],
)
def test_a_wrong_value_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()


@pytest.mark.parametrize(
    ("tunes", "message"),
    [([], "nothing to score"), (["ab", "a"], "nothing to score"), ("abab", "a list of tunes"), (["abc"], "'c'")],
)
def test_what_cannot_be_scored_is_refused(tunes: list[str], message: str) -> None:
    model = build_model(Vocabulary.from_text("ab"), embedding=2, units=2)
    with pytest.raises(UsageError, match=message):
        Likelihood(model, tunes)


def test_a_corpus_may_be_a_path(tune_file: Path) -> None:
    for argument in (tune_file, [tune_file], str(tune_file)):
        assert folkkeras.read_corpus(argument).sources == (str(tune_file),)
