"""The LSTM with products in bfloat16, compared with Keras's own; in float64 its formulas are compared exactly."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.lstms import assert_same, pair, results, sequence

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.model import lstm_bfloat16
from folkkeras.model.tune_model import build_model
from folkkeras.training.batches import random_windows
from folkkeras.training.train import compiled_model
from folkkeras.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_text("X:1\nT:abc def|\n")
SIZES = [(1, 1), (1, 7), (3, 2), (17, 31), (33, 100)]


@pytest.mark.parametrize(("batch", "length"), SIZES)
def test_results_and_gradients_are_those_of_keras_up_to_the_rounding(batch: int, length: int) -> None:
    stock, ours = pair()
    ours.bfloat16_products = True
    states = list(np.random.default_rng(2).normal(size=(2, batch, stock.units)).astype("float32"))
    expected, exact, rounded = (
        results(layer, sequence(batch, length), states, training=training)
        for layer, training in ((stock, True), (ours, False), (ours, True))
    )
    assert_same(expected, exact)
    assert_same(expected, rounded, 0.03)
    assert not np.array_equal(exact[0], rounded[0])


@pytest.mark.parametrize(("batch", "length"), SIZES)
def test_without_rounding_results_and_gradients_equal_those_of_keras(
    batch: int, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lstm_bfloat16, "NARROW", tf.float64)
    monkeypatch.setattr(lstm_bfloat16, "WIDE", tf.float64)
    stock, ours = pair(dtype="float64")
    ours.bfloat16_products = True
    states = list(np.random.default_rng(2).normal(size=(2, batch, stock.units)))
    x = sequence(batch, length, "float64")
    assert_same(results(stock, x, states, training=True), results(ours, x, states, training=True), 1e-12)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_model_of_characters_has_the_same_logits_and_gradients(layers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lstm_bfloat16, "NARROW", tf.float32)
    ids = tf.constant(np.random.default_rng(0).integers(0, len(VOCABULARY), (4, 23)), tf.int32)
    given = []
    for products in (False, True):
        model = build_model(VOCABULARY, embedding=6, units=9, layers=layers, seed=5, bfloat16_products=products)
        with tf.GradientTape() as tape:
            logits = model(ids, training=True)
            loss = tf.reduce_sum(tf.sin(logits))
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        given.append([logits.numpy(), *(tf.convert_to_tensor(gradient).numpy() for gradient in gradients)])
    assert_same(*given)


def test_only_training_rounds() -> None:
    exact, rounded = (build_model(VOCABULARY, embedding=6, units=9, bfloat16_products=value) for value in (False, True))
    ids = tf.constant([VOCABULARY.encode("T:abc")])
    assert np.array_equal(exact(ids), rounded(ids))
    assert not np.array_equal(exact(ids), rounded(ids, training=True))
    assert rounded.get_config() == exact.get_config()


def test_lengths_and_batch_sizes_may_be_unknown_when_tracing() -> None:
    stock, ours = pair()
    ours.bfloat16_products = True
    signature = [tf.TensorSpec((None, None, stock.cell.kernel.shape[0]))]
    function = tf.function(lambda x: ours(x, training=True), input_signature=signature)
    for batch, length in ((3, 4), (1, 9)):
        x = sequence(batch, length)
        assert_same([stock(x)[0].numpy()], [function(tf.constant(x))[0].numpy()], 0.03)


def test_the_losses_of_fifty_steps_are_close_to_those_in_float32(corpus: Corpus) -> None:
    vocabulary = Vocabulary.from_text(corpus.training_text)
    windows = random_windows(vocabulary.encode(corpus.training_text), batch_size=8, seq_length=40, seed=0)
    losses = []
    for precision in ("float32", "bfloat16"):
        config = TrainingConfig(embedding=16, units=32, layers=2, features="none", precision=precision)
        model = compiled_model(vocabulary, config)
        losses.append([float(model.train_on_batch(x, y)) for x, y in windows.take(50).as_numpy_iterator()])
    np.testing.assert_allclose(losses[0], losses[1], rtol=0.02)
    assert losses[0] != losses[1]
    assert losses[1][-1] < losses[1][0] - 0.5


def test_the_layer_can_be_rebuilt_from_its_config() -> None:
    _, layer = pair()
    layer.bfloat16_products = True
    assert type(layer).from_config(layer.get_config()).bfloat16_products
    assert keras.layers.deserialize(keras.layers.serialize(layer)).bfloat16_products
