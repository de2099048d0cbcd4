"""Model cards: a head that hubs read, with the measured figures, and what is known about rights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.terminal import Folk
from support.trained import TrainedRun

from folkkeras.corpus.sources import read_source
from folkkeras.evaluation.card import model_card
from folkkeras.evaluation.evaluate import evaluate
from folkkeras.evaluation.figures import Evaluation
from folkkeras.evaluation.report import report
from folkkeras.model.saving import open_model
from folkkeras.model.tune_model import TuneModel

ODD = "a: 'b' # \"c\" [d](e) | \u266b *f*\n---\ng"


@pytest.fixture(scope="module")
def model(trained: TrainedRun) -> TuneModel:
    return open_model(trained.run.best)


@pytest.fixture(scope="module")
def measured(trained: TrainedRun, model: TuneModel) -> Evaluation:
    return evaluate(model, trained.corpus, count=4, seed=1)


def head_of(card: str) -> dict[str, Any]:
    assert card.startswith("---\n")
    return yaml.safe_load(card.split("---\n")[1])


def test_the_head_has_the_metadata_and_the_figures(trained: TrainedRun, model: TuneModel, measured: Evaluation) -> None:
    card = model_card(measured, "small", model, trained.corpus)
    head = head_of(card)
    assert (head["library_name"], head["pipeline_tag"]) == ("keras", "text-generation")
    assert {"music", "abc-notation", "lstm"} <= set(head["tags"])
    assert "license" not in head  # which only the author can choose
    (results,) = head["model-index"][0]["results"]
    assert results["dataset"] == {"type": "sixty", "name": "Held-out tunes of sixty.abc"}
    metrics = {each["type"]: each["value"] for each in results["metrics"]}
    assert metrics["bits_per_character"] == pytest.approx(measured.likelihood.evaluated.all, abs=5e-4)
    assert metrics["complete"] == measured.completeness.generated
    assert "\n".join(report(measured, "small").splitlines()[2:]) in card
    assert f"{model.count_params():,} weights" in card
    config = trained.run.config
    assert f"embedding={config.embedding} units={config.units} feature_embedding={config.feature_embedding}" in card
    assert str(Path(trained.corpus.sources[0]).parent) not in card  # nobody else's business


def test_a_figure_that_could_not_be_measured_is_left_out(
    trained: TrainedRun, model: TuneModel, measured: Evaluation
) -> None:
    form = replace(measured.form, generated=replace(measured.form.generated, on_tonic=float("nan")))
    card = model_card(replace(measured, form=form), "small", model, trained.corpus)
    assert "on_tonic" not in card
    assert "nan" not in card


def test_odd_names_keep_the_head_valid(trained: TrainedRun, model: TuneModel, measured: Evaluation) -> None:
    corpus = replace(trained.corpus, sources=(f"/tunes/{ODD}", "-"))
    card = model_card(measured, ODD, model, corpus)
    head, body = card.removeprefix("---\n").split("\n---\n\n", 1)
    index = yaml.safe_load(head)["model-index"][0]
    assert index["name"] == ODD
    assert index["results"][0]["dataset"]["name"] == f"Held-out tunes of {ODD}; standard input"
    assert body.startswith("# a: 'b' \\# \"c\" \\[d\\]\\(e\\) \\| \u266b \\*f\\* --- g\n")


def test_restricted_rights_are_stated(trained: TrainedRun, model: TuneModel, measured: Evaluation) -> None:
    assert "The rights in these tunes are not recorded." in model_card(measured, "a", model, trained.corpus)
    corpus = replace(trained.corpus, sources=("ryans", "x.json"), restricted=("The Session",))
    card = model_card(measured, "a", model, corpus)
    assert "Ryan's Mammoth Collection of Fiddle Tunes: tunes from 1883" in card
    assert "The licence of The Session forbids training language models on its tunes" in card
    assert "--i-hold-the-rights" not in card
    model.metadata["options"]["i_hold_the_rights"] = True
    try:
        assert "`--i-hold-the-rights`" in model_card(measured, "a", model, corpus)
    finally:
        model.metadata["options"]["i_hold_the_rights"] = False


def test_evaluate_writes_a_card(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    (tmp_path / "others.abc").write_text("".join(read_source("airds").tunes[:10]))
    done = folk("evaluate", "small", "others.abc", "--runs", trained.runs, "--tunes", 4, "--out", "card.md")
    assert done.returncode == 0, done.stderr
    card = (tmp_path / "card.md").read_text()
    assert head_of(card)["model-index"][0]["name"] == "small"
    dataset = head_of(card)["model-index"][0]["results"][0]["dataset"]
    assert dataset["name"] == "Evaluated tunes of others.abc"
    assert done.stdout.split("\n", 2)[2].strip() in card
