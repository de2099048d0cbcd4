"""The engines, compared with the stateful Keras model, for one stream and for many."""

from dataclasses import replace

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from support.models import FEATURES, small
from support.trained import TrainedRun

import folkkeras
from folkkeras.errors import UsageError
from folkkeras.features.inputs import model_inputs
from folkkeras.model.saving import open_model
from folkkeras.model.tune_model import TuneModel
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.numpy_engine import NumpyEngine
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.slots import Slots, Stream
from folkkeras.sampling.xla_engine import XlaEngine

ENGINES = pytest.mark.parametrize("engine", [NumpyEngine, XlaEngine])
Engines = type[NumpyEngine] | type[XlaEngine]


def by_keras(model: TuneModel, start: str, length: int, seed: tuple[int, int]) -> str:
    """What the stateful model with batch size 1 writes, character by character."""
    clone, vocabulary = model.clone(batch_size=1, stateful=True), model.vocabulary

    def logits_after(text: str) -> npt.NDArray[np.float32]:
        inputs = model_inputs(text, vocabulary, model.features)
        last = {name: tf.constant(values[:, -1:]) for name, values in inputs.items()}
        logits: npt.NDArray[np.float32] = clone(last if model.features else last["characters"]).numpy()[0, -1]
        return logits

    for end in range(1, len(start) + 1):
        logits = logits_after(start[:end])
    text = start
    for uniform in np.random.default_rng(seed).random(length, dtype=np.float32):
        weights = np.exp(logits - logits.max())
        index = int(np.argmax(np.cumsum(weights) > uniform * weights.sum()))
        text += vocabulary.characters[index]
        logits = logits_after(text)
    return text


def by_engine(engine: Engines, model: TuneModel, start: str, length: int, seed: tuple[int, int]) -> str:
    """What one of our engines writes."""
    slots = Slots(engine(model.export_weights(), 1, Sampling(temperature=1, top_p=1)))
    stream = Stream(model.vocabulary.encode(start).astype(np.int32), seed)
    text = start
    while len(text) < len(start) + length:
        text += model.vocabulary.decode(slots.step([stream])[0].tolist())
    return text[: len(start) + length]


@ENGINES
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("features", [{}, FEATURES])
def test_an_engine_draws_what_the_stateful_model_draws(
    layers: int, features: dict[str, object], engine: Engines
) -> None:
    model = small(layers=layers, **features)
    assert by_engine(engine, model, "X:1", 300, (3, 1)) == by_keras(model, "X:1", 300, (3, 1))


@ENGINES
def test_an_engine_draws_what_a_trained_stateful_model_draws(trained: TrainedRun, engine: Engines) -> None:
    model = open_model(trained.run.best)
    start = "X:1\nT:The Morning" * 6  # longer than a chunk of the engine
    assert by_engine(engine, model, start, 300, (5, 1)) == by_keras(model, start, 300, (5, 1))


def test_a_generator_draws_the_same_from_a_file_and_from_a_model(trained: TrainedRun) -> None:
    model = open_model(trained.run.best)
    text = by_keras(model, "X:1", 300, (6, 1))
    assert Generator(model).generate(length=300, temperature=1, top_p=1, seed=6) == text
    assert folkkeras.load(trained.run.best).generate(length=300, temperature=1, top_p=1, seed=6) == text


@pytest.mark.parametrize(
    "options",
    [{}, {"temperature": 0.7}, {"top_k": 3}, {"top_p": 0.8}, {"temperature": 0.0}, {"temperature": 1e-38}],
)
def test_both_engines_draw_the_same_in_several_slots(trained: TrainedRun, options: dict[str, float]) -> None:
    exported = open_model(trained.run.best).export_weights()
    texts = []
    for engine in (NumpyEngine, XlaEngine):
        slots = Slots(engine(exported, 4, Sampling(**options)))
        streams = [
            Stream(exported.vocabulary.encode("X:1\nT:"[: 3 + slot]).astype(np.int32), (8, slot)) for slot in range(3)
        ]
        first = slots.step([*streams, None])
        kept = slots.engine.state(1)
        second = slots.step([*streams, None])
        slots.engine.set_state(2, kept)  # this stream continues from the state of another
        third = slots.step([None, None, streams[2], None])
        texts.append([ids.tolist() for ids in (*first, *second, *third)])
    assert texts[0] == texts[1]


