"""Find the model that a MODEL argument names."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from folkkeras.errors import ModelFileError, RunError
from folkkeras.pretrained import CELTIC, celtic_model
from folkkeras.runs.choice import best_bits, better_model
from folkkeras.runs.folder import all_runs, open_run
from folkkeras.runs.run import Run
from folkkeras_cli.console import say

if TYPE_CHECKING:
    from folkkeras.sampling.generator import Generator


@dataclass(frozen=True)
class ChosenModel:
    """A model's file, and its run if the argument names a run."""

    path: Path
    run: Run | None = None
    note: str = ""  # why this model was chosen, where that is not obvious

    @property
    def standard_input(self) -> Path | None:
        """The saved text of a corpus from standard input, or None."""
        return self.run.standard_input if self.run else None

    @property
    def name(self) -> str:
        """The MODEL argument that names it."""
        return self.run.name if self.run else CELTIC if self.path == celtic_model() else str(self.path)

    def generator(self, *, int8: bool) -> "Generator":
        """The model, opened for drawing, with its run's training tunes.

        Args:
            int8: compute products in int8; otherwise in float32.
        """
        from folkkeras.model.reader import read_exported
        from folkkeras.sampling.generator import Generator
        from folkkeras.sampling.training_tunes import TrainingTunes

        exported = read_exported(self.path)
        learned = TrainingTunes(exported.metadata, self.standard_input)
        return Generator(exported, name=self.name, int8=int8, training_tunes=learned)

    def say_note(self) -> None:
        """Say why this model was chosen."""
        if self.note:
            say(self.note)


def chosen_model(name: str | None, runs: Path, *, last: bool = False) -> ChosenModel:
    """The model that a MODEL argument names; for a run, its best model or its last.

    Raises:
        RunError: no such run exists.
        ModelFileError: the run has no model yet, or the pretrained model is missing.
    """
    if name is None:
        return _latest_model(runs, last=last)
    if name == CELTIC:
        return ChosenModel(celtic_model())
    # A folder of another kind may have the name of a run, such as the folder of its tunes.
    if os.path.isfile(os.path.join(name, "config.json")) or (os.path.isdir(name) and os.path.dirname(name)):
        folder = Path(name).resolve()
        return _model_of(folder.parent, folder.name, last=last)
    if name.endswith(".keras") or "/" in name or "\\" in name or os.path.isfile(name):
        return ChosenModel(Path(name).expanduser())
    return _model_of(runs, name, last=last)


def _latest_model(runs: Path, *, last: bool) -> ChosenModel:
    found = all_runs(runs)
    run = next((run for run in found if run.best.exists()), None)
    if run is None:
        note = "no run has a model yet: using celtic, the pretrained model; train your own with `folk train`"
        return ChosenModel(celtic_model(), note=note)
    bits = best_bits(run)
    note = f"using run {run.name}"
    if bits and (better := better_model(run, bits, found)):
        note += f" ({bits:.2f} validation bits per character); {better.name} predicts tunes better ({better.bits:.2f})"
    return ChosenModel(_existing(run, last=last), run, note)


def _model_of(runs: Path, name: str, *, last: bool) -> ChosenModel:
    try:
        run = open_run(runs, name)
    except RunError as error:
        path = runs / name / ("last.keras" if last else "best.keras")
        if path.is_file():  # the model may still be sound
            return ChosenModel(path, note=f"using the model only: {error}")
        if (runs / name).exists() or all_runs(runs):
            raise
        fault = f"no model {name!r}: give celtic, a .keras file or a run, of which {runs} has none"
        raise RunError(fault) from error
    return ChosenModel(_existing(run, last=last), run)


def _existing(run: Run, *, last: bool) -> Path:
    path = run.last if last else run.best
    if not path.exists():
        raise ModelFileError(
            f"run {run.name} has no model yet: the first is written after 100 steps; use celtic until then"
        )
    return path
