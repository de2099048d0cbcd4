"""A run's folder: its config, and the errors for runs that are damaged or of another version."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.models import rewritten
from support.terminal import Folk
from support.trained import TrainedRun

from folkkeras.config import TrainingConfig
from folkkeras.errors import ModelFileError, RunError
from folkkeras.model.reader import read_exported
from folkkeras.runs.choice import better_model
from folkkeras.runs.folder import all_runs, create_run, open_run
from folkkeras.runs.metrics import EvaluationInterval, write_metrics


def test_no_secret_from_the_environment_is_saved_in_a_run(
    trained: TrainedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = ("TF_VAR_db_password", "TF_TOKEN_app_terraform_io", "KERAS_API_KEY", "XLA_SECRET", "OMP_PASSWORD")
    for name in secrets:
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    run = create_run(str(tmp_path), "mine", trained.corpus, TrainingConfig())
    text = (run.folder / "config.json").read_text()
    assert "hunter2" not in text
    assert open_run(str(tmp_path), "mine").flags["OMP_NUM_THREADS"] == "2"


def test_a_run_that_cannot_be_created_leaves_nothing(trained: TrainedRun, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        create_run(tmp_path, "mine", trained.corpus, TrainingConfig(), text="X:1\n", base=tmp_path / "gone.keras")
    assert list(tmp_path.iterdir()) == []


def test_a_link_without_a_target_in_a_run_is_passed_over(folk: Folk, trained: TrainedRun, tmp_path: Path) -> None:
    run = create_run(tmp_path, "mine", trained.corpus, TrainingConfig())
    (run.folder / "link").symlink_to("gone")
    assert run.changed() > 0
    assert run.size() > 0
    assert "mine" in folk("runs", "--runs", tmp_path).stdout


@pytest.mark.parametrize(("found", "words"), [(99, "by a newer folkkeras, in file format 99"), (None, "by an older")])
def test_errors_name_the_version_that_wrote_a_run_or_a_model(
    trained: TrainedRun, tmp_path: Path, found: int | None, words: str
) -> None:
    create_run(tmp_path, "mine", trained.corpus, TrainingConfig())
    config = tmp_path / "mine" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "format": found, "new": 1}))
    with pytest.raises(RunError, match=f"run mine was written {words}"):
        open_run(tmp_path, "mine")
    unreadable: list[Exception] = []
    assert all_runs(tmp_path, unreadable.append) == []
    assert words in str(unreadable[0])
    model = rewritten(
        trained.run.best.read_bytes(), tmp_path / "m.keras", lambda saved: saved["config"].update(format=found)
    )
    with pytest.raises(ModelFileError, match=words):
        read_exported(model)


def test_the_model_of_a_damaged_run_is_used_and_the_fault_reported(
    folk: Folk, trained: TrainedRun, tmp_path: Path
) -> None:
    folder = tmp_path / "runs" / "small"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{")
    (folder / "best.keras").write_bytes(trained.run.best.read_bytes())
    done = folk("sample", "small", "--seed", 1, "--length", 20)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("using the model only: cannot read ")
    listed = folk("runs")
    assert "skipped: cannot read " in listed.stderr
    (folder / "best.keras").unlink()
    assert folk("sample", "small").returncode == 1


def test_a_clearly_better_model_is_suggested(trained: TrainedRun, tmp_path: Path) -> None:
    corpus = replace(trained.corpus, sources=("ryans",))
    runs = []
    for name, bits in (("poor", 2.5), ("good", 1.1)):
        run = create_run(tmp_path, name, corpus, TrainingConfig())
        write_metrics(run.metrics, [EvaluationInterval(100, bits, bits, 0.1, 1.0)])
        run.best.write_bytes(b"")
        runs.append(run)
    assert better_model(runs[0], 2.5, runs[:1]).name == "celtic"
    assert better_model(runs[0], 2.5, runs) == ("good", 1.1)
    assert better_model(runs[1], 1.1, runs) is None
    own = [replace(run, corpus=("mine.abc",)) for run in runs]
    assert better_model(own[0], 2.5, own[:1]) is None  # celtic's bits are for other tunes
