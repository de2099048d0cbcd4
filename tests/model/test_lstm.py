"""The fast LSTM, compared with Keras's own."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.lstms import FEATURES, UNITS, assert_same, pair, results, sequence

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.model.lstm import LSTM
from folkkeras.model.tune_model import build_model
from folkkeras.training.batches import random_windows
from folkkeras.training.train import compiled_model
from folkkeras.vocabulary import Vocabulary


@pytest.mark.parametrize(("batch", "length"), [(1, 1), (1, 7), (3, 2), (17, 31), (33, 100), (2, 300)])
def test_results_and_gradients_equal_those_of_keras(batch: int, length: int) -> None:
    stock, ours = pair()
    x = sequence(batch, length)
    assert_same(results(stock, x), results(ours, x))


def test_initial_states_and_their_gradients_equal_those_of_keras() -> None:
    stock, ours = pair()
    states = list(np.random.default_rng(2).normal(size=(2, 3, UNITS)).astype("float32"))
    assert_same(results(stock, sequence(3, 9), states), results(ours, sequence(3, 9), states))


@pytest.mark.parametrize("options", [{"use_bias": False}, {"return_sequences": False}, {"unit_forget_bias": False}])
def test_covered_options_take_the_fast_path(options: dict[str, Any]) -> None:
    stock, ours = pair(**options)
    assert ours.is_covered()
    assert_same(results(stock, sequence(4, 11)), results(ours, sequence(4, 11)))


@pytest.mark.parametrize(
    "options",
    [{"go_backwards": True}, {"recurrent_dropout": 0.1}, {"activation": "relu"}, {"recurrent_activation": "relu"}],
)
def test_options_that_are_not_covered_fall_back_to_keras(options: dict[str, Any]) -> None:
    stock, ours = pair(**options)
    assert not ours.is_covered()
    assert_same(results(stock, sequence(4, 11)), results(ours, sequence(4, 11)), 1e-6)


def test_a_mask_falls_back_to_keras() -> None:
    stock, ours = pair()
    mask = tf.sequence_mask([4, 9, 1], 9)
    assert_same(results(stock, sequence(3, 9), mask=mask), results(ours, sequence(3, 9), mask=mask), 1e-6)


def test_dropout_of_the_input_equals_that_of_keras() -> None:
    stock, ours = pair(dropout=0.5, seed=3)
    assert ours.is_covered()
    given = [results(layer, sequence(3, 9), training=True) for layer in (stock, ours)]
    assert_same(*given)
    assert np.max(np.abs(given[0][0] - results(ours, sequence(3, 9))[0])) > 0.01


def test_a_stateful_layer_continues_and_can_be_reset() -> None:
    stock, ours = pair(stateful=True, batch=2)
    x = sequence(2, 12)
    at_once = results(stock, x)[0]
    parts = np.concatenate([results(ours, x[:, :5])[0], results(ours, x[:, 5:])[0]], axis=1)
    assert_same([at_once], [parts])
    ours.reset_state()
    assert_same([at_once], [results(ours, x)[0]])


def test_gradients_equal_finite_differences_in_float64() -> None:
    layer = LSTM(3, dtype="float64", return_sequences=True)
    x = tf.constant(sequence(2, 4, "float64")[:, :, :2])
    layer.build(x.shape)
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(0, 0.5, weight.shape) for weight in layer.get_weights()])

    def outputs(x: tf.Tensor, *weights: tf.Tensor) -> tf.Tensor:
        with keras.StatelessScope([*zip(layer.trainable_variables, weights, strict=True)]):
            return layer(x)

    analytic, numeric = tf.test.compute_gradient(outputs, [x, *(v.value for v in layer.trainable_variables)], 1e-6)
    for one, other in zip(analytic, numeric, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-8)


def test_lengths_and_batch_sizes_may_be_unknown_when_tracing() -> None:
    stock, ours = pair()
    function = tf.function(ours.call, input_signature=[tf.TensorSpec((None, None, FEATURES))])
    for batch, length in ((3, 4), (1, 9)):
        x = sequence(batch, length)
        assert_same([stock(x)[0].numpy()], [function(tf.constant(x))[0].numpy()])


def test_bfloat16_is_as_accurate_as_in_keras() -> None:
    exact, _ = pair()
    stock, ours = pair(dtype="mixed_bfloat16")
    for layer in (stock, ours):
        layer.set_weights(exact.get_weights())
    x = sequence(8, 60)
    expected = exact(x)[0].numpy()
    errors = [np.abs(layer(x)[0].numpy().astype("float32") - expected).mean() for layer in (stock, ours)]
    assert errors[1] < 1.2 * errors[0] < 0.02


def test_a_layer_can_be_rebuilt_from_its_config() -> None:
    layer = LSTM(UNITS, return_sequences=True, dropout=0.25)
    assert LSTM.from_config(layer.get_config()).get_config() == layer.get_config()


VOCABULARY = Vocabulary.from_text("X:1\nT:abc def|\n")


@pytest.mark.parametrize("layers", [1, 2])
def test_the_folded_table_gives_the_layers_results_and_gradients(layers: int) -> None:
    model = build_model(VOCABULARY, embedding=6, units=9, layers=layers, seed=5)
    ids = tf.constant(np.random.default_rng(0).integers(0, len(VOCABULARY), (4, 23)), tf.int32)

    def layer_by_layer(ids: tf.Tensor) -> tf.Tensor:
        x = model.embedding(ids)
        for lstm in model.lstms:
            x = keras.layers.LSTM.inner_loop(lstm, x, lstm.get_initial_state(4), None)[1]
        return model.dense(x)

    given = []
    for function in (layer_by_layer, model):
        with tf.GradientTape() as tape:
            logits = function(ids)
            loss = tf.reduce_sum(tf.sin(logits))
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        given.append([logits.numpy(), *(tf.convert_to_tensor(gradient).numpy() for gradient in gradients)])
    assert_same(*given)


def test_the_losses_of_fifty_steps_equal_those_of_keras(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    vocabulary = Vocabulary.from_text(corpus.training_text)
    windows = random_windows(vocabulary.encode(corpus.training_text), batch_size=8, seq_length=40, seed=0)
    losses = []
    for stock in (False, True):
        if stock:
            monkeypatch.setattr(LSTM, "is_covered", lambda self, mask=None: False)
        model = compiled_model(vocabulary, TrainingConfig(embedding=16, units=32, layers=2, features="none"))
        batches = windows.take(50).as_numpy_iterator()
        losses.append([float(model.train_on_batch(x, y)) for x, y in batches])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)
    assert losses[0][-1] < losses[0][0] - 0.5
