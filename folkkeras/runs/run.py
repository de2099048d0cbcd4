"""A run's folder: its options, its metrics and its files.

runs/NAME/config.json     the options, the corpus and its digest, versions, flags and the command line
          metrics.csv     one row per evaluation interval
          result.json     how the run ended, once it has ended
          corpus.abc      the text of a corpus from standard input
          base.keras      the model that the run fine-tunes
          checkpoints/    step-000100.keras, ...: everything needed to resume training
          best.keras      the model with the best validation bits per character
          last.keras      the model of the newest checkpoint
          events.out.*    the TensorBoard log; here, so that TensorBoard shows the run's own name
          .lock           held by the process that trains
"""

import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import RunError
from folkkeras.file_format import FILE_FORMAT
from folkkeras.files import write_text
from folkkeras.lock import locked
from folkkeras.runs.metrics import EvaluationInterval, read_metrics

_CHECKPOINT = re.compile(r"step-(\d+)\.keras")


@dataclass(frozen=True)
class Run:
    """A run's folder and the contents of its config.json."""

    folder: Path
    corpus: tuple[str, ...]
    corpus_digest: str
    config: TrainingConfig
    versions: dict[str, str]
    raises: tuple[tuple[int, int, int], ...] = ()  # changes of `steps`: (step reached, old value, new value)
    flags: dict[str, str] = field(default_factory=dict)  # environment variables that change arithmetic or speed
    command: tuple[str, ...] = ()  # the words of the command line that started it

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def best(self) -> Path:
        """The model with the best validation bits per character."""
        return self.folder / "best.keras"

    @property
    def last(self) -> Path:
        """The model of the newest checkpoint."""
        return self.folder / "last.keras"

    @property
    def base(self) -> Path | None:
        """The run's copy of the model that it fine-tunes, or None if it starts from random weights."""
        return self.folder / "base.keras" if self.config.base else None

    @property
    def metrics(self) -> Path:
        """The file with the figures of its evaluation intervals; see `folkkeras.runs.metrics`."""
        return self.folder / "metrics.csv"

    @property
    def standard_input(self) -> Path | None:
        """The saved text of a corpus from standard input, or None."""
        return self.folder / "corpus.abc" if STANDARD_INPUT in self.corpus else None

    def checkpoint(self, step: int) -> Path:
        """The path of a step's checkpoint."""
        return self.folder / "checkpoints" / f"step-{step:06d}.keras"

    def checkpoints(self) -> list[Path]:
        """The existing checkpoints, oldest first."""
        return [path for _, path in self._checkpoints_by_step()]

    def _checkpoints_by_step(self) -> list[tuple[int, Path]]:
        folder = self.folder / "checkpoints"
        paths = folder.iterdir() if folder.is_dir() else []
        return sorted((int(match[1]), path) for path in paths if (match := _CHECKPOINT.fullmatch(path.name)))

    def evaluation_intervals(self) -> list[EvaluationInterval]:
        """The rows of metrics.csv; see `read_metrics` for what it raises."""
        return read_metrics(self.metrics)

    def result(self) -> dict[str, Any] | None:
        """How the run ended, or None if it has not ended."""
        path = self.folder / "result.json"
        return read_json(path) if path.exists() else None

    def write_result(self, result: dict[str, Any]) -> None:
        """Write result.json."""
        write_text(self.folder / "result.json", json.dumps(result, indent=2) + "\n")

    def require_corpus(self, corpus: Corpus) -> None:
        """Raise RunError if `corpus` is not the one that the run started with."""
        if corpus.digest != self.corpus_digest:
            raise RunError(f"the corpus of run {self.name} has changed since it began: restore it, or train a new run")

    def require_patience(self) -> None:
        """Raise RunError if the run ended because its validation bits had stopped falling."""
        result = self.result()
        if result and result["ended"] == "patience":
            raise RunError(
                f"run {self.name} has ended at step {result['step']}, when its validation bits had stopped falling: "
                "train a new run, with --patience 0 to continue regardless"
            )

    def require_unended(self) -> None:
        """Raise RunError if the run has ended."""
        self.require_patience()
        if result := self.result():
            step = result["step"]
            raise RunError(
                f"run {self.name} has done all its {step} steps: "
                f"give it more with `folk resume {self.name} --steps {2 * step}`"
            )

    def sole_writer(self) -> AbstractContextManager[None]:
        """A context in which no other process may train or change the run.

        Raises:
            RunError: another process is doing so.
        """
        fault = f"run {self.name} is being trained by another process: wait, or stop that one"
        return locked(self.folder / ".lock", RunError(fault))

    def steps_done(self) -> int:
        """The step of the newest checkpoint, or 0."""
        return max((step for step, _ in self._checkpoints_by_step()), default=0)

    def with_steps(self, steps: int) -> "Run":
        """The run with a new total number of steps, which is saved in its config.json.

        Raises:
            RunError: the run ended because its validation bits had stopped falling, or it is being trained.
        """
        self.require_patience()
        raises = (*self.raises, (self.steps_done(), self.config.steps, steps))
        run = replace(self, config=replace(self.config, steps=steps), raises=raises)
        with self.sole_writer():
            (self.folder / "result.json").unlink(missing_ok=True)
            run.write_config()
        return run

    def write_config(self) -> None:
        """Write config.json."""
        values = {
            "format": FILE_FORMAT,
            "corpus": list(self.corpus),
            "corpus_digest": self.corpus_digest,
            "options": self.config.to_json(),
            "versions": self.versions,
            "flags": self.flags,
            "command": list(self.command),
            "raises": [list(each) for each in self.raises],
        }
        write_text(self.folder / "config.json", json.dumps(values, indent=2, ensure_ascii=False) + "\n")

    def size(self) -> int:
        """The total size of the run's files, in bytes."""
        return sum(status.st_size for status in _statuses(self.folder.rglob("*")) if stat.S_ISREG(status.st_mode))

    def changed(self) -> float:
        """When the run last changed, in seconds since the epoch."""
        return max((status.st_mtime for status in _statuses(self.folder.iterdir())), default=0.0)


def _statuses(paths: Iterable[Path]) -> Iterator[os.stat_result]:
    """What the file system says of paths, without those that another process has just removed."""
    for path in paths:
        with suppress(FileNotFoundError):
            yield path.lstat()


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        RunError: the file cannot be read, or does not contain a JSON object.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"cannot read {path} ({error}): restore it from a copy") from error
    if not isinstance(values, dict):
        raise RunError(f"{path} is not a JSON object: restore it from a copy")
    return values
