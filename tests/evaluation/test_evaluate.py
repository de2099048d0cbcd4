"""Evaluations of a real model: their figures, their reproducibility, and the commands that print them."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.terminal import Folk
from support.trained import TrainedRun

from folkkeras.corpus.corpus import Corpus, in_form
from folkkeras.corpus.overlap import MelodyIndex
from folkkeras.corpus.sources import read_source
from folkkeras.evaluation.evaluate import evaluate, novelty_limit
from folkkeras.evaluation.figures import Style
from folkkeras.evaluation.form import form_figures
from folkkeras.evaluation.picture import picture
from folkkeras.evaluation.report import report
from folkkeras.evaluation.style import distance, style_of
from folkkeras.evaluation.two_sample import MIN_TUNES, told_apart
from folkkeras.model.likelihood import Likelihood
from folkkeras.model.saving import open_model
from folkkeras.music.reading import read_tune
from folkkeras.notation.tunes import music_begins
from folkkeras.runs.metrics import EvaluationInterval
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.sampler import Sampling


def test_an_evaluation_agrees_with_separate_calculations(trained: TrainedRun) -> None:
    model, corpus = open_model(trained.run.best), trained.corpus
    found = evaluate(model, corpus, count=6, seed=5)
    figures = found.likelihood
    assert figures.evaluated.all == pytest.approx(Likelihood(model, corpus.held_out).bits_per_character(), rel=1e-6)
    bits = Likelihood(model, corpus.held_out).bits()
    music = [each[music_begins(tune) - 1 :] for tune, each in zip(corpus.held_out, bits, strict=True)]
    assert figures.evaluated.music == pytest.approx(np.concatenate(music).mean(), rel=1e-6)
    assert figures.training.all < figures.evaluated.all < figures.ngrams[1].all
    assert not found.memorised
    assert len(figures.tunes) == len(corpus.held_out)

    new = [tune.text for tune in Generator(model).tunes(TuneRequest(count=6, seed=5))]
    assert [tune.title for tune in found.tunes] == [read_tune(text).title for text in new]
    assert found.completeness.generated == np.mean([read_tune(text).complete for text in new])
    book = MelodyIndex(corpus.training)
    assert found.novelty.generated.longest == tuple(book.overlap(text).longest for text in new)
    assert found.novelty.limit == novelty_limit([book.overlap(text) for text in corpus.held_out])
    assert 0 <= found.completeness.first_attempt <= 1
    assert found.key is not None
    assert 0 <= found.key.first_attempt <= found.key.accepted <= 1
    assert found.form.generated == form_figures([read_tune(text) for text in new])
    assert found.form.evaluated == form_figures([read_tune(text) for text in corpus.held_out])
    assert found.form.told_apart.generated_by_seed == ()  # these tunes are too few
    assert evaluate(model, corpus, count=6, seed=5).to_json() == found.to_json()
    other = [read_tune(tune.text).title for tune in Generator(model).tunes(TuneRequest(count=6, seed=6))]
    assert other != [tune.title for tune in found.tunes]


def test_the_style_distance_is_0_if_equal_and_1_if_nothing_is_shared() -> None:
    one, other = Counter("aab"), Counter("cd")
    assert distance(one, Counter("aaaabb")) == 0
    assert distance(one, other) == pytest.approx(1)
    assert distance(one, Counter()) == 1
    assert 0 < distance(one, Counter("ab")) < 1
    assert distance(one, Counter("ab")) == pytest.approx(distance(Counter("ab"), one))
    tune = read_tune("X:1\nM:C\nL:1/8\nK:E Minor\nE2 G2 (3BBB A>F|]\n")
    styles = style_of([tune])
    assert styles["key"] == {"Em": 1}
    assert styles["metre"] == {"4/4": 1}
    assert styles["interval"] == {3: 1, 4: 1, 0: 2, -2: 1, -3: 1}
    assert {str(length) for length in styles["note length"]} == {"1/4", "1/12", "3/16", "1/16"}
    assert (styles["bars a part"], styles["parts a tune"]) == ({1: 1}, {1: 1})


def test_a_classifier_tells_the_tunes_of_three_seeds_from_real_ones(corpus: Corpus) -> None:
    model, count = open_model("celtic"), MIN_TUNES  # all its tunes have notes
    others = in_form([tune for tune in read_source("ryans").tunes if 300 <= len(tune) < 400][:count])
    wild = Sampling(temperature=1.2)  # unlike real tunes
    found = evaluate(model, corpus, others, count=count, seed=3, sampling=wild).form.told_apart
    assert len(found.generated_by_seed) == 3
    assert found.generated == np.mean(found.generated_by_seed) > 0.9
    assert found.training == np.mean(found.training_by_sample) < found.generated
    new = [[read_tune(tune.text) for tune in Generator(model).tunes(TuneRequest(count=count, seed=4, sampling=wild))]]
    again = told_apart(new, new, [read_tune(text) for text in others])
    assert again.generated_by_seed == found.generated_by_seed[1:2]


def test_a_model_trained_long_on_few_tunes_is_reported_as_memorised(folk: Folk, tmp_path: Path) -> None:
    tunes = read_source("ryans").tunes[:6]
    (tmp_path / "few.abc").write_text("".join(tunes))
    words = [
        "--units",
        128,
        "--features",
        "none",
        "--batch-size",
        8,
        "--steps",
        300,
        "--patience",
        0,
        "--learning-rate",
        0.01,
    ]
    drops = ["--dropout", 0, "--weight-drop", 0]
    done = folk("train", "few.abc", "--name", "heart", *words, *drops)
    assert done.returncode == 0, done.stderr
    last = folk("evaluate", "heart", "--last", "--tunes", 4)
    assert last.returncode == 0, last.stderr
    assert "this model has MEMORISED its tunes" in last.stdout
    assert re.search(r"the run had MEMORISED its tunes at step \d00:", last.stdout)


def test_the_command_prints_a_table_and_writes_a_picture(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    words = ["evaluate", trained.run.best, "--tunes", 3, "--seed", 2]
    done = folk(*words, "--out", "report.html", env={"PYTHONHASHSEED": "2"})
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= 80 for line in done.stdout.splitlines()[1:])
    assert "6-gram, held-out tunes" in done.stdout
    again = folk(*words, "--json", "--out", "again.html", env={"PYTHONHASHSEED": "1"})
    values = json.loads(again.stdout)
    assert f"{values['likelihood']['evaluated']['all']:.3f}" in done.stdout
    assert f"{values['completeness']['generated']:.1%}" in done.stdout
    assert f"{values['form']['evaluated']['repeated_bars']:.1%}" in done.stdout
    assert len(values["tunes"]) == 3
    text = (tmp_path / "report.html").read_text()
    assert text == (tmp_path / "again.html").read_text()
    assert "<svg" in text
    assert "http" not in text.replace("http://www.w3.org", "")
    taken = folk(*words, "--out", "report.html")
    assert (taken.returncode, taken.stderr.count("\n")) == (1, 1)


def test_evaluating_on_other_tunes_leaves_out_training_tunes(
    folk: Folk, trained: TrainedRun, tune_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other titles.abc"
    other.write_text(re.sub(r"^T:.*", "T:Another", tune_file.read_text(), flags=re.MULTILINE))
    done = folk("evaluate", trained.run.best, other, "--tunes", 1, "--json", "--out", "report.png")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert len(json.loads(done.stdout)["likelihood"]["tunes"]) == len(trained.corpus.held_out)
    learned, others = len(trained.corpus.training), len(trained.corpus.held_out)
    assert f"since the model was trained on them: {learned} of {learned + others} tunes" in done.stderr
    assert "MEMORISED" not in done.stdout
    foreign = tmp_path / "foreign.abc"
    foreign.write_text("X:1\nT:Žluťoučký\nK:C\nCDE|]\n\nX:2\nT:Kůň\nK:C\nEDC|]\n")
    none = folk("evaluate", trained.run.best, foreign, "--tunes", 1)
    assert none.returncode == 1
    assert "does not know the characters" in none.stderr


def test_one_tune_can_be_evaluated_but_not_training_tunes_alone(
    folk: Folk, trained: TrainedRun, tmp_path: Path
) -> None:
    (tmp_path / "one.abc").write_text(trained.corpus.held_out[0])
    done = folk("evaluate", trained.run.best, "one.abc", "--tunes", 1, "--json", "--out", "one.html")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["likelihood"]["tunes"]) == 1
    assert "#2f7d4f" in (tmp_path / "one.html").read_text()  # not the colour of held-out tunes
    (tmp_path / "learned.abc").write_text("".join(trained.corpus.training[:3]))
    none = folk("evaluate", trained.run.best, "learned.abc", "--tunes", 1)
    assert (none.returncode, none.stdout, none.stderr.count("\n")) == (1, "", 1), none.stderr
    assert "was trained on all of these tunes" in none.stderr
    last = folk("evaluate", trained.run.best, "--last")
    assert (last.returncode, last.stderr.count("\n")) == (2, 1), last.stderr


def test_missing_values_are_null_in_json_and_odd_names_are_drawn(trained: TrainedRun) -> None:
    rows = [
        EvaluationInterval(100, 1.7, 2.0, 0.005, 1.0),
        EvaluationInterval(200, 1.0, 2.1, 0.005, 1.0),
        EvaluationInterval(300, 0.8, 2.3, 0.005, 1.0),
    ]
    found = evaluate(open_model(trained.run.best), trained.corpus, evaluation_intervals=rows, count=1)
    assert found.likelihood.memorised_from == 200
    assert "the run had MEMORISED its tunes at step 200:" in report(found, "model")
    nothing = replace(found.novelty.generated, new_passages=float("nan"))
    odd = {**found.style, "key": Style(0.0, 0.0, {"$\\x$": 1.0}, {"$\\x$": 1.0})}
    found = replace(found, novelty=replace(found.novelty, generated=nothing), style=odd)
    values = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert values["novelty"]["generated"]["new_passages"] is None
    assert values["form"]["told_apart"]["generated"] is None
    assert re.search(r"area under the ROC curve +- +-\n", report(found, "model"))
    assert b"<svg" in picture(found, "html", report(found, "model"))


def test_folk_likelihood_measures_each_tune(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    tunes = list(trained.corpus.held_out[:3])
    (tmp_path / "tunes.abc").write_text("".join(tunes) + "X:9\nT:Kůň\nK:C\nCDE|]\n")
    done = folk("likelihood", "tunes.abc", "--model", trained.run.best, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    expected = [float(bits.mean()) for bits in Likelihood(open_model(trained.run.best), tunes).bits()]
    assert [row["all"] for row in rows] == [*(pytest.approx(value, rel=1e-5) for value in expected), None]
    assert "left out, since they have characters that the model does not know: 1 of 4 tunes" in done.stderr
    table = folk("likelihood", "tunes.abc", "--model", trained.run.best)
    assert f"{expected[0]:6.3f}" in table.stdout
