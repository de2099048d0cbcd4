"""Checkpoints: everything needed to resume training, in one `.keras` file each.

The weights and the optimizer, including its step count, are part of the model. The rest, such as the best
validation bits so far, is in the config under `metadata.train_state`. A checkpoint is a model file like any other.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from folkkeras.config import TrainingConfig
from folkkeras.errors import ModelFileError, RunError, TrainingError
from folkkeras.files import remove_unfinished
from folkkeras.model.reader import read_metadata
from folkkeras.model.saving import load_weights, save_model
from folkkeras.model.tune_model import TuneModel
from folkkeras.runs.run import Run
from folkkeras.runs.train_state import TrainState


class Checkpoints:
    """Saves, prunes and restores a run's checkpoints.

    Args:
        run: the run.
        metadata: how the model is trained; each file carries it.
    """

    def __init__(self, run: Run, metadata: dict[str, Any]) -> None:
        self.run = run
        self.metadata = metadata
        self._clone: TuneModel | None = None

    def save(self, model: TuneModel, state: TrainState) -> Path:
        """Save a checkpoint of this step, and remove the oldest beyond the number to keep.

        Raises:
            OutputError: it cannot be written; earlier checkpoints stay.
            TrainingError: a weight is not finite.
        """
        if not all(np.isfinite(weight).all() for weight in model.get_weights()):
            raise TrainingError(not_finite("a weight", state.step, self.run))
        path = self.run.checkpoint(state.step)
        model.metadata = {**self.metadata, "step": state.step, "train_state": asdict(state)}
        save_model(model, path)
        for old in self.run.checkpoints()[: -self.run.config.keep]:
            old.unlink(missing_ok=True)
        return path

    def restore(self, model: TuneModel, damaged: Callable[[str], None] = lambda fault: None) -> TrainState:
        """Load the newest intact checkpoint into a compiled model; without checkpoints, training begins at step 0.

        Args:
            model: a model with the run's configuration.
            damaged: called with a message about each damaged checkpoint that is skipped.

        Raises:
            RunError: all checkpoints are damaged, or the run's options have changed.
        """
        remove_unfinished(self.run.folder)
        remove_unfinished(self.run.folder / "checkpoints")
        paths = self.run.checkpoints()
        if not paths:
            return TrainState()
        # Keras loads the optimizer's variables only if they exist; otherwise its step count would stay 0.
        model.optimizer.build(model.trainable_variables)
        for path in reversed(paths):
            try:
                return self._load(model, path)
            except ModelFileError as error:
                damaged(str(error))
                fault = error
        raise RunError(
            f"{fault}; no earlier checkpoint of run {self.run.name} is intact either: train a new run"
        ) from fault

    def _load(self, model: TuneModel, path: Path) -> TrainState:
        metadata = read_metadata(path)
        try:
            state = TrainState(**metadata["train_state"])
            changed = _changed(metadata["options"], self.metadata["options"])
        except (KeyError, TypeError) as error:
            raise ModelFileError(f"{path} is a model but not a checkpoint") from error
        load_weights(model, path)
        if state.step != int(model.optimizer.iterations.numpy()):
            raise ModelFileError(f"{path} records two different steps")
        if changed:
            raise RunError(
                f"config.json of run {self.run.name} has a different {changed} from its checkpoint {path.name}: "
                "restore it, since a run keeps its options"
            )
        return state

    def export(self, model: TuneModel, path: Path, state: TrainState) -> None:
        """Save the model without its optimizer, for generation.

        Raises:
            OutputError: it cannot be written.
        """
        if self._clone is None:
            self._clone = model.clone()  # one for all exports, since Keras never frees a model completely
        else:
            self._clone.set_weights(model.get_weights())
        clone = self._clone
        bits = state.best_bits if state.best_step == state.step else None
        clone.metadata = {**self.metadata, "step": state.step, **({"validation_bits": bits} if bits else {})}
        save_model(clone, path)


def _changed(before: dict[str, Any], now: dict[str, Any]) -> str | None:
    """The first option that differs, except `steps`, which may change; older checkpoints may lack newer options."""
    before = {**TrainingConfig.from_json({}).to_json(), **before}
    return next((name for name in now if name != "steps" and now[name] != before[name]), None)


def diverged(bits: float, step: int, run: Run) -> str:
    """The message for validation bits per character above any reasonable value."""
    return f"the training diverges, with {bits:.3g} validation bits per character at step {step}: {_remedy(run)}"


def not_finite(what: str, step: int, run: Run) -> str:
    """The message for a loss or weight that is not finite."""
    return f"{what} is not finite at step {step}: {_remedy(run)}"


def _remedy(run: Run) -> str:
    good = run.checkpoints()
    last = f"the last good checkpoint is {good[-1]}" if good else "there is no checkpoint"
    return f"{last}; train a new run with a smaller --learning-rate"
