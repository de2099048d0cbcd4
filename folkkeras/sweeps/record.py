"""A sweep's folder beside those of its runs.

runs/NAME/sweep.json     what it tries, the corpus's digest, the other options, its trials and why some failed
          .lock          held by the process that trains its runs
runs/NAME-01, NAME-02    its runs
"""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from folkkeras.config import TrainingConfig, option
from folkkeras.corpus.corpus import Corpus, require_window
from folkkeras.errors import FolkError, OutputError, RunError
from folkkeras.file_format import FILE_FORMAT, format_fault
from folkkeras.files import reason, write_text
from folkkeras.lock import locked
from folkkeras.model.reader import read_exported
from folkkeras.runs.environment import versions
from folkkeras.runs.folder import SWEEP, checked_name, create_run, existing_run, open_run, remove_begun, require_rights
from folkkeras.runs.run import Run, read_json
from folkkeras.sweeps.definition import Sweep, dashed
from folkkeras.sweeps.drawing import trials_of
from folkkeras.sweeps.trial import Trial
from folkkeras.training.fine_tuning import fine_tuning_options


@dataclass(frozen=True)
class SweepRecord:
    """A sweep's folder and the contents of its sweep.json."""

    folder: Path
    sweep: Sweep
    config: TrainingConfig  # the options that all trials share
    corpus_digest: str
    drawn: tuple[dict[str, Any], ...]  # the options of each trial that the sweep varies
    faults: dict[str, str] = field(default_factory=dict)  # why trials failed, by name; written by `fail`

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def names(self) -> list[str]:
        """The names of the trials' runs."""
        digits = max(2, len(str(len(self.drawn))))
        return [f"{self.name}-{number:0{digits}}" for number in range(1, len(self.drawn) + 1)]

    def trial(self, number: int) -> Trial:
        """The trial of this number, from 1.

        Raises:
            RunError: its run cannot be read.
        """
        name, runs = self.names[number - 1], self.folder.parent
        run = open_run(runs, name) if (runs / name / "config.json").exists() else None
        return Trial(number, name, self.drawn[number - 1], run, self.faults.get(name))

    def trials(self) -> list[Trial]:
        """All trials, in their order.

        Raises:
            RunError: a run cannot be read.
        """
        return [self.trial(number) for number in range(1, len(self.drawn) + 1)]

    def run_of(self, number: int, corpus: Corpus, text: str | None, base: Path | None) -> Run:
        """The run of a trial, which is created if it does not exist; for the arguments see `create_run`."""
        found = self.trial(number)
        if found.run:
            return found.run
        remove_begun(self.folder.parent / found.name)
        return create_run(self.folder.parent, found.name, corpus, self._config(number), text, base)

    def fail(self, trial: str, fault: str | None) -> None:
        """Record why a trial failed, or that it did not."""
        if self.faults.get(trial) == fault:
            return
        self.faults.pop(trial, None)
        if fault:
            self.faults[trial] = fault
        self.write()

    def sole_writer(self) -> AbstractContextManager[None]:
        """A context in which no other process may train the sweep.

        Raises:
            RunError: another process is doing so.
        """
        fault = f"sweep {self.name} is being trained by another process: wait, or stop that one"
        return locked(self.folder / ".lock", RunError(fault))

    def write(self) -> None:
        """Write sweep.json."""
        values = {
            "format": FILE_FORMAT,
            "sweep": self.sweep.to_json(),
            "options": self.config.to_json(),
            "corpus_digest": self.corpus_digest,
            "trials": list(self.drawn),
            "failed": self.faults,
        }
        write_text(self.folder / SWEEP, json.dumps(values, indent=2, ensure_ascii=False) + "\n")

    def require_trainable(self, corpus: Corpus, base: Path | None) -> None:
        """Check the options of all trials, and the runs that exist already; `base` is the model to fine-tune.

        Raises:
            UsageError: the options of a trial do not fit each other, or the base.
            CorpusError: the training tunes are shorter than a trial's window, or their licence forbids training.
            RunError: a run has other options, or is not the sweep's.
        """
        require_rights(corpus, self.config)
        pretrained = read_exported(base) if base else None
        for number, (name, options) in enumerate(zip(self.names, self.drawn, strict=True), start=1):
            try:
                config = self._config(number)
                if pretrained:
                    fine_tuning_options(pretrained, options)
                require_window(corpus.training.length, config.seq_length)
            except FolkError as error:
                raise type(error)(f"trial {number}, {words_of(options)}: {error}") from error
            if (self.folder.parent / name / "config.json").exists():
                existing_run(Run(self.folder.parent / name, corpus.sources, corpus.digest, config, versions()))

    def _config(self, number: int) -> TrainingConfig:
        return replace(self.config, **self.drawn[number - 1])


