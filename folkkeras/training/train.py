"""Training: a run, its corpus and `model.fit`, from step 0 or from a checkpoint, to the same weights.

A step depends only on the weights, the optimizer and the step's number, since batches and dropout masks are
keyed by (seed, step). So a run that is stopped, even by kill -9, and resumed from its last checkpoint ends with
the same weights as one that never stopped, bit for bit on the same machine.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from folkkeras.config import BFLOAT16, EVALUATION_INTERVAL, TrainingConfig, require_even_shards
from folkkeras.corpus.corpus import EVALUATED, Corpus, at_most, sample_of
from folkkeras.corpus.provenance import base_of
from folkkeras.corpus.transposition import in_keys_of_corpus
from folkkeras.distributed.replicas import Replicas
from folkkeras.errors import TrainingError
from folkkeras.features.columns import NONE, features_of
from folkkeras.model.likelihood import Likelihood
from folkkeras.model.saving import load_weights, open_model
from folkkeras.model.transfer import extended, load_pretrained_weights
from folkkeras.model.tune_model import TuneModel, build_model
from folkkeras.music.reading import read_tune
from folkkeras.runs.run import Run
from folkkeras.runs.train_state import TrainState
from folkkeras.sampling.form import UsualForms
from folkkeras.training.batches import random_windows
from folkkeras.training.callbacks import Save, Steps, Validation
from folkkeras.training.checkpoints import Checkpoints
from folkkeras.training.listener import Listener
from folkkeras.training.optimizer import learning_rate_of, optimizer_of
from folkkeras.training.tensorboard.log import TensorBoardLog
from folkkeras.vocabulary import Vocabulary

FORMS = 4_000  # training tunes in which the usual forms are counted
SAMPLE = 16_000  # characters of held-out tunes to score at each evaluation interval


@dataclass(frozen=True)
class TrainingResult:
    """The result of a call of `train`."""

    step: int  # steps done
    # "steps": all steps are done. "patience": the validation bits had stopped falling. "stopped": on request.
    # "helped": another process writes the run's files.
    ended: str
    best_step: int  # 0 if no evaluation interval has ended yet
    validation_bits: float | None  # per character, of the best model on held-out tunes; None if stopped or helped
    evaluated: int = 0  # held-out tunes that `validation_bits` covers


def _spread(tunes: Sequence[str], count: int) -> Sequence[str]:
    """About `count` tunes, evenly spread over all of them."""
    return [tunes[number] for number in range(0, len(tunes), max(1, len(tunes) // count))]


@contextmanager
def _reporting_low_memory() -> Iterator[None]:
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise TrainingError("out of memory: give a smaller --units, --batch-size or --seq-length") from error


def never() -> bool:
    """Never stop: the default of `train`'s `stop`."""
    return False


