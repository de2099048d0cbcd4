"""TensorBoard: loss and learning rate at each step, validation bits and tunes at each evaluation interval, HParams.

HParams shows the options of the runs, and as metrics the last value of each scalar, such as the final validation bits.

All values are logged at their true step. After a resume, events go to a new file beside the old one. TensorBoard
drops what a killed run had written beyond the step at which the new file begins.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams

from folkkeras.corpus.corpus import Corpus
from folkkeras.errors import OutputError
from folkkeras.runs.metrics import EvaluationInterval
from folkkeras.runs.run import Run
from folkkeras.runs.train_state import TrainState
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import DEFAULT_START, TuneRequest
from folkkeras.training.callbacks import interval_ended
from folkkeras.training.tensorboard.media import Media
from folkkeras.training.tensorboard.tune_scalars import TUNES, Figures
from folkkeras.training.throttle import Throttle

_STAMP = re.compile(r"(events\.out\.tfevents\.)(\d+)(\..*)", re.DOTALL)
FINAL = "bits per character/best model, held-out tunes"
MAX_LENGTH = 1_000  # characters; early in training a model does not end its tunes


@contextmanager
def _reporting_full_disk() -> Iterator[None]:
    try:
        yield
    except tf.errors.OpError as error:
        if "OOM" in error.message:  # a full disk and full memory both raise ResourceExhaustedError
            raise
        reason = error.message.split("\n", 1)[0].split("; ")[-1]
        raise OutputError(f"cannot write TensorBoard's log into the run's folder: {reason}") from error


class TensorBoardLog(keras.callbacks.Callback):
    """Writes the run's TensorBoard log."""

    def __init__(
        self,
        run: Run,
        state: TrainState,
        learning_rate: Callable[[int], float],
        corpus: Corpus,
        latest: Callable[[], EvaluationInterval],
    ) -> None:
        super().__init__()
        self.latest = latest
        self.run, self.state, self.learning_rate = run, state, learning_rate
        self.corpus_name = "+".join(corpus.sources)
        self._generator: Generator | None = None
        self._writer: Any = None
        self._media, self._media_throttle = Media(), Throttle()
        self._figures, self._figures_throttle = Figures(corpus.training), Throttle()

    @_reporting_full_disk()
    def on_train_begin(self, logs: Any = None) -> None:
        if (
            self._writer is None
        ):  # not in a second call of `fit`, after the first finished a resumed evaluation interval
            self._open()

    def _open(self) -> None:
        _put_in_the_past(self.run.folder)
        self._writer = tf.summary.create_file_writer(str(self.run.folder))
        with self._writer.as_default(step=self.state.step):
            hparams.hparams({**self.run.config.to_json(), "corpus": self.corpus_name}, trial_id=self.run.name)

    @_reporting_full_disk()
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        step = self.state.step
        with self._writer.as_default(step=step):
            tf.summary.scalar("loss", float(logs["loss"]))
            tf.summary.scalar("learning_rate", self.learning_rate(step - 1))

    @_reporting_full_disk()
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not interval_ended(self.state, self.run):
            return
        with self._writer.as_default(step=self.state.step):
            interval = self.latest()
            tf.summary.scalar("bits per character/training", interval.training_bits)
            tf.summary.scalar("bits per character/validation", interval.validation_bits)
            if self._figures_throttle.due:
                with self._figures_throttle.timed():
                    tunes = self._tunes(TUNES)
                    self._figures.write(tunes)
            else:
                tunes = self._tunes(1)
            tf.summary.text("generated tune", _as_markdown(tunes[0]))
            ends = self.state.step >= self.run.config.steps or self.model.stop_training
            if self._media_throttle.due or ends:  # the last tune is always rendered
                with self._media_throttle.timed():
                    self._media.write(tunes[0])
        self._writer.flush()

    @_reporting_full_disk()
    def write_result(self, bits: float) -> None:
        """Write the bits per character of the best model on all held-out tunes, a metric of HParams."""
        if self._writer is None:  # no step was left to take
            self._open()
        with self._writer.as_default(step=self.state.step):
            tf.summary.scalar(FINAL, bits)

    @_reporting_full_disk()
    def close(self) -> None:
        """Write the remaining events and close the log."""
        self._media.close()
        if self._writer is not None:
            self._writer.close()

    def _tunes(self, count: int) -> list[str]:
        if self._generator is None:
            self._generator = Generator(self.model)
        else:
            self._generator.copy_weights(self.model)
        start = "".join(c for c in DEFAULT_START if not self.model.vocabulary.unknown(c))
        seed = self.run.config.seed
        request = TuneRequest(count=count, start=start, seed=seed, max_length=MAX_LENGTH)
        return [tune.text for tune in self._generator.tunes(request)]


def _put_in_the_past(folder: Path) -> None:
    """Rename event files whose names would not sort before the next file's.

    TensorBoard reads them in the order of their names, which contain the second at which each file was begun. A
    clock that was set back, or a resume within the same second, would mix up the steps.
    """
    stamped = [(_STAMP.match(path.name), path) for path in sorted(folder.glob("*"))]
    latest, moves = int(time.time()), []
    for match, path in reversed([(match, path) for match, path in stamped if match]):
        latest = min(latest - 1, int(match[2]))
        moves.append((path, path.with_name(f"{match[1]}{latest:010d}{match[3]}")))
    with suppress(OSError):  # on Windows, if another program has one open: its steps may then be out of order
        for path, target in reversed(moves):  # oldest first, so that no target name is taken
            path.rename(target)


def _as_markdown(tune: str) -> str:
    return "".join(f"    {line}\n" for line in tune.split("\n"))
