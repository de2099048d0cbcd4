"""What happens around `model.fit`: steps counted, held-out tunes scored, checkpoints written, listeners told.

An epoch of `fit` is an interval of 100 steps. All callbacks share one `TrainState`; their order in `fit` is
their order here. A listener is told in plain values, so that a terminal needs no tensors.
"""

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from folkkeras.config import INTERVAL
from folkkeras.errors import TrainingError
from folkkeras.model.scoring import Scorer
from folkkeras.runs.run import Interval, Run
from folkkeras.runs.train_state import TrainState
from folkkeras.training.checkpoints import Checkpoints, not_finite
from folkkeras.training.listener import Listener


def interval_ended(state: TrainState, run: Run) -> bool:
    """Whether this step ends an interval; a training stopped on request ends within one."""
    return state.step % INTERVAL == 0 or state.step == run.config.steps


class Steps(keras.callbacks.Callback):
    """Counts steps, watches the loss, and ends the training at its last step or on request."""

    def __init__(self, run: Run, state: TrainState, listener: Listener, stop: Callable[[], bool]) -> None:
        super().__init__()
        self.run, self.state, self.listener, self.stop = run, state, listener, stop

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        # Keras's loss is a running mean over the epoch; a curve wants each step's own.
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


class HeldOut(keras.callbacks.Callback):
    """At each interval: score the held-out sample, write metrics.csv, keep the best model, know when to stop."""

    def __init__(
        self,
        run: Run,
        state: TrainState,
        scorer: Scorer,
        checkpoints: Checkpoints,
        listener: Listener,
        learning_rate: Callable[[int], float],
    ) -> None:
        super().__init__()
        self.run, self.state, self.scorer = run, state, scorer
        self.checkpoints, self.listener, self.learning_rate = checkpoints, listener, learning_rate
        self._rows = [row for row in run.intervals() if row.step <= state.step]
        self._compiled = False
        self._begin()

    def _begin(self) -> None:
        self._began, self._began_step = time.monotonic(), self.state.step

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self._compiled and not interval_ended(self.state, self.run):
            self._compiled = True
            self._begin()  # the first step's compiling would tell a wrong speed and time left

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        state, config = self.state, self.run.config
        if not interval_ended(state, self.run):
            return
        bits = self.scorer.bits_per_character()
        if not math.isfinite(bits):
            raise TrainingError(not_finite("the held-out figure", state.step, self.run))
        loss = state.loss_sum / state.loss_count
        if state.record(bits):
            self.checkpoints.export(self.model, self.run.best, state)
        elif config.patience and state.waited >= config.patience:
            self.model.stop_training = True
        characters = (state.step - self._began_step) * config.batch_size * config.seq_length
        speed = characters / max(time.monotonic() - self._began, 1e-9)
        self._begin()
        row = Interval(state.step, loss, bits, self.learning_rate(state.step - 1), round(speed, 1))
        self._rows.append(row)
        self.run.write_intervals(self._rows)
        self.listener.on_interval(row)


class Save(keras.callbacks.Callback):
    """At each interval, and where the training is stopped within one: write a checkpoint and last.keras."""

    def __init__(self, run: Run, state: TrainState, checkpoints: Checkpoints) -> None:
        super().__init__()
        self.run, self.state, self.checkpoints = run, state, checkpoints

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.checkpoints.save(self.model, self.state)
        self.checkpoints.export(self.model, self.run.last, self.state)
