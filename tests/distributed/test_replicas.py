"""Several devices or processes take the same steps as one device, one process writes, and if one ends, all end."""

import json
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from support.clusters import addresses_for, config
from support.terminal import Folk, Terminal
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

from folkkeras.corpus.corpus import Corpus
from folkkeras.model.likelihood import Likelihood
from folkkeras.model.saving import open_model
from folkkeras.runs.folder import open_run

OPTIONS = [
    *("--embedding", "16", "--units", "32", "--layers", "2", "--batch-size", "12", "--seq-length", "40"),
    *("--features", "time,match"),
    *("--dropout", "0.2", "--weight-drop", "0.2", "--precision", "float32"),
]
CONSTANT = ["--schedule", "constant"]  # so that a short run takes the first steps of a longer one
TWO_DEVICES = """
import sys
from pathlib import Path
import tensorflow as tf
from folkkeras.config import TrainingConfig
from folkkeras.corpus.load import read_corpus
from folkkeras.distributed.replicas import Replicas
from folkkeras.runs.folder import create_run
from folkkeras.training.train import train

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
corpus = read_corpus([sys.argv[1]])
config = TrainingConfig(
    embedding=16, units=32, layers=2, batch_size=12, seq_length=40, dropout=0.2, weight_drop=0.2,
    features="time,match", steps=int(sys.argv[3]), precision=sys.argv[4], schedule=sys.argv[5],
)
run = create_run(Path(sys.argv[2]), "two", corpus, config)
train(run, corpus, replicas=Replicas(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])))
"""


def losses(run: Path) -> np.ndarray:
    """Each step's loss, from the run's TensorBoard log, (steps,)."""
    events = EventAccumulator(str(run), size_guidance={"tensors": 0}).Reload().Tensors("loss")
    by_step = {event.step: float(tensor_util.make_ndarray(event.tensor_proto)) for event in events}
    assert sorted(by_step) == list(range(1, len(by_step) + 1))
    return np.array([by_step[step] for step in sorted(by_step)])


@pytest.fixture(scope="session")
def alone(tune_file: Path, terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 300 steps on one device."""
    folder = tmp_path_factory.mktemp("alone")
    process = terminal.start("train", tune_file, "--name", "one", "--steps", 300, *CONSTANT, *OPTIONS, cwd=folder)
    assert process.wait(200) == 0
    return folder / "runs" / "one"


class Workers:
    """Processes of `folk train --strategy multi-worker`, each in its own folder."""

    def __init__(self, terminal: Terminal, folder: Path, count: int, *words: object) -> None:
        addresses = addresses_for(count)
        self.folders = [folder / str(index) for index in range(count)]
        self.processes = []
        for index, place in enumerate(self.folders):
            place.mkdir(exist_ok=True)
            task = config({"worker": addresses}, {"type": "worker", "index": index})
            command = ["train", *words, "--strategy", "multi-worker", "--name", "many", *OPTIONS]
            self.processes.append(terminal.start(*command, cwd=place, env={"TF_CONFIG": task}))

    @property
    def run(self) -> Path:
        """The run's folder, which only worker 0 has."""
        return self.folders[0] / "runs" / "many"

    def ends(self) -> list[tuple[int, str]]:
        """The exit code and the messages of each worker."""
        told = [process.communicate(timeout=200)[1] for process in self.processes]
        return [(process.returncode, text) for process, text in zip(self.processes, told, strict=True)]


def until(path: Path) -> None:
    for _ in range(1_200):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} does not come")


def test_two_devices_take_the_same_steps_as_one(
    alone: Path, tune_file: Path, terminal: Terminal, tmp_path: Path
) -> None:
    two = terminal.start("-c", TWO_DEVICES, tune_file, tmp_path, 100, "float32", "constant", cwd=tmp_path)
    assert two.wait(200) == 0
    assert losses(tmp_path / "two") == pytest.approx(losses(alone)[:100], rel=1e-4)


