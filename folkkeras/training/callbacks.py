"""The callbacks of `model.fit`: count steps, evaluate held-out tunes, write checkpoints, call the listener.

An epoch of `fit` is an evaluation interval of 100 steps. All callbacks share one `TrainState`, and `fit` calls
them in the order of this module. The listener gets plain values, so a terminal needs no tensors.
"""

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from folkkeras.config import EVALUATION_INTERVAL
from folkkeras.errors import TrainingError
from folkkeras.model.likelihood import Likelihood
from folkkeras.runs.metrics import EvaluationInterval, write_metrics
from folkkeras.runs.run import Run
from folkkeras.runs.train_state import TrainState
from folkkeras.training.checkpoints import Checkpoints, diverged, not_finite
from folkkeras.training.listener import Listener

MAX_BITS = 100.0  # per character; a model that takes more has diverged: uniform guessing takes 7


def interval_ended(state: TrainState, run: Run) -> bool:
    """Whether this step ends an evaluation interval; a run that is stopped on request may end within one."""
    return state.step % EVALUATION_INTERVAL == 0 or state.step == run.config.steps


class Steps(keras.callbacks.Callback):
    """Counts steps, checks the loss, and ends training at the last step or on request."""

    def __init__(self, run: Run, state: TrainState, listener: Listener, stop: Callable[[], bool]) -> None:
        super().__init__()
        self.run, self.state, self.listener, self.stop = run, state, listener, stop

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        # Keras's loss is a running mean over the epoch, but a loss curve needs each step's own.
        self.model.reset_metrics()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        state = self.state
        state.step += 1
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            raise TrainingError(not_finite("the loss", state.step, self.run))
        state.loss_sum += loss
        state.loss_count += 1
        self.listener.on_step(state.step, loss)
        if state.step >= self.run.config.steps or self.stop():
            self.model.stop_training = True


class Validation(keras.callbacks.Callback):
    """Scores the held-out sample at each evaluation interval, writes metrics.csv, saves the best model, stops early."""

    def __init__(
        self,
        run: Run,
        state: TrainState,
        likelihood: Likelihood,
        checkpoints: Checkpoints,
        listener: Listener,
        learning_rate: Callable[[int], float],
    ) -> None:
        super().__init__()
        self.run, self.state, self.likelihood = run, state, likelihood
        self.checkpoints, self.listener, self.learning_rate = checkpoints, listener, learning_rate
        self.rows = [row for row in run.evaluation_intervals() if row.step <= state.step]
        self._compiled = False
        self._begin()

    def _begin(self) -> None:
        self._began, self._began_step = time.monotonic(), self.state.step

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self._compiled and not interval_ended(self.state, self.run):
            self._compiled = True
            self._begin()  # leave out the first step, whose compilation would distort the speed

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        state, config = self.state, self.run.config
        if not interval_ended(state, self.run):
            return
        bits = self.likelihood.bits_per_character()
        if not bits < MAX_BITS:
            raise TrainingError(diverged(bits, state.step, self.run))
        training_bits = state.loss_sum / state.loss_count / math.log(2)
        if state.record(bits):
            self.checkpoints.export(self.model, self.run.best, state)
        elif config.patience and state.waited >= config.patience:
            self.model.stop_training = True
        characters = (state.step - self._began_step) * config.batch_size * config.seq_length
        speed = characters / max(time.monotonic() - self._began, 1e-9)
        self._begin()
        row = EvaluationInterval(state.step, training_bits, bits, self.learning_rate(state.step - 1), round(speed, 1))
        self.rows.append(row)
        write_metrics(self.run.metrics, self.rows)
        if logs is not None:  # for the callbacks that follow
            logs |= {
                "bits": row.training_bits,
                "val_bits": bits,
                "val_loss": bits * math.log(2),
                "learning_rate": row.learning_rate,
            }
        self.listener.on_evaluation_interval(row)


class Save(keras.callbacks.Callback):
    """Writes a checkpoint and last.keras at each evaluation interval, and when training stops within one."""

    def __init__(self, run: Run, state: TrainState, checkpoints: Checkpoints) -> None:
        super().__init__()
        self.run, self.state, self.checkpoints = run, state, checkpoints

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.checkpoints.save(self.model, self.state)
        self.checkpoints.export(self.model, self.run.last, self.state)
