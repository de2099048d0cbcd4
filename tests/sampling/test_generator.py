"""The engine, compared with the stateful Keras model, for one stream and for many."""

from dataclasses import replace

import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from support.engine_bits import engine_bits
from support.models import FEATURES, small
from support.trained import TrainedRun
from threadpoolctl import ThreadpoolController

import folkkeras
import folkkeras.sampling.slots as slots_module
from folkkeras.corpus.provenance import training_corpus
from folkkeras.errors import UsageError
from folkkeras.features.inputs import model_inputs
from folkkeras.model.saving import open_model
from folkkeras.model.tune_model import TuneModel
from folkkeras.sampling import engine as engine_module
from folkkeras.sampling.engine import COMPILED_FROM, Engine, EngineWeights
from folkkeras.sampling.generator import Generator
from folkkeras.sampling.request import TuneRequest
from folkkeras.sampling.sampler import Sampling
from folkkeras.sampling.slots import CHUNK, Slots, Stream

EXACT = Sampling(temperature=1, top_p=1)  # the probabilities as learned


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


def by_engine(model: TuneModel, start: str, length: int, seed: tuple[int, int]) -> str:
    """What the engine writes in float32."""
    slots = Slots(EngineWeights(model.export_weights(), int8=False), 1)
    stream = Stream(model.vocabulary.encode(start).astype(np.int32), seed, EXACT)
    text = start
    while len(text) < len(start) + length:
        text += model.vocabulary.decode(slots.step([stream])[0].tolist())
    return text[: len(start) + length]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("features", [{}, FEATURES])
def test_the_engine_draws_what_the_stateful_model_draws(layers: int, features: dict[str, object]) -> None:
    model = small(layers=layers, **features)
    assert by_engine(model, "X:1", 300, (3, 1)) == by_keras(model, "X:1", 300, (3, 1))


def test_the_engine_draws_what_a_trained_stateful_model_draws(trained: TrainedRun) -> None:
    model = open_model(trained.run.best)
    start = "X:1\nT:The Morning" * 6  # longer than a chunk
    assert by_engine(model, start, 300, (5, 1)) == by_keras(model, start, 300, (5, 1))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("features", [{}, FEATURES])
def test_int8_is_within_its_rounding_of_float32(layers: int, features: dict[str, object]) -> None:
    exported = small(layers=layers, **features).export_weights()
    logits = []
    for int8 in (False, True):
        engine = Engine(EngineWeights(exported, int8=int8), 1)
        for index in exported.vocabulary.encode("X:1\nT:abc def\n").tolist():
            engine.read(np.array([index], np.int32))
        logits.append(engine.logits[0].copy())
    error = np.abs(logits[1] - logits[0]).max()
    assert 0 < error < 0.02 * np.abs(logits[0]).max()


def test_int8_predicts_held_out_tunes_as_well_as_float32() -> None:
    exported = folkkeras.load("celtic").exported
    tunes = [tune[:300] for tune in training_corpus(exported.metadata).held_out[:60]]
    exact, rounded = (engine_bits(exported, tunes, int8=int8) for int8 in (False, True))
    assert 1 < exact < 1.5
    assert abs(rounded - exact) < 0.005


