"""The model, its stateful clone, its dropout, its likelihoods and its file."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from support.models import VOCABULARY, gradients_of, rewritten, small

from folkkeras.errors import ModelFileError
from folkkeras.model.likelihood import Likelihood
from folkkeras.model.lstm import LSTM
from folkkeras.model.saving import open_model, save_half, save_model
from folkkeras.model.tune_model import build_model


def test_the_same_seed_gives_the_same_model_and_another_seed_another() -> None:
    first, again, other = (small(seed=seed).get_weights() for seed in (5, 5, 6))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_a_stateful_clone_reading_single_characters_equals_the_model() -> None:
    model = small()
    clone = model.clone(batch_size=1, stateful=True)
    ids = tf.constant(VOCABULARY.encode("X:1\nT:abc def|").astype(np.int32))[None, :]
    whole = model(ids).numpy()[0]
    steps = np.stack([clone(ids[:, n : n + 1]).numpy()[0, 0] for n in range(ids.shape[1])])
    np.testing.assert_allclose(whole, steps, atol=1e-6)
    clone.reset_state()
    np.testing.assert_allclose(clone(ids[:, :1]).numpy()[0, 0], whole[0], atol=1e-6)


def test_batches_of_unknown_and_of_different_sizes_are_read() -> None:
    model = small()
    ids = np.arange(20, dtype=np.int32).reshape(5, 4) % len(VOCABULARY)
    together = model(ids).numpy()
    np.testing.assert_allclose(model.predict(ids, batch_size=2, verbose=0), together, atol=1e-6)
    traced = tf.function(model, input_signature=[tf.TensorSpec((None, None), tf.int32)])
    np.testing.assert_allclose(traced(ids), together, atol=1e-6)


def test_dropout_masks_depend_on_the_step_and_last_for_a_sequence() -> None:
    model = small(dropout=0.5, layers=1)
    x = tf.ones((3, 6, 8))
    layer = model.dropouts[0]
    masks = []
    for step in (7, 8, 7):
        model.set_step(step)
        masks.append(layer(x, training=True).numpy())
    assert np.array_equal(masks[0], masks[2])
    assert not np.array_equal(masks[0], masks[1])
    assert np.array_equal(masks[0], np.repeat(masks[0][:, :1], 6, axis=1))


def test_dropped_weights_depend_on_the_step_and_only_in_training() -> None:
    model = small(weight_drop=0.5, layers=2)
    plain = small(layers=2)
    plain.set_weights(model.get_weights())
    ids = tf.constant([VOCABULARY.encode("X:1\nabc").astype(np.int32)])
    np.testing.assert_array_equal(model(ids).numpy(), plain(ids).numpy())
    drawn = []
    for step in (7, 8, 7):
        model.set_step(step)
        drawn.append(model(ids, training=True).numpy())
    assert np.array_equal(drawn[0], drawn[2])
    assert not np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], plain(ids).numpy())


@pytest.mark.parametrize("layers", [1, 2])
def test_dropped_weights_give_the_same_gradients_as_in_keras(layers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small(weight_drop=0.5, layers=layers)
    ids = tf.constant([VOCABULARY.encode("X:1\nabc").astype(np.int32)])

    ours = gradients_of(model, ids)
    monkeypatch.setattr(LSTM, "is_covered", lambda self, mask=None: False)
    for one, other in zip(ours, gradients_of(model, ids), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_bits_are_a_mean_over_tunes_that_each_start_from_a_zero_state() -> None:
    model = small()
    tunes = ["X:1\nabc|", "X:1\nT:abc def|\nabc def", "X:"]
    total = 0.0
    for tune in tunes:
        ids = VOCABULARY.encode(tune).astype(np.int32)[None, :]
        log_p = tf.nn.log_softmax(model(tf.constant(ids[:, :-1]))).numpy()[0]
        total -= float(sum(log_p[n, label] for n, label in enumerate(ids[0, 1:]))) / np.log(2)
    characters = sum(len(tune) - 1 for tune in tunes)
    assert Likelihood(model, tunes).bits_per_character() == pytest.approx(total / characters, rel=1e-5)


@pytest.mark.parametrize("layers", [1, 3])
def test_a_saved_model_is_restored_completely(tmp_path: Path, layers: int) -> None:
    model = small(layers=layers, dropout=0.25, weight_drop=0.25, metadata={"raw": True, "step": 7})
    save_model(model, tmp_path / "a.keras")
    for again in (open_model(tmp_path / "a.keras"), keras.models.load_model(tmp_path / "a.keras")):
        assert again.get_config() == model.get_config()
        assert again.metadata == {"raw": True, "step": 7}
        assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), again.get_weights(), strict=True))


def test_half_precision_halves_the_file_and_rounds_the_weights(tmp_path: Path) -> None:
    model = small(metadata={"raw": False})
    save_model(model, tmp_path / "whole.keras")
    save_half(model, tmp_path / "half.keras")
    again = open_model(tmp_path / "half.keras")
    assert again.get_config() == model.get_config()
    for weights, halved in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(halved, weights.astype(np.float16).astype(np.float32))
    big = build_model(VOCABULARY, embedding=64, units=128)
    for save, name in ((save_model, "a.keras"), (save_half, "b.keras")):
        save(big, tmp_path / name)
    assert (tmp_path / "b.keras").stat().st_size < 0.55 * (tmp_path / "a.keras").stat().st_size


@pytest.fixture(scope="module")
def model_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("model") / "a.keras"
    save_model(small(), path)
    return path.read_bytes()


@pytest.mark.parametrize("fraction", [0.0, 0.02, 0.3, 0.9, 0.999])
def test_the_error_for_a_truncated_model_file_names_it(model_bytes: bytes, tmp_path: Path, fraction: float) -> None:
    path = tmp_path / "cut.keras"
    path.write_bytes(model_bytes[: int(fraction * len(model_bytes))])
    with pytest.raises(ModelFileError, match=r"cut\.keras"):
        open_model(path)


def test_a_flipped_weight_is_never_loaded(model_bytes: bytes, tmp_path: Path) -> None:
    path = tmp_path / "flipped.keras"
    middle = len(model_bytes) // 2
    path.write_bytes(model_bytes[:middle] + bytes([model_bytes[middle] ^ 1]) + model_bytes[middle + 1 :])
    with pytest.raises(ModelFileError, match=r"flipped\.keras"):
        open_model(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda saved: saved.update(registered_name="evil>Thing"),
        lambda saved: saved.update(config=[1]),
        lambda saved: saved["config"].update(units=10**9),
        lambda saved: saved["config"].update(units=60_000, layers=64),
        lambda saved: saved["config"].update(units=-1),
        lambda saved: saved["config"].update(units="12"),
        lambda saved: saved["config"].update(units=True),
        lambda saved: saved["config"].update(units=11),
        lambda saved: saved["config"].update(characters=""),
        lambda saved: saved["config"].update(characters="aa"),
        lambda saved: saved["config"].update(characters=["a"]),
        lambda saved: saved["config"].update(dropout="0.5"),
        lambda saved: saved["config"].update(weight_drop=1.5),
        lambda saved: saved["config"].update(metadata=None),
        lambda saved: saved["config"].update(features="everything", feature_embedding=4),
        lambda saved: saved["config"].update(features="all"),
        lambda saved: saved["config"].update(feature_embedding=4),
        lambda saved: saved["config"].update(features=["all"], feature_embedding=4),
        lambda saved: saved["config"].update(features="all", feature_embedding=True),
        lambda saved: saved["config"].update(features="all", feature_embedding=4),
        lambda saved: saved["config"].pop("seed"),
    ],
)
def test_a_hostile_or_foreign_config_is_refused(model_bytes: bytes, tmp_path: Path, change: object) -> None:
    with pytest.raises(ModelFileError, match=r"bad\.keras"):
        open_model(rewritten(model_bytes, tmp_path / "bad.keras", change))


def test_compressed_weights_are_refused(model_bytes: bytes, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="compressed"):
        open_model(rewritten(model_bytes, tmp_path / "bad.keras", lambda saved: None, zipfile.ZIP_DEFLATED))


WEIGHT = "layers/lstm/cell/vars/1"


@pytest.mark.parametrize(
    "put",
    [
        lambda file, weights, other: file.create_dataset(WEIGHT, data=weights[:-1]),
        lambda file, weights, other: file.create_dataset(WEIGHT, data=weights.astype(np.int32)),
        lambda file, weights, other: file.create_dataset(WEIGHT, data=weights, compression="gzip"),
        lambda file, weights, other: file.create_dataset(WEIGHT, weights.shape, "f4", external=[(other, 0, 10_000)]),
        lambda file, weights, other: file.__setitem__(WEIGHT, h5py.ExternalLink(other, WEIGHT)),
        lambda file, weights, other: file.__setitem__(WEIGHT, h5py.SoftLink("/embedding/vars/0")),
        lambda file, weights, other: file.create_group(WEIGHT),
        lambda file, weights, other: file.create_dataset(WEIGHT, weights.shape, "f4"),  # no bytes
        lambda file, weights, other: file.create_dataset(WEIGHT, data=weights * np.inf),
        lambda file, weights, other: file.create_dataset(WEIGHT, data=weights.astype("f8") * 1e300),
        lambda file, weights, other: None,
    ],
)
def test_weights_that_are_not_plain_arrays_in_the_file_are_refused(
    model_bytes: bytes, tmp_path: Path, put: Callable[[h5py.File, np.ndarray, str], object]
) -> None:
    path = rewritten(model_bytes, tmp_path / "bad.keras", lambda saved: None)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    hurt = tmp_path / "hurt.h5"
    hurt.write_bytes(members["model.weights.h5"])
    (tmp_path / "other.h5").write_bytes(members["model.weights.h5"])
    with h5py.File(hurt, "a") as file:
        weights = file[WEIGHT][()]
        del file[WEIGHT]
        put(file, weights, str(tmp_path / "other.h5"))
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, hurt.read_bytes() if name == "model.weights.h5" else data)
    with pytest.raises(ModelFileError, match="its weights do not match its config"):
        open_model(path)


def test_a_lambda_in_a_model_file_is_not_run(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    layer = keras.layers.Lambda(lambda x, path=str(witness): __import__("pathlib").Path(path).write_text("run") and x)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2), layer])
    witness.unlink()
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(ModelFileError, match="did not write"):
        open_model(tmp_path / "lambda.keras")
    assert not witness.exists()


def test_a_declared_size_that_exceeds_the_file_is_refused(model_bytes: bytes, tmp_path: Path) -> None:
    path = rewritten(model_bytes, tmp_path / "a.keras", lambda saved: saved["config"].update(units=6_144))
    forged = bytearray(path.read_bytes())
    start = forged.rindex(b"model.weights.h5") - 46  # its entry in the archive's directory
    assert forged[start : start + 4] == b"PK\x01\x02"
    forged[start + 20 : start + 28] = (2**31).to_bytes(4, "little") * 2  # its size, compressed and not
    path.write_bytes(forged)
    with pytest.raises(ModelFileError, match="declares more"):
        open_model(path)
