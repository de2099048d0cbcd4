"""Checkpoints: all that training needs to go on, in one `.keras` file each.

Weights and optimizer (its step count included) are the model's own; the rest, how the held-out figure has
done so far, travels in the config under `about.train_state`. A checkpoint is a model file like any other.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from folkkeras.config import TrainingConfig
from folkkeras.errors import ModelFileError, RunError, TrainingError
from folkkeras.files import remove_unfinished
from folkkeras.model.reader import read_about
from folkkeras.model.saving import load_weights, save_model
from folkkeras.model.tune_model import TuneModel
from folkkeras.runs.run import Run
from folkkeras.runs.train_state import TrainState


class Checkpoints:
    """A run's checkpoints: saved, pruned, restored.

    Args:
        run: whose.
        about: how the model is trained; each file carries it.
    """

    def __init__(self, run: Run, about: dict[str, Any]) -> None:
        self.run = run
        self.about = about
        self._twin: TuneModel | None = None

    def save(self, model: TuneModel, state: TrainState) -> Path:
        """Save a checkpoint of this step and remove those beyond the number to keep.

        Raises:
            OutputError: it cannot be written; those before it stay.
            TrainingError: a weight is not finite.
        """
        if not all(np.isfinite(weight).all() for weight in model.get_weights()):
            raise TrainingError(not_finite("a weight", state.step, self.run))
        path = self.run.checkpoint(state.step)
        model.about = {**self.about, "step": state.step, "train_state": asdict(state)}
        save_model(model, path)
        for old in self.run.checkpoints()[: -self.run.config.keep]:
            old.unlink(missing_ok=True)
        return path

    def restore(self, model: TuneModel, damaged: Callable[[str], None] = lambda fault: None) -> TrainState:
        """Load the newest whole checkpoint into a compiled model; without one, training begins at step 0.

        Args:
            model: of the run's configuration.
            damaged: is told of each newer checkpoint that is passed over, and what is wrong with it.

        Raises:
            RunError: none of those that are there is whole, or the run's options have changed.
        """
        remove_unfinished(self.run.folder)
        remove_unfinished(self.run.folder / "checkpoints")
        paths = self.run.checkpoints()
        if not paths:
            return TrainState()
        # Before its variables exist Keras loads none of them, and its step count stays 0.
        model.optimizer.build(model.trainable_variables)
        for path in reversed(paths):
            try:
                return self._load(model, path)
            except ModelFileError as error:
                damaged(str(error))
                fault = error
        raise RunError(
            f"{fault}; no checkpoint of run {self.run.name} before it is whole either: train a new run"
        ) from fault

    def _load(self, model: TuneModel, path: Path) -> TrainState:
        about = read_about(path)
        try:
            state = TrainState(**about["train_state"])
            changed = _changed(about["options"], self.about["options"])
        except (KeyError, TypeError) as error:
            raise ModelFileError(f"{path} is a model but no checkpoint") from error
        load_weights(model, path)
        if state.step != int(model.optimizer.iterations.numpy()):
            raise ModelFileError(f"{path} disagrees with itself about its step")
        if changed:
            raise RunError(
                f"config.json of run {self.run.name} has another {changed} than its checkpoint {path.name}: "
                "set it back, since a run keeps its options"
            )
        return state

    def export(self, model: TuneModel, path: Path, state: TrainState) -> None:
        """Save the model alone, without its optimizer, for sampling.

        Raises:
            OutputError: it cannot be written.
        """
        if self._twin is None:
            self._twin = model.twin()  # one for all exports, since Keras never quite lets go of a model
        else:
            self._twin.set_weights(model.get_weights())
        twin = self._twin
        bits = state.best_bits if state.best_step == state.step else None
        twin.about = {**self.about, "step": state.step, **({"held_out_bits": bits} if bits else {})}
        save_model(twin, path)


def _changed(before: dict[str, Any], now: dict[str, Any]) -> str | None:
    """The first option that differs; a run may change its steps alone, and an older one lacks what is new since."""
    before = {**TrainingConfig().to_json(), **before}
    return next((name for name in now if name != "steps" and now[name] != before[name]), None)


def not_finite(what: str, step: int, run: Run) -> str:
    """The message for a loss, figure or weight that is not finite."""
    good = run.checkpoints()
    kept = f"the last good checkpoint is {good[-1]}" if good else "there is no checkpoint"
    return f"{what} is not finite at step {step}: {kept}; train anew with a smaller --learning-rate"
