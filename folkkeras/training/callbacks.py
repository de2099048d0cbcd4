"""What happens around `model.fit`: steps counted, held-out tunes scored, checkpoints written, listeners told.

An epoch of `fit` is an interval of 100 steps. All callbacks share one `Progress`; their order in `fit` is
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
from folkkeras.training.checkpoints import Checkpoints, Progress, not_finite
from folkkeras.training.listener import Listener


def interval_ended(progress: Progress, run: Run) -> bool:
    """Whether this step ends an interval; a training stopped on request ends within one."""
    return progress.step % INTERVAL == 0 or progress.step == run.config.steps


class Steps(keras.callbacks.Callback):
    """Counts steps, watches the loss, and ends the training at its last step or on request."""

    def __init__(self, run: Run, progress: Progress, listener: Listener, stop: Callable[[], bool]) -> None:
        super().__init__()
        self.run, self.progress, self.listener, self.stop = run, progress, listener, stop

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        # Keras's loss is a running mean over the epoch; a curve wants each step's own.
        self.model.reset_metrics()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        progress = self.progress
        progress.step += 1
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            raise TrainingError(not_finite("the loss", progress.step, self.run))
        progress.loss_sum += loss
        progress.loss_count += 1
        self.listener.on_step(progress.step, loss)
        if progress.step >= self.run.config.steps or self.stop():
            self.model.stop_training = True


class HeldOut(keras.callbacks.Callback):
    """At each interval: score the held-out sample, write metrics.csv, keep the best model, know when to stop."""

    def __init__(
        self,
        run: Run,
        progress: Progress,
        scorer: Scorer,
        checkpoints: Checkpoints,
        listener: Listener,
        learning_rate: Callable[[int], float],
    ) -> None:
        super().__init__()
        self.run, self.progress, self.scorer = run, progress, scorer
        self.checkpoints, self.listener, self.learning_rate = checkpoints, listener, learning_rate
        self._rows = [row for row in run.intervals() if row.step <= progress.step]
        self._compiled = False
        self._begin()

    def _begin(self) -> None:
        self._began, self._began_step = time.monotonic(), self.progress.step

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self._compiled and not interval_ended(self.progress, self.run):
            self._compiled = True
            self._begin()  # the first step's compiling would tell a wrong speed and time left

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        progress, config = self.progress, self.run.config
        if not interval_ended(progress, self.run):
            return
        bits = self.scorer.bits_per_character()
        if not math.isfinite(bits):
            raise TrainingError(not_finite("the held-out figure", progress.step, self.run))
        loss = progress.loss_sum / progress.loss_count
        if progress.record(bits):
            self.checkpoints.export(self.model, self.run.best, progress)
        elif config.patience and progress.waited >= config.patience:
            self.model.stop_training = True
        characters = (progress.step - self._began_step) * config.batch_size * config.seq_length
        speed = characters / max(time.monotonic() - self._began, 1e-9)
        self._begin()
        row = Interval(progress.step, loss, bits, self.learning_rate(progress.step - 1), round(speed, 1))
        self._rows.append(row)
        self.run.write_intervals(self._rows)
        self.listener.on_interval(row)


class Save(keras.callbacks.Callback):
    """At each interval, and where the training is stopped within one: write a checkpoint and last.keras."""

    def __init__(self, run: Run, progress: Progress, checkpoints: Checkpoints) -> None:
        super().__init__()
        self.run, self.progress, self.checkpoints = run, progress, checkpoints

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.checkpoints.save(self.model, self.progress)
        self.checkpoints.export(self.model, self.run.last, self.progress)