@_reporting_low_memory()
def train(
    run: Run,
    corpus: Corpus,
    *,
    listener: Listener | None = None,
    stop: Callable[[], bool] = never,
    replicas: Replicas | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> TrainingResult:
    """Train a run's model, from its newest checkpoint if it has one.

    Args:
        run: the run, from `create_run` or `open_run`.
        corpus: the corpus that the run was created with.
        listener: receives the run's events.
        stop: called after each step; True ends training with a checkpoint of that step.
        replicas: devices that train together, from `folkkeras.distributed.replicas`; None uses `model.fit` on one.
        callbacks: further callbacks of Keras. An epoch is an evaluation interval; at its end their `logs` have `bits`
            and `val_bits` per character, `val_loss` in nats, and `learning_rate`. One that sets `model.stop_training`
            ends training with a checkpoint. Of several processes, the one that writes the run's files calls them.

    Raises:
        UsageError: a batch cannot be split evenly among the replicas.
        RunError: the corpus is not the run's, the run has ended, or another process is training it.
        CorpusError: the corpus is shorter than one window.
        OutputError: a file cannot be written, such as on a full disk.
        TrainingError: training diverges, or memory runs out.
    """
    run.require_corpus(corpus)
    listener = listener or Listener()
    if replicas:
        require_even_shards(run.config.batch_size, replicas.count)
        if not replicas.is_chief:
            return _help(run, corpus, listener, stop, replicas)
    with run.sole_writer():
        run.require_unended()
        return _train(run, corpus, listener, stop, replicas, callbacks)


def _train(
    run: Run,
    corpus: Corpus,
    listener: Listener,
    stop: Callable[[], bool],
    replicas: Replicas | None,
    further: Sequence[keras.callbacks.Callback],
) -> TrainingResult:
    """Take the remaining steps, none if the run was killed just before writing its result, and evaluate the model."""
    config = run.config
    base = open_model(run.base) if run.base else None
    learned = _learned(corpus, config)
    vocabulary = extended(base.vocabulary, learned.counts) if base else Vocabulary.from_counts(learned.counts)
    metadata: dict[str, Any] = {"corpus": list(corpus.sources), "corpus_digest": corpus.digest}
    metadata |= {"raw": corpus.raw, "chords": corpus.chords}
    metadata["usual_forms"] = UsualForms.of(map(read_tune, _spread(corpus.training, FORMS))).to_json()
    metadata |= {"options": config.to_json()} | ({"base": base_of(base.metadata)} if base else {})
    checkpoints = Checkpoints(run, metadata)
    create = partial(compiled_model, vocabulary, config)
    model = replicas.create(create) if replicas else create()
    state = checkpoints.restore(model, listener.on_damaged)
    if base and not state.step:
        load_pretrained_weights(model, base)
    model.stop_training = _has_ended(run, state)
    if replicas:
        replicas.share_state(model, state)

    learning_rate = learning_rate_of(config)
    likelihood = Likelihood(model, sample_of(corpus.held_out, SAMPLE))
    validation = Validation(run, state, likelihood, checkpoints, listener, learning_rate)
    log = TensorBoardLog(run, state, learning_rate, corpus, lambda: validation.rows[-1])
    callbacks = [
        Steps(run, state, listener, stop),
        validation,
        *further,  # before what saves, so that a stop of theirs is saved too
        Save(run, state, checkpoints),
        log,
    ]
    if replicas or not model.stop_training:
        listener.on_start(state.step, config.steps, config.batch_size * config.seq_length)
    try:
        if replicas:
            replicas.fit(model, _windows(learned, vocabulary, config, state), callbacks, state)
            replicas.any(_has_ended(run, state))  # so that all processes get the result
        elif not model.stop_training:
            _fit_alone(model, learned, config, callbacks, state)
        return _finish(run, corpus, model, state, log)
    finally:
        log.close()


def _learned(corpus: Corpus, config: TrainingConfig) -> Corpus:
    """The corpus with the training tunes from which windows are cut, transposed if the configuration says so."""
    if not config.transpose:
        return corpus
    return replace(corpus, training=in_keys_of_corpus(corpus.training, but_not=corpus.held_out))


def _fit_alone(
    model: TuneModel,
    corpus: Corpus,
    config: TrainingConfig,
    callbacks: list[keras.callbacks.Callback],
    state: TrainState,
) -> None:
    """Run `model.fit`, with evaluation intervals as epochs."""
    model.set_step(state.step)

    def fit(steps_per_epoch: int, epochs: int) -> None:
        windows = _windows(corpus, model.vocabulary, config, state)
        model.fit(
            windows, steps_per_epoch=steps_per_epoch, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks
        )

    # A run that resumes within an evaluation interval finishes it first, so that epochs stay evaluation intervals.
    if done := state.step % EVALUATION_INTERVAL:
        fit(steps_per_epoch=EVALUATION_INTERVAL - done, epochs=1)
    if not model.stop_training:
        fit(steps_per_epoch=EVALUATION_INTERVAL, epochs=-(-(config.steps - state.step) // EVALUATION_INTERVAL))


def _help(run: Run, corpus: Corpus, listener: Listener, stop: Callable[[], bool], replicas: Replicas) -> TrainingResult:
    """Take part in the steps of a run whose files another process writes."""
    config = run.config
    learned = _learned(corpus, config)
    vocabulary = Vocabulary.from_counts(learned.counts)
    model = replicas.create(partial(compiled_model, vocabulary, config))
    state = replicas.share_state(model, TrainState())
    listener.on_start(state.step, config.steps, config.batch_size * config.seq_length)
    steps = Steps(run, state, listener, stop)
    replicas.fit(model, _windows(learned, vocabulary, config, state), [steps], state)
    return TrainingResult(state.step, "helped" if replicas.any(False) else "stopped", 0, None)


def _windows(corpus: Corpus, vocabulary: Vocabulary, config: TrainingConfig, state: TrainState) -> tf.data.Dataset:
    """The batches from the current step on."""
    return random_windows(
        corpus.training.encoded(vocabulary),
        batch_size=config.batch_size,
        seq_length=config.seq_length,
        seed=config.seed,
        start_step=state.step,
        tune_starts=corpus.training.starts,
        tune_start_fraction=config.tune_start_fraction,
        vocabulary=vocabulary,
        features=features_of(config.features),
        feature_dropout=config.feature_dropout,
    )


def compiled_model(vocabulary: Vocabulary, config: TrainingConfig) -> TuneModel:
    """The model of a configuration, compiled for `fit`."""
    model = build_model(
        vocabulary,
        embedding=config.embedding,
        units=config.units,
        layers=config.layers,
        features=config.features,
        feature_embedding=config.feature_embedding if config.features != NONE else 0,
        dropout=config.dropout,
        weight_drop=config.weight_drop,
        seed=config.seed,
        bfloat16_products=config.precision == BFLOAT16,
    )
    model.compile(
        optimizer=optimizer_of(config),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    model.optimizer.build(model.trainable_variables)  # the step that creates its variables would be traced twice
    return model


def _out_of_patience(run: Run, state: TrainState) -> bool:
    return 0 < run.config.patience <= state.waited


def _has_ended(run: Run, state: TrainState) -> bool:
    return _out_of_patience(run, state) or state.step >= run.config.steps


def _finish(run: Run, corpus: Corpus, model: TuneModel, state: TrainState, log: TensorBoardLog) -> TrainingResult:
    if not _has_ended(run, state):
        return TrainingResult(state.step, "stopped", state.best_step, None)
    best = model.clone()
    load_weights(best, run.best)
    evaluated = at_most(corpus.held_out, EVALUATED)
    bits = Likelihood(best, evaluated).bits_per_character()
    ended = "patience" if _out_of_patience(run, state) else "steps"
    result = TrainingResult(state.step, ended, state.best_step, bits, len(evaluated))
    log.write_result(bits)
    run.write_result(asdict(result))
    return result
