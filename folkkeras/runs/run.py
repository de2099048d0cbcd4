"""A run's folder: what was asked, what was measured, and where everything is.

runs/NAME/config.json     the options, the corpus and its digest, versions, flags and the command line
          metrics.csv     a row each interval
          result.json     how the training ended, once it has
          corpus.abc      the text of a corpus from standard input
          base.keras      the model that training goes on from
          checkpoints/    step-000100.keras, ...: all that training needs to go on
          best.keras      the model of the best held-out figure
          last.keras      the model of the last interval
          logs/           TensorBoard's
          .lock           held by the process that trains
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import FolkError, OutputError, RunError, UsageError
from folkkeras.files import reason, write_bytes, write_text
from folkkeras.lock import HeldError, locked
from folkkeras.runs.environment import command_line, flags, versions

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_CHECKPOINT = re.compile(r"step-(\d+)\.keras")


@dataclass(frozen=True)
class Interval:
    """A row of metrics.csv: what an interval of the training gave."""

    step: int  # at its end
    loss: float  # cross-entropy of the training windows, nats a character, mean over the interval
    held_out_bits: float  # bits per character of the held-out sample
    learning_rate: float  # of its last step
    characters_per_second: float  # trained, held-out evaluation and saving included


@dataclass(frozen=True)
class Run:
    """A run's folder and what its config.json says."""

    folder: Path
    corpus: tuple[str, ...]
    corpus_digest: str
    config: TrainingConfig
    versions: dict[str, str]
    raises: tuple[tuple[int, int, int], ...] = ()  # each: at this step, so many steps at most became so many
    flags: dict[str, str] = field(default_factory=dict)  # environment variables that change arithmetic or speed
    command: tuple[str, ...] = ()  # the words of the command line that began it

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def best(self) -> Path:
        """The model of the best held-out figure."""
        return self.folder / "best.keras"

    @property
    def last(self) -> Path:
        """The model of the last interval."""
        return self.folder / "last.keras"

    @property
    def base(self) -> Path | None:
        """The kept model that training goes on from, or None where it begins anew."""
        return self.folder / "base.keras" if self.config.base else None

    @property
    def logs(self) -> Path:
        """TensorBoard's folder."""
        return self.folder / "logs"

    @property
    def standard_input(self) -> Path | None:
        """The kept text of a corpus from standard input, or None."""
        return self.folder / "corpus.abc" if STANDARD_INPUT in self.corpus else None

    def checkpoint(self, step: int) -> Path:
        """The path of the checkpoint of a step."""
        return self.folder / "checkpoints" / f"step-{step:06d}.keras"

    def checkpoints(self) -> list[Path]:
        """The checkpoints that are there, the newest last."""
        return [path for _, path in self._checkpoints_by_step()]

    def _checkpoints_by_step(self) -> list[tuple[int, Path]]:
        folder = self.folder / "checkpoints"
        paths = folder.iterdir() if folder.is_dir() else []
        return sorted((int(match[1]), path) for path in paths if (match := _CHECKPOINT.fullmatch(path.name)))

    def intervals(self) -> list[Interval]:
        """The rows of metrics.csv."""
        path = self.folder / "metrics.csv"
        if not path.exists():
            return []
        try:
            with path.open(newline="") as file:
                return [
                    Interval(int(row.pop("step")), **{name: float(value) for name, value in row.items()})
                    for row in csv.DictReader(file)
                ]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise RunError(f"cannot read {path} ({error}): restore it from a copy") from error

    def write_intervals(self, rows: Sequence[Interval]) -> None:
        """Write metrics.csv anew, whole or not at all."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([each.name for each in fields(Interval)])
        for row in rows:
            writer.writerow(asdict(row).values())
        write_text(self.folder / "metrics.csv", text.getvalue())

    def result(self) -> dict[str, Any] | None:
        """How the training ended, or None while it has not."""
        path = self.folder / "result.json"
        return _read_json(path) if path.exists() else None

    def write_result(self, result: dict[str, Any]) -> None:
        """Write result.json."""
        write_text(self.folder / "result.json", json.dumps(result, indent=2) + "\n")

    def require_corpus(self, corpus: Corpus) -> None:
        """Raise RunError where `corpus` is not the one that the run began with."""
        if corpus.digest != self.corpus_digest:
            raise RunError(f"the corpus of run {self.name} has changed since it began: restore it, or train a new run")

    def require_patience(self) -> None:
        """Raise RunError where the run has ended because its held-out figure had stopped falling."""
        result = self.result()
        if result and result["ended"] == "patience":
            raise RunError(
                f"run {self.name} has ended at step {result['step']}, when its held-out figure had stopped falling: "
                "train a new run, with --patience 0 if it is to go on"
            )

    def require_unended(self) -> None:
        """Raise RunError where the run has its result."""
        self.require_patience()
        if result := self.result():
            step = result["step"]
            raise RunError(
                f"run {self.name} has done all its {step} steps: "
                f"give it more with `folk resume {self.name} --steps {2 * step}`"
            )

    @contextmanager
    def sole_writer(self) -> Iterator[None]:
        """A context in which no other process may train or change the run.

        Raises:
            RunError: another one does.
        """
        try:
            with locked(self.folder / ".lock"):
                yield
        except HeldError as error:
            raise RunError(f"run {self.name} is being trained by another process: wait, or stop that one") from error

    def steps_done(self) -> int:
        """The step of the newest checkpoint."""
        return max((step for step, _ in self._checkpoints_by_step()), default=0)

    def with_steps(self, steps: int) -> "Run":
        """The run with more steps to go; its config.json is written anew.

        Raises:
            RunError: the run ended because its held-out figure had stopped falling, or is being trained.
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
        """Bytes of all its files."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def changed(self) -> float:
        """When it last went on, seconds since the epoch."""
        return max(path.stat().st_mtime for path in self.folder.iterdir())


def create_run(
    runs: Path,
    name: str | None,
    corpus: Corpus,
    config: TrainingConfig,
    text: str | None = None,
    base: Path | None = None,
) -> Run:
    """Create a run's folder with its config.json.

    Args:
        runs: the folder of all runs.
        name: a plain name; None makes one up from the corpus, such as `oneills-1`.
        corpus: what it will train on.
        config: its options.
        text: of a corpus from standard input, to keep.
        base: the model file to go on from, to keep, where `config` has its digest.

    Raises:
        UsageError: the name is no plain name.
        RunError: there is such a run already.
        OutputError: the folder cannot be written.
    """
    names = [_checked(name)] if name is not None else [f"{_stem(corpus.sources)}-{n}" for n in range(1, 100_000)]
    for candidate in names:
        folder = runs / candidate
        try:
            runs.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
        except FileExistsError:
            if name is not None or not runs.is_dir():
                break
            continue
        except OSError as error:
            raise OutputError(f"cannot write the run's folder {folder}: {reason(error)}") from error
        run = Run(folder, corpus.sources, corpus.digest, config, versions(), flags=flags(), command=command_line())
        (folder / "checkpoints").mkdir()
        if text is not None:
            write_text(folder / "corpus.abc", text)
        if base is not None:
            write_bytes(folder / "base.keras", base.read_bytes())
        run.write_config()
        return run
    if not runs.is_dir():
        raise OutputError(f"cannot write runs into {runs}: it is not a folder")
    raise RunError(f"run {name} exists already: choose another --name, or go on with `folk resume {name}`")


def open_run(runs: Path, name: str) -> Run:
    """Open the run `name` in the folder `runs`.

    Raises:
        UsageError: the name is no plain name.
        RunError: there is no such run, or its config.json cannot be read.
    """
    folder = runs / _checked(name)
    if not (folder / "config.json").is_file():
        known = ", ".join(run.name for run in all_runs(runs)[:5]) or "none yet: train one with `folk train`"
        raise RunError(f"no run {name!r} in {runs}: there is {known}")
    values = _read_json(folder / "config.json")
    try:
        return Run(
            folder=folder,
            corpus=tuple(values["corpus"]),
            corpus_digest=str(values["corpus_digest"]),
            config=TrainingConfig.from_json(values["options"]),
            versions=dict(values["versions"]),
            raises=tuple((int(at), int(before), int(after)) for at, before, after in values.get("raises", ())),
            flags=dict(values.get("flags", {})),
            command=tuple(map(str, values.get("command", ()))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{folder / 'config.json'} is not a run's config ({error}): restore it from a copy") from error


def all_runs(runs: Path) -> list[Run]:
    """The readable runs in the folder `runs`, the one that went on last first."""
    found = []
    for path in sorted(runs.glob("*/config.json")):
        try:
            found.append(open_run(runs, path.parent.name))
        except FolkError:
            continue  # a folder that is no run of ours, or a damaged one: `folk runs show` names its fault
    return sorted(found, key=Run.changed, reverse=True)


def latest_run(runs: Path) -> Run:
    """The run that went on last.

    Raises:
        RunError: there is none.
    """
    found = all_runs(runs)
    if not found:
        raise RunError(f"no runs in {runs}: train one with `folk train`, or name their folder with --runs")
    return found[0]


def _checked(name: str) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a run's name: use up to 100 letters, digits, '.', '_', '+' and '-', "
            "a letter or digit first"
        )
    return name


def _stem(sources: Sequence[str]) -> str:
    stems = ["stdin" if source == STANDARD_INPUT else Path(source).stem for source in sources]
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", "+".join(stems))[:60].strip("-._+")
    return plain or "run"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"cannot read {path} ({error}): restore it from a copy") from error
    if not isinstance(values, dict):
        raise RunError(f"{path} holds no JSON object: restore it from a copy")
    return values