def test_in_bfloat16_two_devices_take_the_same_steps_up_to_the_rounding(
    tune_file: Path, terminal: Terminal, tmp_path: Path
) -> None:
    command = ["train", tune_file, "--name", "one", "--steps", 50, *OPTIONS, "--precision", "bfloat16"]
    one = terminal.start(*command, cwd=tmp_path)
    two = terminal.start("-c", TWO_DEVICES, tune_file, tmp_path, 50, "bfloat16", "cosine", cwd=tmp_path)
    assert (one.wait(200), two.wait(200)) == (0, 0)
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "runs" / "one"), rel=0.02)


def test_workers_take_the_same_steps_as_one_and_only_the_chief_writes(
    alone: Path, corpus: Corpus, tune_file: Path, terminal: Terminal, tmp_path: Path
) -> None:
    workers = Workers(terminal, tmp_path, 3, tune_file, "--steps", 100, *CONSTANT)
    for index, (code, told) in enumerate(workers.ends()):
        assert code == 0, told
        assert ("best model" if index == 0 else "done at step 100: worker 0 has the run's files") in told
    assert losses(workers.run) == pytest.approx(losses(alone)[:100], rel=1e-4)
    assert [list(folder.iterdir()) for folder in workers.folders[1:]] == [[], []]
    run = open_run(workers.run.parent, "many")
    (interval,) = run.evaluation_intervals()
    first = open_run(alone.parent, "one").evaluation_intervals()[0]
    assert interval.validation_bits == pytest.approx(first.validation_bits, rel=1e-4)
    bits = Likelihood(open_model(run.best), corpus.held_out).bits_per_character()
    assert json.loads((workers.run / "result.json").read_text())["validation_bits"] == pytest.approx(bits, rel=1e-4)


def test_a_killed_worker_ends_all_and_the_same_command_continues(
    alone: Path, folk: Folk, tune_file: Path, terminal: Terminal, tmp_path: Path
) -> None:
    words = tune_file, "--steps", 300, *CONSTANT
    workers = Workers(terminal, tmp_path, 2, *words)
    until(workers.run / "checkpoints" / "step-000100.keras")
    workers.processes[0].send_signal(signal.SIGKILL)
    (killed, _), (code, told) = workers.ends()
    assert (code, killed) == (1, -signal.SIGKILL)
    assert told.splitlines()[-1].startswith("error: another worker has stopped")
    assert "Traceback" not in told

    again = Workers(terminal, tmp_path, 2, *words)
    until(workers.run / "checkpoints" / "step-000200.keras")
    again.processes[1].send_signal(signal.SIGTERM)  # stops all workers cleanly
    (code, told), (asked, told_by_the_other) = again.ends()
    assert (code, asked) == (143, 143)
    assert "stopped at step" in told_by_the_other
    assert "continuing from step" in told
    assert "saved; continue with" in told

    done = folk("resume", "many", "--runs", workers.run.parent)  # one process can finish what several began
    assert done.returncode == 0, done.stderr
    assert losses(workers.run) == pytest.approx(losses(alone), rel=1e-3)


def test_workers_with_different_options_stop_and_report_the_difference(
    tune_file: Path, terminal: Terminal, tmp_path: Path
) -> None:
    addresses = addresses_for(2)
    told = []
    processes = [
        terminal.start(
            *("train", tune_file, "--strategy", "multi-worker", "--name", "x", "--seed", index),
            cwd=tmp_path,
            env={"TF_CONFIG": config({"worker": addresses}, {"type": "worker", "index": index})},
        )
        for index in range(2)
    ]
    for process in processes:
        told.append(process.communicate(timeout=100)[1].splitlines()[-1])
        assert process.returncode == 1
    assert told[0] == told[1]
    assert "worker 1 has the --seed 1 where worker 0 has 0" in told[0]
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--strategy", "mirrored"], "but TensorFlow sees 0 here"),
        (["--strategy", "many"], "not one of mirrored, multi-worker"),
        (["--strategy", "multi-worker"], "needs --name"),
        (["--strategy", "multi-worker", "--name", "x", "--from", "celtic"], "cannot be combined"),
        (["--strategy", "multi-worker", "--name", "x", "--batch-size", "31"], "cannot be split evenly among 2"),
    ],
)
def test_an_impossible_strategy_is_reported(folk: Folk, tune_file: Path, words: list[str], fault: str) -> None:
    done = folk("train", tune_file, *words, env={"TF_CONFIG": config(task={"type": "worker", "index": 0})})
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
    assert fault in done.stderr
