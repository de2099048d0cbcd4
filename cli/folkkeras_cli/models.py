"""Find the model that a MODEL argument names."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from folkkeras.errors import ModelFileError
from folkkeras.pretrained import BOX, box_model
from folkkeras.runs.run import Run, all_runs, open_run
from folkkeras_cli.console import say

MODEL_HELP = (
    "A run's name (its best model), a .keras file, or box, the model that comes with folkkeras; "
    "default: the latest run, and where there is none, box."
)
ModelName = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL",
        show_default=False,
        help=MODEL_HELP,
    ),
]


@dataclass(frozen=True)
class ChosenModel:
    """A model's file, and its run, where it is named by that."""

    path: Path
    run: Run | None = None
    note: str = ""  # why it is this one, where that is not plain

    @property
    def standard_input(self) -> Path | None:
        """The kept text of a corpus from standard input, or None."""
        return self.run.standard_input if self.run else None

    @property
    def name(self) -> str:
        """What it was named by, or would be."""
        return self.run.name if self.run else BOX if self.path == box_model() else str(self.path)

    def say_note(self) -> None:
        """Say why it is this one."""
        if self.note:
            say(self.note)


def chosen_model(name: str | None, runs: Path, *, last: bool = False) -> ChosenModel:
    """The model of a MODEL argument; of a run its best one, or its last.

    Raises:
        RunError: there is no such run.
        ModelFileError: the run has no model yet, or the one in the box is missing.
    """
    if name is None:
        found = all_runs(runs)
        if not found:
            note = f"there are no runs in {runs}: this is the model in the box; train your own with `folk train`"
            return ChosenModel(box_model(), note=note)
        run = next((run for run in found if run.best.exists()), found[0])
    elif name == BOX:
        return ChosenModel(box_model())
    elif os.path.isdir(name):
        run = open_run(Path(name).parent, Path(name).name)
    elif name.endswith(".keras") or "/" in name or "\\" in name or os.path.isfile(name):
        return ChosenModel(Path(name).expanduser())
    else:
        run = open_run(runs, name)
    path = run.last if last else run.best
    if not path.exists():
        raise ModelFileError(f"run {run.name} has no model yet: its first is written after 100 steps")
    return ChosenModel(path, run)
