"""TensorBoard: loss and learning rate each step; at each interval held-out bits and tunes; HParams.

All on the true step axis. After a resume the events go to a new file beside the old one; TensorBoard drops
what a killed run had written beyond the step at which the new file begins.
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
from folkkeras.runs.run import Run
from folkkeras.runs.train_state import TrainState
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import DEFAULT_START, TuneRequest
from folkkeras.training.callbacks import interval_ended
from folkkeras.training.tensorboard.figures import TUNES, Figures
from folkkeras.training.tensorboard.media import Media
from folkkeras.training.throttle import Pace

_STAMP = re.compile(r"(events\.out\.tfevents\.)(\d+)(\..*)", re.DOTALL)
MAX_LENGTH = 1_000  # characters; a young model does not end its tunes


@contextmanager
def _disk_told() -> Iterator[None]:
    try:
        yield
    except tf.errors.OpError as error:
        if "OOM" in error.message:  # a full disk and a full memory are both a ResourceExhaustedError
            raise
        reason = error.message.split("\n", 1)[0].split("; ")[-1]
        raise OutputError(f"cannot write TensorBoard's log into the run's folder: {reason}") from error


class TensorBoardLog(keras.callbacks.Callback):
    """Writes the run's logs/ folder."""

    def __init__(self, run: Run, state: TrainState, learning_rate: Callable[[int], float], corpus: Corpus) -> None:
        super().__init__()
        self.run, self.state, self.learning_rate = run, state, learning_rate
        self.corpus_name = "+".join(corpus.sources)
        self._generator: Generator | None = None
        self._writer: Any = None
        self._media, self._media_pace = Media(), Pace()
        self._figures, self._figures_pace = Figures(corpus.training), Pace()

    @_disk_told()
    def on_train_begin(self, logs: Any = None) -> None:
        if self._writer is not None:
            return  # `fit` is called again to finish a resumed interval
        _put_in_the_past(self.run.logs)
        self._writer = tf.summary.create_file_writer(str(self.run.logs))
        with self._writer.as_default(step=self.state.step):
            hparams.hparams({**self.run.config.to_json(), "corpus": self.corpus_name}, trial_id=self.run.name)

    @_disk_told()
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        step = self.state.step
        with self._writer.as_default(step=step):
            tf.summary.scalar("loss", float(logs["loss"]))
            tf.summary.scalar("learning_rate", self.learning_rate(step - 1))

    @_disk_told()
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not interval_ended(self.state, self.run):
            return
        with self._writer.as_default(step=self.state.step):
            tf.summary.scalar("held_out_bits_per_character", self.run.intervals()[-1].held_out_bits)
            if self._figures_pace.due:
                with self._figures_pace.timed():
                    tunes = self._tunes(TUNES)
                    self._figures.write(tunes)
            else:
                tunes = self._tunes(1)
            tf.summary.text("generated tune", _as_markdown(tunes[0]))
            if self._media_pace.due:
                with self._media_pace.timed():
                    self._media.write(tunes[0])
        self._writer.flush()

    @_disk_told()
    def close(self) -> None:
        """Write what is left to write."""
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


def _put_in_the_past(logs: Path) -> None:
    """Rename event files that the next one would not come after.

    TensorBoard reads them in the order of their names, which have the second at which each was begun; a clock
    that was set back, or a resume within the second, would mix up the steps.
    """
    stamped = [(_STAMP.match(path.name), path) for path in sorted(logs.glob("*"))]
    latest, moves = int(time.time()), []
    for match, path in reversed([(match, path) for match, path in stamped if match]):
        latest = min(latest - 1, int(match[2]))
        moves.append((path, path.with_name(f"{match[1]}{latest:010d}{match[3]}")))
    with suppress(OSError):  # on Windows, where another program reads one: its steps may stand in a wrong order
        for path, target in reversed(moves):  # the oldest first, since no name is taken then
            path.rename(target)


def _as_markdown(tune: str) -> str:
    return "".join(f"    {line}\n" for line in tune.split("\n"))
