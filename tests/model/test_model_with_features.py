"""A model that reads features: its inputs, its gradients, its likelihoods, its file, and its transfer."""

from collections import Counter
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from support.models import FEATURES, VOCABULARY, gradients_of, small

from folkkeras.features.columns import COPIED, features_of
from folkkeras.features.inputs import model_inputs
from folkkeras.features.outputs import DEGREES, TONICS, WIDEST
from folkkeras.model.likelihood import Likelihood
from folkkeras.model.lstm import LSTM
from folkkeras.model.saving import open_model, save_model
from folkkeras.model.transfer import extended, load_pretrained_weights
from folkkeras.model.tune_model import TuneModel, build_model
from folkkeras.vocabulary import Vocabulary

TUNE = "X:1\nT:a\n" + "abc def|" * 4


def inputs_of(text: str, model: TuneModel) -> dict[str, tf.Tensor]:
    return {name: tf.constant(row) for name, row in model_inputs(text, model.vocabulary, model.features).items()}


def test_a_stateful_clone_reading_single_characters_equals_the_model() -> None:
    model = small(**FEATURES)
    clone, inputs = model.clone(batch_size=1, stateful=True), inputs_of(TUNE, model)
    together = model(inputs).numpy()[0]
    steps = [clone({name: row[:, n : n + 1] for name, row in inputs.items()}).numpy()[0, 0] for n in range(len(TUNE))]
    np.testing.assert_allclose(together, np.stack(steps), atol=1e-5)


def test_a_copy_raises_the_logit_of_the_character_that_it_names() -> None:
    model = small(**FEATURES)
    kernel, bias = model.dense.get_weights()
    inputs = inputs_of(TUNE, model)
    before = model(inputs).numpy()[0]
    bias[len(VOCABULARY) : len(VOCABULARY) + len(COPIED)] += np.arange(1, len(COPIED) + 1)
    model.dense.set_weights([kernel, bias])
    raised = model(inputs).numpy()[0] - before
    expected = np.zeros_like(raised)
    for number, name in enumerate(COPIED, start=1):
        for place, value in enumerate(inputs[name].numpy()[0]):
            if value:
                expected[place, value - 1] += number
    assert expected.max() > 5
    np.testing.assert_allclose(raised, expected, atol=1e-4)


def test_a_degree_raises_the_letter_above_the_tonic_and_an_interval_the_one_after_the_last_note() -> None:
    text = "X:1\nM:4/4\nK:E\nE2 GB|"
    vocabulary = Vocabulary.from_text(text + "CDEFGABcdefgab")
    model = build_model(vocabulary, embedding=4, units=4, features="header,pitch", feature_embedding=3)
    kernel, bias = model.dense.get_weights()
    inputs = {name: row[:, -1:] for name, row in inputs_of(text, model).items()}
    before = model(inputs).numpy()[0, 0]
    bias[len(vocabulary) + TONICS - 1 + 4] += 2.0  # the fifth above the tonic E
    bias[len(vocabulary) + DEGREES + WIDEST - 1] += 3.0  # one step down from the last note, a B
    model.dense.set_weights([kernel, bias])
    raised = model(inputs).numpy()[0, 0] - before
    expected = {"B": 2.0, "A": 3.0}
    for index, character in enumerate(vocabulary.characters):
        assert raised[index] == pytest.approx(expected.get(character, 0.0), abs=1e-5), character


@pytest.mark.parametrize("layers", [1, 2])
def test_results_and_gradients_equal_those_of_keras_layers(layers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small(layers=layers, weight_drop=0.5, **FEATURES)
    inputs = inputs_of(TUNE, model)

    ours = gradients_of(model, inputs)
    monkeypatch.setattr(LSTM, "is_covered", lambda self, mask=None: False)
    for one, other in zip(ours, gradients_of(model, inputs), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    assert all(np.abs(gradient).max() > 0 for gradient in ours)


def test_the_likelihood_of_a_tune_is_that_of_its_characters_one_after_another() -> None:
    model = small(**FEATURES)
    tunes = [TUNE, "X:1\nabc|"]
    for tune, bits in zip(tunes, Likelihood(model, tunes).bits(), strict=True):
        log_p = tf.nn.log_softmax(model(inputs_of(tune, model))).numpy()[0]
        ids = VOCABULARY.encode(tune)
        expected = [-log_p[place, label] / np.log(2) for place, label in enumerate(ids[1:])]
        np.testing.assert_allclose(bits, expected, rtol=1e-4, atol=1e-5)


def test_a_saved_model_is_restored_completely(tmp_path: Path) -> None:
    model = small(features="time,match", feature_embedding=3)
    save_model(model, tmp_path / "a.keras")
    for again in (open_model(tmp_path / "a.keras"), keras.models.load_model(tmp_path / "a.keras")):
        assert again.get_config() == model.get_config()
        assert again.features == features_of("time,match")
        assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), again.get_weights(), strict=True))


def test_a_transferred_model_gives_the_known_characters_the_same_logits() -> None:
    base = small(**FEATURES)
    vocabulary = extended(VOCABULARY, Counter("éü"))
    names = ("embedding", "units", "layers", "features", "feature_embedding")
    model = build_model(vocabulary, **{name: base.hyperparameters[name] for name in names})
    load_pretrained_weights(model, base)
    known, logits = base(inputs_of(TUNE, base)).numpy(), model(inputs_of(TUNE, model)).numpy()
    np.testing.assert_allclose(logits[..., : len(VOCABULARY)], known, atol=1e-5)
    np.testing.assert_allclose(
        logits[..., len(VOCABULARY) :], base.dense.get_weights()[1][: len(VOCABULARY)].min(), atol=1e-5
    )
