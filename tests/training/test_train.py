"""Real trainings: their figures, their files, and that a stop and a resume change no result."""

import csv
import json
import math
import os
import re
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from support.models import rewritten
from support.terminal import FOLK, Folk, Terminal
from support.trained import QUICK, SMALL, TrainedRun

from folkkeras.config import BFLOAT16, FLOAT32, TrainingConfig
from folkkeras.corpus.corpus import Corpus, sample_of
from folkkeras.errors import RunError, TrainingError
from folkkeras.model.likelihood import Likelihood
from folkkeras.model.reader import read_metadata
from folkkeras.model.saving import open_model
from folkkeras.runs.folder import create_run, open_run
from folkkeras.runs.metrics import EvaluationInterval
from folkkeras.runs.run import Run
from folkkeras.training.checkpoints import Checkpoints
from folkkeras.training.listener import Listener
from folkkeras.training.optimizer import learning_rate_of
from folkkeras.training.train import compiled_model, train
from folkkeras.vocabulary import Vocabulary

OPTIONS = ["--embedding", "12", "--units", "24", "--batch-size", "8", "--seq-length", "40", "--features", "none"]


def weights(path: Path) -> list[np.ndarray]:
    return open_model(path).get_weights()


def same(first: Path, second: Path) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(weights(first), weights(second), strict=True))


def trained_for(steps: int, corpus: Corpus, factory: pytest.TempPathFactory, **options: int) -> Run:
    """A run of that many steps, which tests copy."""
    config = TrainingConfig(steps=steps, schedule="constant", precision=FLOAT32, **QUICK, **options)
    run = create_run(factory.mktemp("runs"), "a", corpus, config)
    train(run, corpus)
    return run


