"""Training: a run, its corpus and `model.fit`, from step 0 or from a checkpoint, to the same weights.

What a step does depends on the weights, the optimizer and the step's number alone: batches and dropout
masks are keyed by (seed, step). So a run that is stopped, even by kill -9, and goes on from its last
checkpoint ends with the same weights, bit for bit on one machine, as one that never stopped.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from folkkeras.config import CLIP_NORM, INTERVAL, WARM_UP, TrainingConfig, require_even_shares
from folkkeras.corpus.corpus import SCORED, Corpus, at_most, sample_of
from folkkeras.corpus.provenance import base_of
from folkkeras.corpus.transposition import in_all_keys
from folkkeras.distributed.replicas import Replicas
from folkkeras.errors import TrainingError
from folkkeras.model.saving import load_weights, open_model
from folkkeras.model.scoring import Scorer
from folkkeras.model.transfer import extended, take_over
from folkkeras.model.tune_model import TuneModel, build_model
from folkkeras.runs.run import Run
from folkkeras.runs.train_state import TrainState
from folkkeras.training.batches import random_windows
from folkkeras.training.callbacks import HeldOut, Save, Steps
from folkkeras.training.checkpoints import Checkpoints
from folkkeras.training.listener import Listener
from folkkeras.training.tensorboard.log import TensorBoardLog
from folkkeras.vocabulary import Vocabulary

SAMPLE = 16_000  # characters of held-out tunes that each interval scores


@dataclass(frozen=True)
class Outcome:
    """How a call of `train` ended."""

    step: int  # steps done
    # "steps": all done, "patience": the held-out figure had stopped falling, "stopped": on request,
    # "helped": by another process than the one that writes the run's files
    ended: str
    best_step: int  # 0 where no interval has ended yet
    held_out_bits: float | None  # of the best model over the scored held-out tunes; None where stopped or helped
    scored: int = 0  # held-out tunes that the figure is of


@contextmanager
def _memory_told() -> Iterator[None]:
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise TrainingError("out of memory: give a smaller --units, --batch-size or --seq-length") from error


def never() -> bool:
    """The default of `train`'s `stop`."""
    return False


@_memory_told()
def train(
    run: Run,
    corpus: Corpus,
    *,
    listener: Listener | None = None,
    stop: Callable[[], bool] = never,
    replicas: Replicas | None = None,
) -> Outcome:
    """Train a run's model, from its newest checkpoint where it has one.

    Args:
        run: the run, from `create_run` or `open_run`.
        corpus: the corpus it was created with.
        listener: hears of its course.
        stop: asked after each step; True ends the training with a checkpoint of that step.
        replicas: of several devices that train together, `folkkeras.distributed.replicas`; None is `model.fit` on one.

    Raises:
        UsageError: a batch cannot be shared among the replicas.
        RunError: the corpus is not the run's, or the run is at its end, or another process trains it.
        CorpusError: the corpus is shorter than one window.
        OutputError: a file cannot be written, such as on a full disk.
        TrainingError: the loss is not finite, or memory is short.
    """
    run.require_corpus(corpus)
    listener = listener or Listener()
    if replicas:
        require_even_shares(run.config.batch_size, replicas.count)
        if not replicas.is_chief:
            return _help(run, corpus, listener, stop, replicas)
    with run.sole_writer():
        run.require_unended()
        model, state = _fit(run, corpus, listener, stop, replicas)
        return _finish(run, corpus, model, state)


def _fit(
    run: Run, corpus: Corpus, listener: Listener, stop: Callable[[], bool], replicas: Replicas | None
) -> tuple[TuneModel, TrainState]:
    """Take the steps that are left; none where the run was killed just before it had its result."""
    config = run.config
    base = open_model(run.base) if run.base else None
    learned = _learned(corpus, config)
    vocabulary = extended(base.vocabulary, learned.counts) if base else Vocabulary.from_counts(learned.counts)
    about: dict[str, Any] = {"corpus": list(corpus.sources), "corpus_digest": corpus.digest, "raw": corpus.raw}
    about |= {"options": config.to_json()} | ({"base": base_of(base.about)} if base else {})
    checkpoints = Checkpoints(run, about)
    create = partial(compiled_model, vocabulary, config)
    model = replicas.create(create) if replicas else create()
    state = checkpoints.restore(model, listener.on_damaged)
    if base and not state.step:
        take_over(model, base)
    model.stop_training = _has_ended(run, state)
    if replicas:
        replicas.share_state(model, state)
    elif model.stop_training:
        return model, state

    learning_rate = rate_of(config)
    log = TensorBoardLog(run, state, learning_rate, corpus)
    scorer = Scorer(model, sample_of(corpus.held_out, SAMPLE))
    callbacks = [
        Steps(run, state, listener, stop),
        HeldOut(run, state, scorer, checkpoints, listener, learning_rate),
        Save(run, state, checkpoints),
        log,
    ]
    listener.on_start(state.step, config.steps, config.batch_size * config.seq_length)
    try:
        if replicas:
            replicas.fit(model, _windows(learned, vocabulary, config, state), callbacks, state)
            replicas.any(_has_ended(run, state))  # so that all know
        else:
            _fit_alone(model, learned, config, callbacks, state)
    finally:
        log.close()
    return model, state


