"""Find the model that a MODEL argument names."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from folkkeras.errors import ModelFileError
from folkkeras.runs import all_runs, latest_run, open_run

ModelName = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL",
        show_default=False,
        help="A run's name (its best model) or a .keras file; default: the latest run.",
    ),
]


@dataclass(frozen=True)
class ChosenModel:
    """A model's file, and what its run keeps beside it."""

    path: Path
    standard_input: Path | None = None  # the text of a corpus from standard input


def chosen_model(name: str | None, runs: Path, *, last: bool = False) -> ChosenModel:
    """The model of a MODEL argument; of a run its best one, or its last.

    Raises:
        RunError: there is no such run, or none at all.
        ModelFileError: the run has no model yet.
    """
    if name is None:
        run = next((run for run in all_runs(runs) if run.best.exists()), None) or latest_run(runs)
    elif os.path.isdir(name):
        run = open_run(Path(name).parent, Path(name).name)
    elif name.endswith(".keras") or "/" in name or "\\" in name or os.path.isfile(name):
        return ChosenModel(Path(name).expanduser())
    else:
        run = open_run(runs, name)
    path = run.last if last else run.best
    if not path.exists():
        raise ModelFileError(f"run {run.name} has no model yet: its first is written after 100 steps")
    return ChosenModel(path, run.standard_input)