def test_the_stateful_model_equals_one_of_keras_layers() -> None:
    source = small(layers=1).clone(batch_size=1, stateful=True)
    x = inputs = keras.Input(batch_shape=(1, None))
    x = keras.layers.Embedding(len(source.vocabulary), source.hyperparameters["embedding"])(x)
    x = keras.layers.LSTM(source.hyperparameters["units"], return_sequences=True, stateful=True)(x)
    plain = keras.Model(inputs, keras.layers.Dense(len(source.vocabulary))(x))
    plain.set_weights(source.get_weights())
    for index in source.vocabulary.encode("X:1\nT:abc def\n").tolist():
        ids = tf.constant([[index]])
        np.testing.assert_allclose(source(ids).numpy(), plain(ids).numpy(), rtol=1e-4, atol=1e-5)


def test_a_length_counts_new_characters_and_texts_share_a_beginning() -> None:
    generator = Generator(small())
    long = generator.generate(length=200, start="X:1\nT:", seed=9)
    assert len(long) == 206
    assert long.startswith(generator.generate(length=65, start="X:1\nT:", seed=9))
    assert long != generator.generate(length=200, start="X:1\nT:", seed=10)


@pytest.mark.parametrize("options", [{"temperature": 0.7}, {"top_k": 3}, {"top_p": 0.8}, {"temperature": 0.0}])
def test_tunes_sampled_together_equal_tunes_sampled_one_by_one(trained: TrainedRun, options: dict[str, float]) -> None:
    generator = folkkeras.load(trained.run.best)
    request = TuneRequest(count=5, seed=1, sampling=Sampling(**options), max_length=300)
    many = "".join(generator.tunes(request).pieces())
    alone = ["".join(generator.tunes(replace(request, count=1, first=number)).pieces()) for number in range(1, 6)]
    assert many == "\n".join(alone) == "\n".join(tune.text for tune in generator.tunes(request))


def test_slots_are_refilled_until_all_tunes_are_sampled(trained: TrainedRun) -> None:
    generator = folkkeras.load(trained.run.best)
    request = TuneRequest(count=150, seed=2, max_length=200)
    tunes = list(generator.tunes(request))
    assert [tune.number for tune in tunes] == list(range(1, 151))
    assert [tune.text.split("\n", 1)[0] for tune in tunes] == [f"X:{number}" for number in range(1, 151)]
    assert len({tune.text.split("\n", 1)[1] for tune in tunes}) > 100
    for number in (1, 64, 65, 150):
        (alone,) = generator.tunes(replace(request, count=1, first=number))
        assert tunes[number - 1].text == alone.text


def test_bfloat16_draws_the_same_text_at_first() -> None:
    exact, rounded = (folkkeras.load("celtic", bfloat16=asked) for asked in (False, True))
    texts = [generator.generate(length=20, temperature=0, seed=1) for generator in (exact, rounded)]
    assert texts[0] == texts[1]
    assert exact.generate(length=600, seed=1) != rounded.generate(length=600, seed=1)


def test_the_error_for_an_unreadable_start_text_names_its_characters() -> None:
    generator = Generator(small())
    with pytest.raises(UsageError, match="'é', 'Q'"):
        generator.generate(length=1, start="éQé")
    with pytest.raises(UsageError, match="empty"):
        generator.generate(length=1, start="")
    with pytest.raises(UsageError, match="--length 0"):
        generator.generate(length=0)