def begin_sweep(
    runs: str | Path, name: str, corpus: Corpus, sweep: Sweep, config: TrainingConfig, base: Path | None = None
) -> SweepRecord:
    """Create a sweep's folder, or open it to continue if it exists.

    Args:
        runs: the folder of all runs.
        name: a plain name; the runs get it too, with a number.
        corpus: the corpus of all trials.
        sweep: what to try.
        config: the options that all trials share.
        base: the model file to fine-tune; `config.base` is its digest.

    Raises:
        UsageError: the name is not a plain name, or the options of a trial do not fit each other or the base.
        CorpusError: the training tunes are shorter than a trial's window, or their licence forbids training.
        RunError: the sweep exists and differs, or a run has one of its names.
        OutputError: the folder cannot be written.
    """
    folder = Path(runs) / checked_name(name)
    record = SweepRecord(folder, sweep, config, corpus.digest, tuple(trials_of(sweep)))
    checked_name(record.names[-1])
    if (folder / SWEEP).exists():
        found = open_sweep(runs, name)
        _require_same(found, record)
        found.require_trainable(corpus, base)
        return found
    for taken in (name, *record.names):
        if (folder.parent / taken / "config.json").exists():
            raise RunError(f"run {taken} already exists: choose another --name for the sweep")
    record.require_trainable(corpus, base)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write the sweep's folder {folder}: {reason(error)}") from error
    record.write()
    return record


def open_sweep(runs: str | Path, name: str) -> SweepRecord:
    """Open the sweep `name` in the folder `runs`.

    Raises:
        UsageError: the name is not a plain name.
        RunError: there is no such sweep, or its sweep.json cannot be read.
    """
    folder = Path(runs) / checked_name(name)
    if not (folder / SWEEP).is_file():
        raise RunError(f"no sweep {name!r} in {runs}: train one with `folk train --sweep FILE`")
    values = read_json(folder / SWEEP)
    if fault := format_fault(values.get("format")):
        raise RunError(f"sweep {name} {fault}")
    try:
        return SweepRecord(
            folder,
            Sweep.from_json(values["sweep"]),
            TrainingConfig.from_json(values["options"]),
            str(values["corpus_digest"]),
            tuple(dict(each) for each in values["trials"]),
            {str(trial): str(fault) for trial, fault in values["failed"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"{folder / SWEEP} is not a sweep's record ({error}): restore it from a copy") from error


def is_sweep(runs: Path, name: str) -> bool:
    """Whether the folder `runs` has a sweep of this name."""
    return (runs / name / SWEEP).is_file()


def words_of(options: Mapping[str, Any]) -> str:
    """Options as words, such as `units=256, dropout=0.5`."""
    return ", ".join(f"{dashed(name)}={shown(value)}" for name, value in options.items())


def shown(value: Any) -> str:
    """A value as in a sweep's file, a real number with four digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _require_same(found: SweepRecord, asked: SweepRecord) -> None:
    """Raise RunError if a sweep to be continued is not the one that was begun."""
    again = f"restore it to continue sweep {found.name}, or choose another --name"
    before, now = found.sweep.to_json(), asked.sweep.to_json()
    for key in ("method", "trials", "seed"):
        if before[key] != now[key]:
            raise RunError(f"the sweep's {key} was {before[key]}, and is now {now[key]}: {again}")
    for name in {**before["options"], **now["options"]}:
        was, is_now = (each.sweep.options.get(name, "not in it") for each in (found, asked))
        if was != is_now:
            raise RunError(f"the sweep's {dashed(name)} was {was}, and is now {is_now}: {again}")
    if found.corpus_digest != asked.corpus_digest:
        raise RunError(
            f"sweep {found.name} already exists, with another corpus: give the same, or choose another --name"
        )
    own, given = found.config.to_json(), asked.config.to_json()
    for name in own:
        if own[name] != given[name] and name == "base":
            raise RunError(
                f"sweep {found.name} already exists, with another model of --from: give the same, or choose another "
                "--name"
            )
        if own[name] != given[name]:
            raise RunError(
                f"sweep {found.name} already exists, with {option(name)} {own[name]}, not {given[name]}: "
                "give the same, or choose another --name"
            )