@pytest.fixture(scope="module")
def hundred(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained_for(100, corpus, tmp_path_factory, keep=1)


@pytest.fixture(scope="module")
def three_hundred(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained_for(300, corpus, tmp_path_factory)


@pytest.fixture(scope="module")
def raised(corpus: Corpus, hundred: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of a hundred steps, raised to three hundred."""
    run = copied(hundred, tmp_path_factory.mktemp("raised")).with_steps(300)
    train(run, corpus)
    return run


def copied(run: Run, runs: Path) -> Run:
    shutil.copytree(run.folder, runs / run.name)
    return open_run(runs, run.name)


class Heard(Listener):
    def __init__(self) -> None:
        self.steps: list[int] = []
        self.evaluation_intervals: list[EvaluationInterval] = []
        self.faults: list[str] = []

    def on_damaged(self, fault: str) -> None:
        self.faults.append(fault)

    def on_step(self, step: int, loss: float) -> None:
        self.steps.append(step)

    def on_evaluation_interval(self, interval: EvaluationInterval) -> None:
        self.evaluation_intervals.append(interval)


def test_a_training_learns_and_writes_its_files(trained: TrainedRun) -> None:
    run = trained.run
    rows = run.evaluation_intervals()
    assert [row.step for row in rows] == [100, 200, 300]
    assert rows[-1].validation_bits < rows[0].validation_bits < 6
    assert [path.name for path in run.checkpoints()] == [f"step-{n:06d}.keras" for n in (100, 200, 300)]
    assert {re.sub(r"^(events\.out).*", r"\1", path.name) for path in run.folder.iterdir()} == {
        "config.json", "metrics.csv", "result.json", "checkpoints", "best.keras", "last.keras", "events.out", ".lock",
    }  # fmt: skip
    with (run.folder / "metrics.csv").open() as file:
        assert next(csv.reader(file)) == [
            "step",
            "training_bits",
            "validation_bits",
            "learning_rate",
            "characters_per_second",
        ]
    assert run.best.stat().st_size < run.checkpoints()[-1].stat().st_size / 2


def test_the_recorded_figures_are_those_of_the_saved_models(trained: TrainedRun) -> None:
    best = open_model(trained.run.best)
    sample = sample_of(trained.corpus.held_out, 16_000)
    assert Likelihood(best, sample).bits_per_character() == pytest.approx(best.metadata["validation_bits"], rel=1e-5)
    result = trained.run.result()
    assert result is not None
    assert Likelihood(best, trained.corpus.held_out).bits_per_character() == pytest.approx(result["validation_bits"])
    assert best.metadata["raw"] is False
    assert best.metadata["options"]["steps"] == 300


@pytest.mark.parametrize(("precision", "stops"), [(FLOAT32, (37, 120)), (BFLOAT16, (100,))])
def test_stopping_and_resuming_gives_the_same_weights_and_figures(
    corpus: Corpus, tmp_path: Path, precision: str, stops: tuple[int, ...]
) -> None:
    options = {**SMALL, "features": "time,match", "dropout": 0.2, "layers": 2}
    config = TrainingConfig(steps=150, precision=precision, **options)
    through = create_run(tmp_path, "through", corpus, config)
    train(through, corpus)
    stopped = create_run(tmp_path, "stopped", corpus, config)
    heard = Heard()
    for limit in stops:
        result = train(stopped, corpus, listener=heard, stop=lambda limit=limit: heard.steps[-1] >= limit)
        assert (result.ended, result.step) == ("stopped", limit)
        assert stopped.checkpoint(limit).exists()
    assert train(stopped, corpus, listener=heard).ended == "steps"
    assert heard.steps == list(range(1, 151))
    assert same(through.last, stopped.last)
    assert same(through.best, stopped.best)
    figures = [
        [(row.step, row.training_bits, row.validation_bits) for row in run.evaluation_intervals()]
        for run in (through, stopped)
    ]
    assert figures[0] == figures[1]


def test_raising_the_steps_equals_asking_for_them_at_first(raised: Run, three_hundred: Run) -> None:
    assert same(three_hundred.last, raised.last)
    assert open_run(raised.folder.parent, raised.name).config.steps == 300


def test_a_run_that_has_ended_says_how_to_raise_its_steps(corpus: Corpus, hundred: Run) -> None:
    with pytest.raises(RunError, match="--steps 200"):
        train(hundred, corpus)


def test_checkpoints_beyond_the_number_to_keep_are_deleted(raised: Run, three_hundred: Run) -> None:
    assert raised.checkpoints() == [raised.checkpoint(300)]
    assert len(three_hundred.checkpoints()) == 3


def test_training_ends_when_the_validation_bits_no_longer_fall(corpus: Corpus, tmp_path: Path) -> None:
    config = TrainingConfig(steps=3_000, patience=1, learning_rate=0.2, **QUICK)
    run = create_run(tmp_path, None, corpus, config)
    result = train(run, corpus)
    assert result.ended == "patience"
    assert result.step < 3_000
    rows = run.evaluation_intervals()
    assert result.best_step == min(rows, key=lambda row: row.validation_bits).step == rows[-2].step
    assert read_metadata(run.best)["step"] == result.best_step
    with pytest.raises(RunError, match="has ended"):
        train(run, corpus)


def test_the_error_for_a_loss_that_is_not_finite_names_a_checkpoint(corpus: Corpus, tmp_path: Path) -> None:
    config = TrainingConfig(steps=200, **QUICK)
    run = create_run(tmp_path, None, corpus, config)
    heard = Heard()
    train(run, corpus, listener=heard, stop=lambda: heard.steps[-1] >= 100)
    # A learning rate at which float32 overflows; a user cannot reach this state with options.
    reckless = create_run(tmp_path, None, corpus, TrainingConfig(steps=200, learning_rate=1e38, **QUICK))
    model = compiled_model(Vocabulary.from_text(corpus.training_text, corpus.held_out_text), config)
    progress = Checkpoints(run, {"options": config.to_json()}).restore(model)
    Checkpoints(reckless, {"options": reckless.config.to_json()}).save(model, progress)
    with pytest.raises(TrainingError, match=r"not finite at step 10\d: the last good checkpoint is .*step-000100"):
        train(reckless, corpus)
    assert reckless.checkpoints() == [reckless.checkpoint(100)]


def test_a_corpus_other_than_that_of_the_run_is_refused(trained: TrainedRun, tmp_path: Path) -> None:
    from folkkeras.corpus.corpus import split_corpus

    other = split_corpus([*trained.corpus.training[1:], *trained.corpus.held_out])
    with pytest.raises(RunError, match="has changed"):
        train(trained.run, other)


def test_a_run_with_a_manually_changed_config_is_not_resumed(corpus: Corpus, tmp_path: Path) -> None:
    config = TrainingConfig(steps=2, **QUICK)
    run = create_run(tmp_path, "a", corpus, config)
    train(run, corpus)
    path = run.with_steps(3).folder / "config.json"
    path.write_text(path.read_text().replace('"batch_size": 8', '"batch_size": 9'))
    with pytest.raises(RunError, match="a different batch_size from its checkpoint"):
        train(open_run(tmp_path, "a"), corpus)


def test_a_run_older_than_the_precision_has_float32() -> None:
    older = TrainingConfig(precision=FLOAT32).to_json()
    del older["precision"]
    assert TrainingConfig.from_json(older).precision == FLOAT32


def test_the_precision_is_bfloat16_where_the_processor_has_instructions_for_it() -> None:
    processor = Path("/proc/cpuinfo")
    has = processor.exists() and re.search(r"\b(amx_bf16|avx512_bf16)\b", processor.read_text())
    assert TrainingConfig().precision == (BFLOAT16 if has else FLOAT32)


@pytest.mark.parametrize("newer", ["transpose", "precision"])
def test_a_checkpoint_older_than_an_option_is_resumed(corpus: Corpus, hundred: Run, tmp_path: Path, newer: str) -> None:
    run = copied(hundred, tmp_path)
    checkpoint, config = run.checkpoint(100), run.with_steps(120).folder / "config.json"
    rewritten(checkpoint.read_bytes(), checkpoint, lambda saved: saved["config"]["metadata"]["options"].pop(newer))
    older = json.loads(config.read_text())
    del older["options"][newer]
    config.write_text(json.dumps(older))
    heard = Heard()
    assert train(open_run(tmp_path, "a"), corpus, listener=heard).step == 120
    assert (heard.steps[0], heard.faults) == (101, [])


def test_damaged_checkpoints_are_reported_and_an_older_one_is_used(
    corpus: Corpus, three_hundred: Run, tmp_path: Path
) -> None:
    run = copied(three_hundred, tmp_path)
    through = weights(run.last)
    run.checkpoint(300).write_bytes(run.checkpoint(300).read_bytes()[:-2_000])
    shutil.copy(run.best, run.checkpoint(200))  # a model without the state that training needs
    (run.folder / "result.json").unlink()
    heard = Heard()
    train(run, corpus, listener=heard)
    for path, fault in zip((run.checkpoint(300), run.checkpoint(200)), heard.faults, strict=True):
        assert str(path) in fault
    assert heard.steps[0] == 101
    assert all(np.array_equal(a, b) for a, b in zip(through, weights(run.last), strict=True))


def test_a_run_without_an_intact_checkpoint_is_refused(corpus: Corpus, hundred: Run, tmp_path: Path) -> None:
    run = copied(hundred, tmp_path)
    run.checkpoint(100).write_bytes(b"")
    with pytest.raises(RunError, match=r"step-000100\.keras is not a readable .*: train a new run"):
        train(run.with_steps(200), corpus)


def test_the_cosine_schedule_warms_up_and_falls_to_zero() -> None:
    rate = learning_rate_of(TrainingConfig(steps=1_000, learning_rate=0.01))
    assert rate(0) == pytest.approx(1e-4, rel=0.01)
    assert rate(100) == pytest.approx(0.01)
    assert rate(550) == pytest.approx(0.005)
    assert rate(999) < 1e-6
    assert learning_rate_of(TrainingConfig(schedule="constant", learning_rate=0.3))(4_000) == 0.3


@pytest.mark.parametrize(
    ("number", "code", "when"),
    [
        (signal.SIGINT, 130, "checkpoints/step-000100.keras"),
        (signal.SIGTERM, 143, "checkpoints/step-000100.keras"),
        (signal.SIGINT, 130, "config.json"),
    ],
)
def test_a_signal_saves_a_checkpoint_and_says_how_to_continue(
    number: int, code: int, when: str, tune_file: Path, terminal: Terminal, tmp_path: Path
) -> None:
    words = ["train", str(tune_file), "--steps", "100000", "--patience", "0", "--name", "a", *OPTIONS]
    ready = tmp_path / "runs" / "a" / when
    if when == "config.json":  # TensorFlow is still to be imported
        process = Terminal(forks=False).start(*words, cwd=tmp_path)
    else:
        process = terminal.start(*words, cwd=tmp_path)
    while not ready.exists() and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    step = int(re.search(r"stopped at step (\d+), saved; continue with `folk resume a`", errors)[1])
    assert open_run(tmp_path / "runs", "a").checkpoints()[-1].name == f"step-{step:06d}.keras"
    assert "Traceback" not in errors
    assert "TensorFlow" not in errors


def test_a_run_that_is_being_trained_cannot_be_resumed(
    tune_file: Path, folk: Folk, terminal: Terminal, tmp_path: Path
) -> None:
    words = ["train", str(tune_file), "--steps", "100000", "--patience", "0", "--name", "a", *OPTIONS]
    process = terminal.start(*words, cwd=tmp_path)
    try:
        while not (tmp_path / "runs" / "a" / "checkpoints" / "step-000100.keras").exists() and process.poll() is None:
            time.sleep(0.02)
        for extra in ([], ["--steps", "200000"]):
            done = folk("resume", *extra)
            assert done.returncode == 1
            assert re.fullmatch("error: run a is being trained by another process.*\n", done.stderr)
        assert open_run(tmp_path / "runs", "a").config.steps == 100_000
    finally:
        process.kill()
        process.wait()
    assert folk("resume", "--steps", "10").returncode == 2  # the lock ended with the process


def test_a_full_disk_is_reported_and_leaves_saved_files_intact(hundred: Run, folk: Folk, tmp_path: Path) -> None:
    copied(hundred, tmp_path / "runs")
    before = (tmp_path / "runs" / "a" / "best.keras").read_bytes()

    def no_more_than_20_kb() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    # XLA's cache would fail first, and Python keeps a module's bytecode even if it could write only its beginning.
    no_caches = {"TF_XLA_FLAGS": "", "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **no_caches}
    done = subprocess.run(
        [FOLK, "resume", "a", "--steps", "200"],
        cwd=tmp_path, capture_output=True, text=True, preexec_fn=no_more_than_20_kb, timeout=120,
        env=environment,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "error: cannot write" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert (tmp_path / "runs" / "a" / "best.keras").read_bytes() == before
    assert [path.name for path in (tmp_path / "runs" / "a" / "checkpoints").iterdir()] == ["step-000100.keras"]
    assert folk("resume", "a").returncode == 0


def test_a_training_that_diverges_is_stopped_and_reported(folk: Folk, tune_file: Path) -> None:
    done = folk("train", tune_file, "--learning-rate", 1e9, "--steps", 100, *OPTIONS)
    assert done.returncode == 1
    assert "the training diverges, with " in done.stderr
    assert "train a new run with a smaller --learning-rate" in done.stderr
    assert "Traceback" not in done.stderr


def test_callbacks_of_keras_get_the_figures_and_can_stop(corpus: Corpus, tmp_path: Path) -> None:
    seen = []

    class Track(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            seen.append(dict(logs or {}))
            self.model.stop_training = True

    run = create_run(tmp_path, "a", corpus, TrainingConfig(steps=300, **QUICK))
    result = train(run, corpus, callbacks=[Track()])
    (interval,) = run.evaluation_intervals()
    (logs,) = seen
    assert (result.step, result.ended) == (100, "stopped")
    assert logs["val_bits"] == pytest.approx(interval.validation_bits, abs=1e-4)
    assert logs["bits"] == pytest.approx(interval.training_bits, abs=1e-4)
    assert logs["val_loss"] == pytest.approx(logs["val_bits"] * math.log(2))
    assert run.checkpoint(100).exists()
