"""Real sweeps: stopped, killed and continued, they end like one that never stopped."""

import re
import signal
import subprocess
from pathlib import Path

import pytest
from support.dashboard import ask, tensorboard_of, wait_for
from support.fault_injection import same
from support.terminal import Folk, Terminal, fails
from support.trained import QUICK

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.errors import CorpusError, RunError, UsageError
from folkkeras.runs.folder import create_run, open_run
from folkkeras.sweeps.definition import Sweep
from folkkeras.sweeps.record import begin_sweep, open_sweep
from folkkeras.sweeps.sweep import sweep
from folkkeras.sweeps.trial import ranked
from folkkeras.training.tensorboard.log import FINAL

CONFIG = TrainingConfig(steps=120, **QUICK)
RATES = Sweep({"learning_rate": [0.01, 0.02]})
OPTIONS = [
    *("--steps", "120", "--embedding", "12", "--units", "24", "--feature-embedding", "16", "--batch-size", "8"),
    *("--seq-length", "40", "--features", "time"),
]
FILE = "[options]\nlearning-rate = [0.01, 0.02]\n"


@pytest.fixture(scope="module")
def through(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the runs of a sweep that was never stopped."""
    runs = tmp_path_factory.mktemp("through")
    assert all(trial.done for trial in sweep(runs, "rates", corpus, RATES, CONFIG))
    return runs


def test_each_trial_is_a_run_and_the_best_comes_first(through: Path, folk: Folk) -> None:
    trials = open_sweep(through, "rates").trials()
    assert [trial.name for trial in trials] == ["rates-01", "rates-02"]
    assert [trial.run.config.learning_rate for trial in trials if trial.run] == [0.01, 0.02]
    best, other = ranked(trials)
    assert best.validation_bits < other.validation_bits
    table = folk("runs", "--runs", through, "compare", "rates").stdout.splitlines()
    assert table[0].split() == ["run", "learning-rate", "best", "step", "validation", "bits", "parameters", "minutes"]
    assert table[1].split()[:4] == [
        best.name,
        f"{best.options['learning_rate']:g}",
        "120",
        f"{best.validation_bits:.3f}",
    ]
    assert table[2].startswith(other.name)
    fails(folk("runs", "--runs", through, "compare", "rates-01"), 2, "name another one to compare it with")
    fails(folk("sample", "rates", "--runs", through), 1, "rates is a sweep: name one of its runs")
    assert len(folk("runs", "--runs", through).stdout.splitlines()) == 3


def test_hparams_shows_the_swept_option_with_the_final_bits(through: Path) -> None:
    path = "data/plugin/hparams/session_groups"
    question = {
        "experimentName": "", "startIndex": 0, "sliceSize": 10, "colParams": [],
        "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
    }  # fmt: skip

    def metrics(group: dict) -> dict[str, float]:
        return {each["name"]["tag"]: each["value"] for each in group["metricValues"]}

    def complete(answer: dict) -> bool:
        return [FINAL in metrics(group) for group in answer.get("sessionGroups", ())] == [True, True]

    with tensorboard_of(through) as address:
        groups = wait_for(address, path, complete, question)["sessionGroups"]
        assert ask(address, "data/plugin/hparams/experiment", {})
    found = {group["hparams"]["learning_rate"]: metrics(group)[FINAL] for group in groups}
    trials = open_sweep(through, "rates").trials()
    assert found == {trial.options["learning_rate"]: pytest.approx(trial.validation_bits, rel=1e-6) for trial in trials}


def test_a_stopped_and_killed_sweep_ends_like_one_that_never_stopped(
    through: Path, tune_file: Path, folk: Folk, terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "rates.toml").write_text(FILE)
    words = ["train", str(tune_file), *OPTIONS, "--sweep", "rates.toml"]
    # The process signals itself at a step: a signal from here might come after the run's end.
    at_step = (
        "import os, signal, sys\n"
        "from folkkeras.training.callbacks import Steps\n"
        "ended, run, step, number = Steps.on_train_batch_end, sys.argv[1], int(sys.argv[2]), int(sys.argv[3])\n"
        "def signalled(self, batch, logs=None):\n"
        "    ended(self, batch, logs)\n"
        "    if (self.run.name, self.state.step) == (run, step): os.kill(os.getpid(), number)\n"
        "Steps.on_train_batch_end = signalled\n"
        "sys.argv[1:] = sys.argv[4:]\n"
        "from folkkeras_cli.main import main\nmain()\n"
    )

    def interrupted(run: str, step: int, number: int) -> subprocess.CompletedProcess[str]:
        process = terminal.start("-c", at_step, run, step, int(number), *words, cwd=tmp_path)
        out, error = process.communicate(timeout=300)
        return subprocess.CompletedProcess(words, process.returncode, out, error)

    stopped = interrupted("rates-01", 60, signal.SIGINT)
    assert stopped.returncode == 130, stopped.stderr
    assert re.search(r"stopped in trial 1 at step 6[01], saved; continue with the same command", stopped.stderr)
    assert stopped.stdout == ""
    killed = interrupted("rates-02", 110, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL
    assert re.search(r"continuing from step 6[01]", killed.stderr)
    done = folk(*words)
    assert done.returncode == 0, done.stderr
    assert "1 of 2 trials are done" in done.stderr
    assert "continuing from step 100" in done.stderr
    assert "trial 1 of 2" not in done.stderr
    for name in ("rates-01", "rates-02"):
        for file in ("last.keras", "best.keras", "checkpoints/step-000120.keras"):
            assert same(through / name / file, tmp_path / "runs" / name / file)
        results = [open_run(runs, name).result() for runs in (through, tmp_path / "runs")]
        assert results[0] == results[1]


def test_a_sweep_that_has_ended_prints_its_table_again_and_a_changed_one_is_refused(
    through: Path, tune_file: Path, folk: Folk, tmp_path: Path
) -> None:
    file = tmp_path / "rates.toml"
    words = ["train", tune_file, "--runs", through, "--sweep", "rates.toml"]
    for text, options, said in (
        (FILE.replace("0.02", "0.03"), OPTIONS, "learning-rate was [0.01, 0.02], and is now [0.01, 0.03]"),
        (f"{FILE}dropout = [0.1]\n", OPTIONS, "dropout was not in it, and is now [0.1]"),
        (FILE, [*OPTIONS, "--layers", 2], "sweep rates already exists, with --layers 1, not 2"),
        (FILE, [*OPTIONS, "--validation-split", 0.3], "sweep rates already exists, with another corpus"),
    ):
        file.write_text(text)
        fails(folk(*words, *options), 1, said)
    fails(folk(*words, *OPTIONS, "--learning-rate", 0.1), 2, "--learning-rate is given, and rates.toml varies it")
    fails(folk(*words, "--strategy", "mirrored"), 2, "--sweep and --strategy cannot be combined")
    file.write_text("[options]\n")
    fails(folk(*words, *OPTIONS), 2, "rates.toml, line 1: the sweep names no option")


def test_a_trial_that_fails_is_reported_and_the_others_are_trained(
    corpus: Corpus, tune_file: Path, folk: Folk, tmp_path: Path
) -> None:
    (tmp_path / "rates.toml").write_text("[options]\nlearning-rate = [1e9, 0.01]\n")
    done = folk("train", tune_file, *OPTIONS, "--sweep", "rates.toml", "--steps", 10, "--name", "mine")
    assert done.returncode == 3
    assert "trial 1 failed: the training diverges" in done.stderr
    assert "1 of 2 trials failed" in done.stderr
    assert "`folk sample mine-02`" in done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["run", "mine-02", "mine-01"]
    assert "failed" in done.stdout.splitlines()[2]
    assert "diverges" in open_sweep(tmp_path / "runs", "mine").trial(1).fault


def test_all_is_checked_before_the_first_training(corpus: Corpus, tmp_path: Path) -> None:
    def refused(kind: type[Exception], said: str, options: dict, config: TrainingConfig = CONFIG) -> None:
        with pytest.raises(kind, match=said):
            sweep(tmp_path / "runs", "a", corpus, Sweep(options), config)
        assert not (tmp_path / "runs" / "a").exists()

    refused(CorpusError, "trial 2, seq-length=60000: the training tunes have", {"seq_length": [40, 60_000]})
    raw = TrainingConfig(raw=True, **QUICK)
    refused(UsageError, "trial 1, transpose=true: --transpose needs tunes", {"transpose": [True, False]}, raw)
    create_run(tmp_path / "runs", "a-02", corpus, CONFIG)
    refused(RunError, "run a-02 already exists: choose another --name", {"units": [3, 4]})


def test_a_run_whose_steps_were_raised_and_a_second_process_are_refused(corpus: Corpus, tmp_path: Path) -> None:
    record = begin_sweep(tmp_path, "a", corpus, RATES, CONFIG)
    (tmp_path / "a-01" / "checkpoints").mkdir(parents=True)  # as a kill while the run was being created leaves it
    record.run_of(1, corpus, None, None).with_steps(500)
    with pytest.raises(RunError, match="run a-01 already exists, with --steps 500, not 120"):
        begin_sweep(tmp_path, "a", corpus, RATES, CONFIG)
    again = sweep(tmp_path, "b", corpus, RATES, CONFIG)
    with (
        open_sweep(tmp_path, "b").sole_writer(),
        pytest.raises(RunError, match="sweep b is being trained by another process"),
    ):
        next(again)
