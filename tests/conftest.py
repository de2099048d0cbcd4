"""Fixtures for the tests: real tunes, a small trained run, the installed `folk` as a process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.forked import FolkServer
from support.terminal import FOLK, Folk
from support.trained import LEARNED, TrainedRun

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.sources import read_source
from folkkeras.runs.folder import create_run

# A shell that starts the tests in the background makes them, and the commands that they start, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

TIMEOUT = 300.0  # seconds that a command may take

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


def _environment() -> dict[str, str]:
    """The environment of a command, without the variable that pytest sets for each test."""
    return {**{name: os.environ[name] for name in os.environ if name != "PYTEST_CURRENT_TEST"}, "COLUMNS": "200"}


@pytest.fixture(scope="session")
def folk_server() -> Iterator[FolkServer | None]:
    """Forks `folk` fast, once it has imported everything; none on systems that cannot fork safely."""
    if sys.platform != "linux":
        yield None
        return
    server = FolkServer(_environment())
    yield server
    server.stop()


@pytest.fixture
def folk(tmp_path: Path, folk_server: FolkServer | None) -> Folk:
    """Run `folk` in an empty folder: the installed one where a test sets its environment, else a forked one."""

    def run(
        *words: object, stdin: str | bytes = "", env: dict[str, str] | None = None, cwd: Path = tmp_path
    ) -> subprocess.CompletedProcess[str]:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        command = list(map(str, words))
        its_env = {**_environment(), **(env or {})}
        if folk_server and folk_server.env == its_env and folk_server.is_ready():
            done = folk_server.run(command, data, cwd, TIMEOUT)
        else:
            done = subprocess.run(
                [str(FOLK), *command], input=data, capture_output=True, cwd=cwd, env=its_env, timeout=TIMEOUT
            )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def lab_corpus() -> Path:
    """The 6.S191 lab's irish.abc, at the path that FOLK_LAB_CORPUS gives."""
    path = os.environ.get("FOLK_LAB_CORPUS")
    if not path:
        pytest.skip("FOLK_LAB_CORPUS does not say where the lab's irish.abc is")
    return Path(path)
