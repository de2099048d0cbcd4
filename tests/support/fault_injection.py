"""What the injected faults share: the options of the trainings, and the comparison of their files."""

import io
import zipfile
from pathlib import Path

import h5py
import numpy as np

SIZES = [
    *("--embedding", "12", "--units", "24", "--layers", "2", "--batch-size", "8", "--seq-length", "40"),
    *("--features", "time,match"),
    *("--dropout", "0.2", "--weight-drop", "0.2", "--patience", "0", "--keep", "100000"),
]
STEPS = 400
Weights = dict[str, np.ndarray]


class Lost(Exception):  # a finding, not a fault of this program
    """A requirement did not hold."""


def require(holds: bool, what: str) -> None:
    if not holds:
        raise Lost(what)


def contents(path: Path) -> Weights:
    """All arrays of a `.keras` file, including the optimizer's."""
    arrays: Weights = {}

    def keep(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()]

    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(keep)
    return arrays


def same(first: Path, second: Path) -> bool:
    a, b = contents(first), contents(second)
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
