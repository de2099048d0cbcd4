"""The Keras internals that folkkeras uses behave as it needs; for gradients see test_replicas."""

import io
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from support.models import FEATURES, small

from folkkeras.model.keras_compat import put_row, set_seed, value_in_place_of
from folkkeras.model.saving import save_model
from folkkeras.model.weight_names import weight_names


def test_put_row_replaces_a_row_of_a_matrix() -> None:
    put = tf.function(put_row, jit_compile=True)
    found = put(tf.zeros((3, 2)), tf.constant(1), tf.constant([4.0, 5.0]))
    assert found.numpy().tolist() == [[0, 0], [4, 5], [0, 0]]


def test_a_seed_determines_what_a_generator_draws_next() -> None:
    generator = keras.random.SeedGenerator(3)
    set_seed(generator, tf.constant([7, 100], tf.int64))
    drawn = keras.random.uniform((5,), seed=generator)
    assert np.array_equal(drawn, tf.random.stateless_uniform((5,), tf.constant([7, 100], tf.int64)))


@pytest.mark.parametrize("features", [{}, FEATURES])
@pytest.mark.parametrize("layers", [1, 3])
def test_weight_names_are_those_in_a_saved_file(layers: int, features: dict[str, object], tmp_path: Path) -> None:
    model = small(layers=layers, **features)
    save_model(model, tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        data = archive.read("model.weights.h5")
    with h5py.File(io.BytesIO(data)) as file:
        found = [file[name][()] for name in weight_names(layers, features=bool(features))]
    assert all(np.array_equal(one, other) for one, other in zip(found, model.get_weights(), strict=True))


def test_a_replaced_variable_reads_as_the_value_and_gets_the_gradient() -> None:
    variable = keras.Variable([2.0, 3.0])
    with tf.GradientTape() as tape:
        masked = tf.where([True, False], variable.value / 0.5, 0.0)
        with value_in_place_of(variable, masked):
            total = tf.reduce_sum(tf.convert_to_tensor(variable) * [10.0, 10.0])
    assert float(total) == 40
    assert tape.gradient(total, variable.value).numpy().tolist() == [20, 0]
    assert variable.numpy().tolist() == [2, 3]
