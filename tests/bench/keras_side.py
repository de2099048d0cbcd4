"""Keras: the lab's loop, the stock layer in `fit`, and folkkeras, also on tunes with features and without."""

import sys
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from contender import BATCH, CHARACTERS, EMBEDDING, LENGTH, STEPS, STREAMS, VOCABULARY, Measure, seconds_each, serve

from folkkeras.config import BFLOAT16, FLOAT32, TrainingConfig
from folkkeras.corpus.load import read_corpus
from folkkeras.features.columns import ALL, NONE, features_of
from folkkeras.model.tune_model import TuneModel, build_model
from folkkeras.sampling.engine import COMPILED_FROM, EngineWeights
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.slots import CHUNK, Slots, Stream
from folkkeras.training.batches import random_windows
from folkkeras.training.train import compiled_model
from folkkeras.vocabulary import Vocabulary

ALPHABET = Vocabulary("".join(chr(ord("(") + index) for index in range(VOCABULARY)))
AS_LEARNED = Sampling(temperature=1, top_p=1)  # as the peers draw


def random_ids() -> tf.data.Dataset:
    """Batches of random characters."""
    ids = np.random.default_rng(0).integers(0, VOCABULARY, 100_000).astype(np.uint8)
    return random_windows(ids, batch_size=BATCH, seq_length=LENGTH, seed=0)


def stock(units: int, layers: int) -> keras.Model:
    """The network from Keras's own layers."""
    lstms = [keras.layers.LSTM(units, return_sequences=True) for _ in range(layers)]
    return keras.Sequential([keras.layers.Embedding(VOCABULARY, EMBEDDING), *lstms, keras.layers.Dense(VOCABULARY)])


def train_lab(units: int, layers: int) -> Measure:
    """Seconds a step of the lab's own loop: a GradientTape, compiled as a graph, no clipping."""
    model, batches = stock(units, layers), iter(random_ids())
    optimizer = keras.optimizers.Adam(5e-3)

    @tf.function
    def train_step(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = keras.losses.sparse_categorical_crossentropy(y, model(x), from_logits=True)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return lambda: seconds_each(lambda: train_step(*next(batches)).numpy(), 2)


def train_stock(units: int, layers: int) -> Measure:
    """Seconds a step of `fit` with Keras's layers."""
    model = stock(units, layers)
    model.compile(
        optimizer=keras.optimizers.Adam(5e-3, global_clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return fit(model, random_ids())


def train(precision: str) -> Callable[[int, int], Measure]:
    """Seconds a step of `fit` with folkkeras."""

    def build(units: int, layers: int) -> Measure:
        # The peers have no features.
        config = TrainingConfig(units=units, layers=layers, features=NONE, precision=precision)
        return fit(compiled_model(ALPHABET, config), random_ids())

    return build


def train_on_tunes(features: str, precision: str = FLOAT32) -> Callable[[int, int], Measure]:
    """Seconds a step of `fit` with folkkeras on O'Neill's tunes."""

    def build(units: int, layers: int) -> Measure:
        config = TrainingConfig(units=units, layers=layers, features=features, precision=precision)
        batches = random_windows(
            TUNES.encoded(OF_TUNES),
            batch_size=BATCH,
            seq_length=LENGTH,
            seed=0,
            tune_starts=TUNES.starts,
            vocabulary=OF_TUNES,
            features=features_of(features),
        )
        return fit(compiled_model(OF_TUNES, config), batches)

    return build


def fit(model: keras.Model, batches: tf.data.Dataset) -> Measure:
    """Seconds a step between the ends of the first and the last of a `fit`."""

    class Clock(keras.callbacks.Callback):
        ends: list[float]

        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            self.ends.append(time.perf_counter())

    def measure() -> float:
        clock = Clock()
        clock.ends = []
        model.fit(batches, steps_per_epoch=STEPS + 1, verbose=0, shuffle=False, callbacks=[clock])
        return (clock.ends[-1] - clock.ends[0]) / STEPS

    return measure


def sample(
    streams: int, vocabulary: Vocabulary = ALPHABET, features: str = NONE, start: str = ALPHABET.characters[0]
) -> Callable[[int, int], Measure]:
    """Characters a second of all streams together."""

    def build(units: int, layers: int) -> Measure:
        own = TrainingConfig().feature_embedding if features != NONE else 0
        model: TuneModel = build_model(
            vocabulary, embedding=EMBEDDING, units=units, layers=layers, features=features, feature_embedding=own
        )
        slots = Slots(EngineWeights(model.export_weights(), int8=True), streams)
        texts = [
            Stream(vocabulary.encode(start).astype(np.int32), (0, number), AS_LEARNED) for number in range(streams)
        ]
        for _ in range(1 + COMPILED_FROM * slots.threads // (streams * CHUNK)):  # measure what lasts: compiled code
            slots.step(texts)
        calls = CHARACTERS // CHUNK
        return lambda: streams * CHUNK / seconds_each(lambda: slots.step(texts), calls)

    return build


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    TUNES = read_corpus(["oneills"]).training
    OF_TUNES = Vocabulary.from_text(TUNES.text)
    kinds = {
        "lab": {"train": train_lab},
        "stock": {"train": train_stock},
        "folkkeras": {
            "train": train(FLOAT32),
            "train_bfloat16": train(BFLOAT16),
            "sample": sample(1),
            "sample64": sample(STREAMS),
        },
        **{
            name: {
                "train_tunes": train_on_tunes(features),
                "train_tunes_bfloat16": train_on_tunes(features, BFLOAT16),
                "sample_tunes": sample(1, OF_TUNES, features, TUNES[0]),
                "sample64_tunes": sample(STREAMS, OF_TUNES, features, TUNES[0]),
            }
            for name, features in (("features", ALL), ("plain", NONE))
        },
    }
    serve(kinds[sys.argv[1]])
