"""Mutated model files are refused in one line, in little time and memory; see `make fuzz-models`."""

import io
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from model_fuzz import archive_of, fuzz, members_of, small_model

from folkkeras.errors import ModelFileError
from folkkeras.model.reader import WEIGHTS, read_exported
from folkkeras.model.weight_names import weight_names


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fuzz") / "small.keras"
    small_model(path)
    return path


def test_mutated_models_are_refused_or_opened_and_nothing_else(model: Path) -> None:
    results = fuzz(model, 1_000, seed=1)
    assert results.keys() == {"opened", "refused"}
    assert results["refused"] > 300


@pytest.mark.parametrize("sign", [b"TREE", b"HEAP"])
def test_a_tree_that_contains_itself_is_refused(model: Path, sign: bytes, tmp_path: Path) -> None:
    members = members_of(model)
    data = bytearray(members[WEIGHTS])
    tree = data.find(b"TREE")
    for place in range(tree + 32, tree + 200, 8):
        data[place : place + 8] = data.find(sign).to_bytes(8, "little")
    members[WEIGHTS] = bytes(data)
    path = tmp_path / "circle.keras"
    path.write_bytes(archive_of(members))
    with pytest.raises(ModelFileError, match="damaged"):
        read_exported(path)


def test_weights_are_read_as_the_hdf5_library_reads_them(model: Path) -> None:
    exported = read_exported(model)
    with h5py.File(io.BytesIO(members_of(model)[WEIGHTS])) as file:
        for name, weights in zip(weight_names(1, features=True), exported.weights, strict=True):
            assert np.array_equal(file[name][()], weights), name
    assert len(exported.weights) == 7


def test_opening_a_model_does_not_load_the_hdf5_library(model: Path) -> None:
    script = "import sys, folkkeras; folkkeras.load(sys.argv[1]); sys.exit('h5py' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script, model]).returncode == 0