@pytest.mark.parametrize(("number", "processors", "threads", "steps"), [(3, 2, 1, 3), (50, 3, 3, 3), (64, 1, 1, 6)])
def test_in_int8_a_slot_is_the_same_to_the_last_digit_alone_and_among_others(
    number: int, processors: int, threads: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots_module, "cpu_count", lambda: processors)
    monkeypatch.setattr(engine_module, "compiled_from", lambda: COMPILED_FROM)
    weights = EngineWeights(folkkeras.load("celtic").exported, int8=True)
    start = weights.exported.vocabulary.encode("X:1\nT:").astype(np.int32)
    together = Slots(weights, number)
    assert together.threads == threads
    streams = [Stream(start[: 2 + slot % 5], (4, slot), Sampling()) for slot in range(number)]
    for _ in range(steps):
        ids = together.step(streams)
    compiled = steps * CHUNK * number // threads >= COMPILED_FROM
    assert compiled == (number == 64)  # the others are computed in Python, as one slot is
    for slot in {0, 1, number // 2, number - 1}:
        alone, stream = Slots(weights, 1), Stream(start[: 2 + slot % 5], (4, slot), Sampling())
        for _ in range(steps):
            (own,) = alone.step([stream])
        assert np.array_equal(own, ids[slot])
        pairs = zip(alone.state(0).columns, together.state(slot).columns, strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)


def test_the_features_may_be_compiled_within_a_note_of_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    generator, start, texts = folkkeras.load("celtic"), "X:1\nM:4/4\nL:1/8\nK:C\nA" + 60 * "/", []
    for compiled_from in (10**9, 60, 1):
        monkeypatch.setattr(engine_module, "compiled_from", lambda compiled_from=compiled_from: compiled_from)
        texts.append(generator.generate(length=100, seed=3, start=start))
    assert texts[0] == texts[1] == texts[2]


def test_the_fused_embedding_does_not_depend_on_the_number_of_threads() -> None:
    exported, tables = folkkeras.load("celtic").exported, []
    for threads in (1, 2):
        with ThreadpoolController().limit(limits=threads):
            tables.append(exported.fused_embedding())
    assert np.array_equal(*tables)


def test_a_generator_draws_the_same_from_a_file_and_from_a_model(trained: TrainedRun) -> None:
    model = open_model(trained.run.best)
    text = by_keras(model, "X:1", 300, (6, 1))
    for generator in (Generator(model, int8=False), folkkeras.load(trained.run.best, int8=False)):
        assert generator.generate(length=300, temperature=1, top_p=1, seed=6) == text
    text = Generator(model).generate(length=300, seed=6)
    assert folkkeras.load(trained.run.best).generate(length=300, seed=6) == text


# Of 41 slots the first engine has 20. In the last case only the second engine has read enough to be compiled.
@pytest.mark.parametrize(("number", "compiled_from"), [(3, 10**9), (41, 10**9), (41, 1), (41, 20 * CHUNK + 1)])
@pytest.mark.parametrize("back", [False, True])
def test_a_slot_continues_from_the_state_of_another(
    trained: TrainedRun, number: int, compiled_from: int, back: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "compiled_from", lambda: compiled_from)
    monkeypatch.setattr(slots_module, "cpu_count", lambda: 2)
    monkeypatch.setattr(slots_module, "LEAST_UNITS", 1)
    exported = open_model(trained.run.best).export_weights()
    slots = Slots(EngineWeights(exported, int8=True), number)
    streams = [
        Stream(exported.vocabulary.encode("X:1").astype(np.int32), (8, slot), Sampling()) for slot in range(number)
    ]
    one, other = (number - 1, 1) if back else (1, number - 1)
    slots.step(streams)
    kept = slots.state(one)
    expected = slots.step(streams)[one]
    slots.set_state(other, kept)
    chance = np.random.default_rng((8, one))
    chance.random(CHUNK - len("X:1"), dtype=np.float32)  # what that slot had used by then
    streams[other].random = chance
    assert np.array_equal(
        slots.step([stream if slot == other else None for slot, stream in enumerate(streams)])[other], expected
    )


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


def test_the_error_for_an_unreadable_start_text_names_its_characters() -> None:
    generator = Generator(small())
    with pytest.raises(UsageError, match="'é', 'Q'"):
        generator.generate(length=1, start="éQé")
    with pytest.raises(UsageError, match="empty"):
        generator.generate(length=1, start="")
    with pytest.raises(UsageError, match="--length 0"):
        generator.generate(length=0)


def test_streams_that_are_drawn_in_other_ways_are_the_same_side_by_side(trained: TrainedRun) -> None:
    exported = open_model(trained.run.best).export_weights()
    start = exported.vocabulary.encode("X:1").astype(np.int32)
    ways = [Sampling(temperature=0), Sampling(temperature=0.5), Sampling(top_k=2), Sampling()]

    def drawn(places: list[int]) -> list[list[int]]:
        slots = Slots(EngineWeights(exported, int8=True), len(places))
        streams = [Stream(start, (8, place), ways[place]) for place in places]
        return [ids.tolist() for ids in slots.step(streams)]

    together = drawn([0, 1, 2, 3])
    assert together == [drawn([place])[0] for place in range(4)]
    assert len(set(map(tuple, together))) == 4