def _learned(corpus: Corpus, config: TrainingConfig) -> Corpus:
    """The corpus with the training tunes that windows are cut from, in all keys where that is asked for."""
    if not config.transpose:
        return corpus
    return replace(corpus, training=in_all_keys(corpus.training, but_not=corpus.held_out))


def _fit_alone(
    model: TuneModel,
    corpus: Corpus,
    config: TrainingConfig,
    callbacks: list[keras.callbacks.Callback],
    state: TrainState,
) -> None:
    """`model.fit`, an epoch an interval."""
    model.set_step(state.step)

    def fit(steps_per_epoch: int, epochs: int) -> None:
        windows = _windows(corpus, model.vocabulary, config, state)
        model.fit(
            windows, steps_per_epoch=steps_per_epoch, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks
        )

    # A training that goes on within an interval finishes that one first, so that epochs are intervals.
    if done := state.step % INTERVAL:
        fit(steps_per_epoch=INTERVAL - done, epochs=1)
    if not model.stop_training:
        fit(steps_per_epoch=INTERVAL, epochs=-(-(config.steps - state.step) // INTERVAL))


def _help(run: Run, corpus: Corpus, listener: Listener, stop: Callable[[], bool], replicas: Replicas) -> Outcome:
    """Take part in the steps of a run whose files another process writes."""
    config = run.config
    learned = _learned(corpus, config)
    vocabulary = Vocabulary.from_counts(learned.counts)
    model = replicas.create(partial(compiled_model, vocabulary, config))
    state = replicas.share_state(model, TrainState())
    listener.on_start(state.step, config.steps, config.batch_size * config.seq_length)
    steps = Steps(run, state, listener, stop)
    replicas.fit(model, _windows(learned, vocabulary, config, state), [steps], state)
    return Outcome(state.step, "helped" if replicas.any(False) else "stopped", 0, None)


def _windows(corpus: Corpus, vocabulary: Vocabulary, config: TrainingConfig, state: TrainState) -> tf.data.Dataset:
    """The batches from the step at hand on."""
    return random_windows(
        corpus.training.encoded(vocabulary),
        batch_size=config.batch_size,
        seq_length=config.seq_length,
        seed=config.seed,
        start_step=state.step,
        tune_starts=corpus.training.starts,
        aligned=config.aligned,
    )


def compiled_model(vocabulary: Vocabulary, config: TrainingConfig) -> TuneModel:
    """The model of a configuration, compiled for `fit`."""
    model = build_model(
        vocabulary,
        embedding=config.embedding,
        units=config.units,
        layers=config.layers,
        dropout=config.dropout,
        weight_drop=config.weight_drop,
        seed=config.seed,
    )
    model.compile(
        optimizer=_optimizer(config),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    return model


def _optimizer(config: TrainingConfig) -> keras.optimizers.Optimizer:
    # The bound on the norm also adds up the Embedding's gradient over repeated characters, which Adam needs
    # and Keras otherwise leaves out.
    if not config.weight_decay:
        return keras.optimizers.Adam(_schedule(config), global_clipnorm=CLIP_NORM)
    optimizer = keras.optimizers.AdamW(_schedule(config), weight_decay=config.weight_decay, global_clipnorm=CLIP_NORM)
    optimizer.exclude_from_weight_decay(var_names=["bias", "embeddings"])
    return optimizer


def rate_of(config: TrainingConfig) -> Callable[[int], float]:
    """The learning rate of a step, counted from 0."""
    schedule = _schedule(config)
    if isinstance(schedule, float):
        return lambda step: schedule
    return lambda step: float(schedule(step))


def _schedule(config: TrainingConfig) -> float | keras.optimizers.schedules.LearningRateSchedule:
    if config.schedule == "constant":
        return config.learning_rate
    warm_up = min(WARM_UP, max(1, config.steps // 10))
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=config.learning_rate / warm_up,
        decay_steps=max(1, config.steps - warm_up),
        warmup_target=config.learning_rate,
        warmup_steps=warm_up,
    )


def _out_of_patience(run: Run, state: TrainState) -> bool:
    return 0 < run.config.patience <= state.waited


def _has_ended(run: Run, state: TrainState) -> bool:
    return _out_of_patience(run, state) or state.step >= run.config.steps


def _finish(run: Run, corpus: Corpus, model: TuneModel, state: TrainState) -> Outcome:
    if not _has_ended(run, state):
        return Outcome(state.step, "stopped", state.best_step, None)
    best = model.twin()
    load_weights(best, run.best)
    scored = at_most(corpus.held_out, SCORED)
    bits = Scorer(best, scored).bits_per_character()
    ended = "patience" if _out_of_patience(run, state) else "steps"
    outcome = Outcome(state.step, ended, state.best_step, bits, len(scored))
    run.write_result(asdict(outcome))
    return outcome
