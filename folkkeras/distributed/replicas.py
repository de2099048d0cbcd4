"""Training on several devices: each processes its shard of a step's batch, and all take the same step.

The batch and its dropout masks depend on (seed, step), as on one device, and each replica of the model takes
a slice of both. The replicas' gradients are summed before their norm is clipped. A step is therefore the one
that a single device would take, up to the rounding of sums in another order. Keras's own `fit` clips each
replica's gradient before the sum, which gives a different step, and it cannot run on several machines
(github.com/keras-team/keras/issues/20585). So this module has its own training loop, with the same callbacks.

The communication is TensorFlow's: `tf.distribute.MirroredStrategy` for the GPUs of one machine,
`MultiWorkerMirroredStrategy` for several machines.
"""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from folkkeras.config import EVALUATION_INTERVAL
from folkkeras.distributed.cluster import Cluster
from folkkeras.errors import TrainingError, UsageError
from folkkeras.model.keras_compat import apply_summed_gradients
from folkkeras.model.tune_model import BatchShard, TuneModel
from folkkeras.runs.train_state import TrainState


class Replicas:
    """The replicas of a model that train together.

    Args:
        strategy: TensorFlow's distribution strategy.
        is_chief: whether this process writes the files.
        workers: the number of processes.
    """

    def __init__(self, strategy: tf.distribute.Strategy, *, is_chief: bool = True, workers: int = 1) -> None:
        self.strategy, self.is_chief, self.workers = strategy, is_chief, workers

        @tf.function(autograph=False)
        def total(value: tf.Tensor) -> tf.Tensor:
            """The sum of all replicas' values."""
            return self._first(strategy.run(_summed, args=(value,)))

        self._total = total

    @property
    def count(self) -> int:
        """The number of replicas in all processes together."""
        return int(self.strategy.num_replicas_in_sync)

    def create(self, create: Callable[[], TuneModel]) -> TuneModel:
        """The compiled model that `create` returns, with its variables and its optimizer's on every replica."""
        with _reporting_lost_workers(self.workers), self.strategy.scope():
            model = create()
            model.optimizer.build(model.trainable_variables)
        return model

    def share_state(self, model: TuneModel, state: TrainState) -> TrainState:
        """Copy the chief's weights, optimizer and step to every process; return the state at that step."""
        if self.workers == 1:
            return state
        variables = [*model.trainable_variables, *model.optimizer.variables]

        def replica_state() -> list[tf.Tensor]:
            # A sum to which only the chief's first replica contributes.
            shard = tf.cast(tf.equal(_replica(), 0), tf.float64)
            return list(_summed([tf.cast(variable.value, tf.float64) * shard for variable in variables]))

        @tf.function(autograph=False)
        def chief_state() -> list[tf.Tensor]:
            return self._first(self.strategy.run(replica_state))

        with _reporting_lost_workers(self.workers):
            values = chief_state()
        for variable, value in zip(variables, values, strict=True):
            variable.assign(tf.cast(value, variable.dtype))
        return state if self.is_chief else TrainState(step=int(model.optimizer.iterations.numpy()))

    def fit(
        self,
        model: TuneModel,
        windows: tf.data.Dataset,
        callbacks: Sequence[keras.callbacks.Callback],
        state: TrainState,
    ) -> None:
        """Train until a callback in any process stops the training.

        An epoch is an evaluation interval. If training resumes within an interval, the first epoch finishes it.

        Args:
            model: the model from `create`.
            windows: batches of (inputs, labels), from the current step on.
            callbacks: as for `model.fit`; they count `state.step`.
            state: the progress of the run.

        Raises:
            TrainingError: another process has stopped or cannot be reached.
        """
        take_step = self._step_of(model)
        listeners = keras.callbacks.CallbackList(callbacks, model=model)
        batches = iter(windows)
        if self._any(model):
            return
        listeners.on_train_begin()
        while not model.stop_training:
            listeners.on_epoch_begin(state.step // EVALUATION_INTERVAL)
            for _ in range(EVALUATION_INTERVAL - state.step % EVALUATION_INTERVAL):
                listeners.on_train_batch_begin(state.step)
                with _reporting_lost_workers(self.workers):
                    loss = float(take_step(*next(batches), tf.constant(state.step, tf.int64)))
                listeners.on_train_batch_end(state.step, {"loss": loss})
                if self._any(model):
                    break
            listeners.on_epoch_end((state.step - 1) // EVALUATION_INTERVAL)
            self._any(model)
        listeners.on_train_end()

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process; all of them must call this."""
        if self.workers == 1:
            return flag
        with _reporting_lost_workers(self.workers):
            return float(self._total(tf.constant(float(flag)))) > 0

    def _step_of(self, model: TuneModel) -> Callable[..., tf.Tensor]:
        """A function that takes one step on (inputs, labels, step) and returns the batch's loss."""
        apply_summed_gradients(model.optimizer)

        def replica_step(inputs: Any, labels: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
            batch_size, length = labels.shape
            size = batch_size // self.count
            begin = _replica() * size

            def own(rows: tf.Tensor) -> tf.Tensor:
                return tf.slice(rows, [begin, 0], [size, length])

            with tf.GradientTape() as tape:
                logits = model.call(
                    tf.nest.map_structure(own, inputs), training=True, shard=BatchShard(step, begin, batch_size)
                )
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(own(labels), logits)
                loss = tf.reduce_mean(losses) / self.count
            gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
            loss, *gradients = _summed([loss, *map(tf.convert_to_tensor, gradients)])
            model.optimizer.apply(gradients, model.trainable_variables)
            return loss

        @tf.function(autograph=False)
        def take_step(*batch: Any) -> tf.Tensor:
            return self._first(self.strategy.run(replica_step, args=batch))

        return take_step

    def _any(self, model: TuneModel) -> bool:
        """Stop the training in all processes if it stops in any of them; return whether it does."""
        model.stop_training = self.any(bool(model.stop_training))
        return model.stop_training

    def _first(self, values: Any) -> Any:
        """The values of this process's first replica."""
        return tf.nest.map_structure(lambda value: self.strategy.experimental_local_results(value)[0], values)


@contextmanager
def _reporting_lost_workers(workers: int) -> Iterator[None]:
    """A context in which the failure of another process is reported as a one-line TrainingError."""
    try:
        yield
    except tf.errors.ResourceExhaustedError:
        raise
    except tf.errors.OpError as error:
        if workers == 1:
            raise
        raise TrainingError(
            "another worker has stopped, or cannot be reached: run the same command on every machine again "
            "to resume from the last checkpoint"
        ) from error


def _summed(values: Any) -> Any:
    """The sum of all replicas' values; must be called in each replica."""
    values = tf.nest.map_structure(tf.identity, values)  # an argument is not on any device yet
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)


def _replica() -> tf.Tensor:
    """The number of the replica in which this is called, int32."""
    return tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.int32)


def require_gpus() -> None:
    """Raise UsageError if this machine does not have the GPUs for `mirrored`."""
    if (found := len(tf.config.list_physical_devices("GPU"))) < 2:
        raise UsageError(
            f"--strategy mirrored splits a batch among at least 2 GPUs, but TensorFlow sees {found} here: leave it out"
        )


def mirrored() -> Replicas:
    """One replica on each GPU of this machine."""
    return Replicas(tf.distribute.MirroredStrategy())


def multi_worker(cluster: Cluster) -> Replicas:
    """Replicas on all machines' devices; must be called before TensorFlow has done anything else.

    `TF_CONFIG` must describe the cluster.
    """
    with _reporting_lost_workers(len(cluster.workers)), _mortal():
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    return Replicas(strategy, is_chief=cluster.is_chief, workers=len(cluster.workers))


@contextmanager
def _mortal() -> Iterator[None]:
    """A context in which Ctrl-C ends the process at once, and after which SIGTERM works as before.

    TensorFlow waits for the other workers in native code, where no Python signal handler runs. It also treats
    SIGTERM as a preemption notice, which nothing here handles.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
