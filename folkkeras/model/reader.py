"""Read the weights of a `.keras` file, which need not be trusted, as data, without TensorFlow or the HDF5 library.

Reading executes nothing from the file. Its config and vocabulary are read as JSON and checked for type and size.
The weights are read one by one under the names that Keras gives them, and must have the shapes that the config
requires. Links are refused. Declared sizes are checked against the bytes that are actually there
before any memory is allocated for them.
"""

import json
import os
import zipfile
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from folkkeras.config import MAX
from folkkeras.errors import ModelFileError, UsageError
from folkkeras.features.columns import NONE, features_of
from folkkeras.file_format import format_fault
from folkkeras.model.hdf5 import Hdf5Reader
from folkkeras.model.weight_names import weight_names
from folkkeras.model.weights import Array, ExportedWeights, shapes
from folkkeras.pretrained import model_path
from folkkeras.vocabulary import Vocabulary

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
_SIZES = ("embedding", "units", "layers")
_FEATURES = ("features", "feature_embedding")
_LARGEST_CONFIG = 16 << 20  # bytes
_BOUNDS = {**{name: (1, MAX[name]) for name in _SIZES}, "seed": (0, 2**31 - 1)}


def read_exported(path: str | Path) -> ExportedWeights:
    """Read the weights of a model file that `folk train` wrote, or of the pretrained model `celtic`.

    Raises:
        ModelFileError: the file is missing, damaged, or not a folkkeras model.
    """
    path = model_path(path)
    config = read_config(path)
    vocabulary, hyperparameters = Vocabulary(config["characters"]), _hyperparameters(config)
    try:
        with zipfile.ZipFile(path) as archive:
            if broken := archive.testzip():
                raise ValueError(f"{broken} fails its checksum")
            data = archive.read(WEIGHTS)
        file = Hdf5Reader(data)
        named = zip(
            weight_names(hyperparameters["layers"], hyperparameters["features"] != NONE),
            shapes(len(vocabulary), **hyperparameters),
            strict=True,
        )
        weights = [_weights(file, name, shape) for name, shape in named]
    except Exception as error:  # zip raises various errors on broken weights
        raise ModelFileError(
            f"{path} is damaged, or its weights do not match its config ({first_line(error)}): use another copy"
        ) from error
    return ExportedWeights(vocabulary, hyperparameters, config["metadata"], weights)


def _weights(file: Hdf5Reader, name: str, shape: tuple[int, ...]) -> Array:
    found = file.array(name)
    if found.shape != shape:
        raise ValueError(f"{name} has the shape {found.shape}, not {shape}")
    with np.errstate(over="ignore"):
        array: Array = found.astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has weights that are not finite")
    return array


def read_metadata(path: str | Path) -> dict[str, Any]:
    """How the model in a file was trained, read without its weights.

    Raises:
        ModelFileError: the file is missing, damaged, or not a folkkeras model.
    """
    metadata: dict[str, Any] = read_config(path)["metadata"]
    return metadata


def parameters_of(path: str | Path) -> int:
    """How many weights the model in a file has, read without them.

    Raises:
        ModelFileError: the file is missing, damaged, or not a folkkeras model.
    """
    return _parameters(read_config(path))


def read_config(path: str | Path) -> dict[str, Any]:
    """The checked config of a model file.

    Raises:
        ModelFileError: the file is missing, damaged, or not a folkkeras model.
    """
    path = model_path(path)
    if not os.path.isfile(path):  # unlike Path.is_file, also False if the name is too long or access is denied
        raise ModelFileError(f"no model file {path}: give the name of a run, see `folk runs`, or a .keras file")
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
            if CONFIG not in members or WEIGHTS not in members:
                raise ModelFileError(f"{path} is a zip file but not a Keras model: give a .keras file of folkkeras")
            if members[CONFIG].file_size > _LARGEST_CONFIG:
                raise ModelFileError(f"{path} has a config of {members[CONFIG].file_size} bytes: refused")
            if any(member.compress_type != zipfile.ZIP_STORED for member in members.values()):
                raise ModelFileError(f"{path} has compressed parts, which folkkeras never writes: refused")
            # The declared sizes cannot be trusted, the size of the file can.
            there = path.stat().st_size
            if sum(max(member.file_size, member.compress_size) for member in members.values()) > there:
                raise ModelFileError(f"{path} has {there} bytes and declares more: refused")
            saved = json.loads(archive.read(CONFIG))
            weights_size = members[WEIGHTS].file_size
    except ModelFileError:
        raise
    except PermissionError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror}") from error
    # On some broken files, zipfile or json raises each of these; RuntimeError is for encrypted files.
    except (zipfile.BadZipFile, OSError, ValueError, RecursionError, NotImplementedError, RuntimeError) as error:
        raise ModelFileError(
            f"{path} is not a readable .keras file ({first_line(error)}): it is cut off, damaged or of another type"
        ) from error
    config = saved.get("config") if isinstance(saved, dict) else None
    if not isinstance(config, dict) or saved.get("registered_name") != "folkkeras>TuneModel":
        raise ModelFileError(f"{path} is a Keras model that folkkeras did not write: give one of `folk train`")
    if fault := format_fault(config.get("format")):
        raise ModelFileError(f"{path} {fault}")
    _check(config, weights_size, path)
    return config


def _check(config: dict[str, Any], weights_size: int, path: Path) -> None:
    def refuse(what: str) -> ModelFileError:
        return ModelFileError(f"{path} has {what}: refused; give a model that `folk train` wrote")

    characters = config.get("characters")
    if not isinstance(characters, str) or not characters or len(set(characters)) != len(characters):
        raise refuse("no valid vocabulary")
    for name, (least, most) in _BOUNDS.items():
        value = config.get(name)
        if type(value) is not int or not least <= value <= most:
            raise refuse(f"the {name} {value!r}")
    for name in ("dropout", "weight_drop"):
        fraction = config.get(name)
        if isinstance(fraction, bool) or not isinstance(fraction, (int, float)) or not 0 <= fraction < 1:
            raise refuse(f"the {name} {fraction!r}")
    features, size = map(config.get, _FEATURES)
    try:
        valid = isinstance(features, str) and bool(features_of(features)) == bool(size)
    except UsageError:
        valid = False
    if not valid or type(size) is not int or not 0 <= size <= MAX["feature_embedding"]:
        raise refuse(f"the features {features!r} of {size!r} dimensions")
    if not isinstance(config.get("metadata"), dict):
        raise refuse("no description of its training")
    half = 2  # bytes per weight in the smallest dtype
    needed = half * _parameters(config)
    if needed > weights_size:
        raise refuse(f"hyperparameters that need {needed} bytes of weights where {weights_size} are stored")


def _parameters(config: dict[str, Any]) -> int:
    return sum(map(prod, shapes(len(config["characters"]), **_hyperparameters(config))))


def _hyperparameters(config: dict[str, Any]) -> dict[str, Any]:
    return {name: config[name] for name in (*_SIZES, *_FEATURES)}


def first_line(error: BaseException) -> str:
    """The first line of another library's error message, shortened."""
    return (str(error).strip() or type(error).__name__).split("\n", 1)[0][:200]
