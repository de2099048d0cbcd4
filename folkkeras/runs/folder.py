"""The folder of all runs: create, open and list runs."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from folkkeras.config import TrainingConfig, option
from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import CorpusError, FolkError, OutputError, RunError, UsageError
from folkkeras.file_format import format_fault
from folkkeras.files import reason, remove_unfinished, write_bytes, write_text
from folkkeras.runs.environment import command_line, flags, versions
from folkkeras.runs.run import Run, read_json

SWEEP = "sweep.json"  # in the folder of a sweep, which stands beside those of its runs; see `folkkeras.sweeps.record`
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")


def create_run(
    runs: str | Path,
    name: str | None,
    corpus: Corpus,
    config: TrainingConfig,
    text: str | None = None,
    base: str | Path | None = None,
) -> Run:
    """Create a run's folder with its config.json.

    Args:
        runs: the folder of all runs.
        name: a plain name; None derives one from the corpus, such as `oneills-1`.
        corpus: the corpus to train on.
        config: the run's options.
        text: the text of a corpus from standard input, to save with the run.
        base: the model file to fine-tune, to copy into the run; `config.base` is its digest.

    Raises:
        UsageError: the name is not a plain name.
        CorpusError: the licence of its tunes forbids training on them, and `config.i_hold_the_rights` is not set.
        RunError: the run already exists.
        OutputError: the folder cannot be written.
    """
    require_rights(corpus, config)
    runs = Path(runs)
    for candidate in _names(corpus.sources) if name is None else [checked_name(name)]:
        folder = runs / candidate
        try:
            runs.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
            (folder / "checkpoints").mkdir()
        except FileExistsError:
            if name is not None or not runs.is_dir():
                break
            continue
        except OSError as error:
            raise OutputError(f"cannot write the run's folder {folder}: {reason(error)}") from error
        run = Run(folder, corpus.sources, corpus.digest, config, versions(), flags=flags(), command=command_line())
        try:
            if text is not None:
                write_text(folder / "corpus.abc", text)
            if base is not None:
                write_bytes(folder / "base.keras", Path(base).read_bytes())
            run.write_config()
        except BaseException:
            remove_begun(folder)
            raise
        return run
    if not runs.is_dir():
        raise OutputError(f"cannot write runs into {runs}: it is not a folder")
    if not (runs / str(name) / "config.json").exists():
        raise RunError(f"{runs / str(name)} exists and is no run: remove it, or choose another --name")
    raise RunError(f"run {name} already exists: choose another --name, or continue with `folk resume {name}`")


def remove_begun(folder: Path) -> None:
    """Remove what is left of a run that was being created, but nothing else."""
    with suppress(OSError):
        remove_unfinished(folder)
        for name in ("corpus.abc", "base.keras"):
            (folder / name).unlink(missing_ok=True)
        (folder / "checkpoints").rmdir()
    with suppress(OSError):
        folder.rmdir()


def require_rights(corpus: Corpus, config: TrainingConfig) -> None:
    """Raise CorpusError if the licence of a corpus's tunes forbids training, and nobody says he holds the rights."""
    if corpus.restricted and not config.i_hold_the_rights:
        raise CorpusError(
            f"the licence of {' and '.join(corpus.restricted)} forbids training language models on its tunes: "
            "add --i-hold-the-rights if you hold the rights to do so"
        )


def open_run(runs: str | Path, name: str) -> Run:
    """Open the run `name` in the folder `runs`.

    Raises:
        UsageError: the name is not a plain name.
        RunError: there is no such run, or its config.json cannot be read.
    """
    runs = Path(runs)
    folder = runs / checked_name(name)
    if (folder / SWEEP).is_file():
        raise RunError(f"{name} is a sweep: name one of its runs, which `folk runs compare {name}` lists")
    if not (folder / "config.json").is_file():
        known = ", ".join(run.name for run in all_runs(runs)[:5])
        raise RunError(f"no run {name!r} in {runs}: " + (f"use {known}" if known else "train one with `folk train`"))
    values = read_json(folder / "config.json")
    if fault := format_fault(values.get("format")):
        raise RunError(f"run {name} {fault}")
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


def unended_run(run: Run) -> Run | None:
    """The run of this name, to be continued, or None if it does not exist.

    Args:
        run: what it has to be, in its corpus and its options.

    Raises:
        RunError: it has another corpus or other options, or has ended.
    """
    found = existing_run(run)
    if found:
        found.require_unended()
    return found


def existing_run(run: Run) -> Run | None:
    """The run of this name, or None if it does not exist.

    Args:
        run: what it has to be, in its corpus and its options.

    Raises:
        RunError: it has another corpus or other options.
    """
    if not run.folder.exists():
        return None
    found = open_run(run.folder.parent, run.name)
    if found.corpus_digest != run.corpus_digest:
        raise RunError(f"run {run.name} already exists, with another corpus: give the same, or choose another --name")
    own, asked = found.config.to_json(), run.config.to_json()
    if differing := [name for name in own if own[name] != asked[name]]:
        name = differing[0]
        raise RunError(
            f"run {run.name} already exists, with {option(name)} {own[name]}, not {asked[name]}: "
            "give the same, or choose another --name"
        )
    return found


def all_runs(runs: Path, unreadable: Callable[[FolkError], None] = lambda error: None) -> list[Run]:
    """The readable runs in the folder `runs`, the most recently changed first.

    Args:
        runs: the folder of all runs.
        unreadable: called with the error of each run that cannot be read.
    """
    found = []
    for path in sorted(runs.glob("*/config.json")):
        try:
            found.append(open_run(runs, path.parent.name))
        except FolkError as error:
            unreadable(error)
    return sorted(found, key=Run.changed, reverse=True)


def latest_run(runs: Path) -> Run:
    """The most recently changed run.

    Raises:
        RunError: there are no runs.
    """
    found = all_runs(runs)
    if not found:
        raise RunError(f"no runs in {runs}: train one with `folk train`, or name the folder of the runs with --runs")
    return found[0]


def checked_name(name: str) -> str:
    """The name, if a run or a sweep may have it; raises UsageError if not."""
    if not _PLAIN_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a run's name: use up to 100 letters, digits, '.', '_', '+' and '-', "
            "a letter or digit first"
        )
    return name


def _names(sources: Sequence[str]) -> Iterator[str]:
    """The names to try for a run that has not been given one."""
    stems = ["stdin" if source == STANDARD_INPUT else Path(source).stem for source in sources]
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", "+".join(stems))[:60].strip("-._+")
    return (f"{plain or 'run'}-{number}" for number in count(1))
