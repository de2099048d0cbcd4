"""Fixtures for the tests: real tunes, a small trained run, the installed `folk` as a process."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.terminal import Folk, Terminal
from support.trained import LEARNED, TrainedRun

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.sources import read_source
from folkkeras.runs.folder import create_run

# A shell that starts the tests in the background makes them, and the commands that they start, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Files whose tests take longest. They come first, so that both processes end at about the same time.
LONG = (
    "training/test_faults.py",
    "training/test_train.py",
    "sweeps/test_sweep.py",
    "distributed/test_replicas.py",
    "model/test_transfer.py",
    "test_end_to_end.py",
    "evaluation/test_evaluate.py",
    "sampling/test_scheduler.py",
    "sampling/test_shards.py",
    "cli/test_commands.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Let all processes share what XLA has compiled: each training would compile the same anew."""
    if not hasattr(config, "workerinput"):  # the processes that run the tests inherit this one's environment
        folder = tempfile.mkdtemp(prefix="xla-")
        config.add_cleanup(partial(shutil.rmtree, folder))
        flags = os.environ.get("TF_XLA_FLAGS", "")
        os.environ["TF_XLA_FLAGS"] = f"{flags} --tf_xla_persistent_cache_directory={folder}".strip()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    places = {name: place for place, name in enumerate(LONG)}
    folder = Path(__file__).parent
    items.sort(key=lambda item: places.get(item.path.relative_to(folder).as_posix(), len(LONG)))


@pytest.fixture(scope="session")
def tune_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty short tunes of Ryan's collection in one file: a model of them soon ends its own."""
    path = tmp_path_factory.mktemp("tunes") / "sixty.abc"
    path.write_text("".join([tune for tune in read_source("ryans").tunes if len(tune) < 300][:60]))
    return path


@pytest.fixture(scope="session")
def corpus(tune_file: Path) -> Corpus:
    return read_corpus([str(tune_file)])


@pytest.fixture(scope="session")
def trained(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> TrainedRun:
    """A small model after 300 steps."""
    from folkkeras.training.train import train

    runs = tmp_path_factory.mktemp("runs")
    run = create_run(runs, "small", corpus, TrainingConfig(steps=300, **LEARNED))
    train(run, corpus)
    return TrainedRun(run, corpus, runs)


@pytest.fixture(scope="session")
def terminal() -> Iterator[Terminal]:
    """Starts processes of `folk`, forked where this is safe."""
    terminal = Terminal(forks=True)
    yield terminal
    terminal.stop()


@pytest.fixture
def folk(tmp_path: Path, terminal: Terminal) -> Folk:
    """Run `folk` in an empty folder: the installed one if its environment has to differ, else a forked one."""

    def run(
        *words: object, stdin: str | bytes = "", env: dict[str, str] | None = None, cwd: Path = tmp_path
    ) -> subprocess.CompletedProcess[str]:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        return terminal.run(*words, cwd=cwd, data=data, env=env or {})

    return run


@pytest.fixture(scope="session")
def lab_corpus() -> Path:
    """The 6.S191 lab's irish.abc, at the path that FOLK_LAB_CORPUS gives."""
    path = os.environ.get("FOLK_LAB_CORPUS")
    if not path:
        pytest.skip("FOLK_LAB_CORPUS does not say where the lab's irish.abc is")
    return Path(path)
