"""Read the network of a `.keras` file, ours or a stranger's, as data and without TensorFlow.

Reading executes nothing from the file: its config and vocabulary are read as JSON and checked for type and
size, and the weights are taken one by one, by the names that Keras gives them, if they have the shapes that the
config asks for. Links to other files are refused. Sizes are held against the bytes that are really there before
any memory is taken for them.
"""

import io
import json
import os
import zipfile
from itertools import accumulate
from math import prod
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from folkkeras.config import MOST
from folkkeras.errors import ModelFileError
from folkkeras.model.weights import Array, Network, shapes
from folkkeras.vocabulary import Vocabulary

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
_SIZES = ("embedding", "units", "layers")
_LARGEST_CONFIG = 16 << 20  # bytes
_LARGEST_FLOAT = 8  # bytes
_BOUNDS = {**{name: (1, MOST[name]) for name in _SIZES}, "seed": (0, 2**31 - 1)}


def read_network(path: Path) -> Network:
    """Read a model file that `folk train` wrote.

    Raises:
        ModelFileError: it is missing, damaged, or no model of folkkeras.
    """
    config = read_config(path)
    vocabulary, sizes = Vocabulary(config["characters"]), {name: config[name] for name in _SIZES}
    try:
        with zipfile.ZipFile(path) as archive:
            if broken := archive.testzip():
                raise ValueError(f"{broken} fails its checksum")
            data = archive.read(WEIGHTS)
        with h5py.File(io.BytesIO(data)) as file:
            named = zip(_names(sizes["layers"]), shapes(len(vocabulary), **sizes), strict=True)
            weights = [_weights(file, name, shape) for name, shape in named]
    except Exception as error:  # HDF5 and zip each raise their own kinds on broken weights
        raise ModelFileError(
            f"{path} is damaged or has other weights than its config says ({first_line(error)}): use another copy"
        ) from error
    return Network(vocabulary, sizes, config["about"], weights)


def _names(layers: int) -> list[str]:
    """The names that Keras gives to the weights of our model."""
    cells = [f"layers/lstm{f'_{layer}' if layer else ''}/cell" for layer in range(layers)]
    lstms = [f"{cell}/vars/{number}" for cell in cells for number in range(3)]
    return ["embedding/vars/0", *lstms, "dense/vars/0", "dense/vars/1"]


def _weights(file: h5py.File, name: str, shape: tuple[int, ...]) -> Array:
    for part in accumulate(name.split("/"), "{}/{}".format):
        if not isinstance(file.get(part, getlink=True), h5py.HardLink):
            raise ValueError(f"{part} is missing, or elsewhere")
    dataset = file[name]
    if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual or dataset.chunks:
        raise ValueError(f"{name} is no plain array")
    if dataset.shape != shape or dataset.dtype.kind != "f":
        raise ValueError(f"{name} has the shape {dataset.shape} of {dataset.dtype}, not {shape} of float32")
    if dataset.dtype.itemsize > _LARGEST_FLOAT or dataset.id.get_storage_size() != dataset.nbytes:
        raise ValueError(f"{name} has not the bytes that it says")
    with np.errstate(over="ignore"):
        array: Array = dataset[()].astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has weights that are no numbers")
    return array


def read_about(path: Path) -> dict[str, Any]:
    """How the model in a file was trained, without its weights.

    Raises:
        ModelFileError: it is missing, damaged, or no model of folkkeras.
    """
    about: dict[str, Any] = read_config(path)["about"]
    return about


def read_config(path: Path) -> dict[str, Any]:
    """A model file's config, checked.

    Raises:
        ModelFileError: the file is missing, damaged, or no model of folkkeras.
    """
    if not os.path.isfile(path):  # unlike Path's own, also False where a name is too long or may not be looked up
        raise ModelFileError(f"no model file {path}: give the name of a run, see `folk runs`, or a .keras file")
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
            if CONFIG not in members or WEIGHTS not in members:
                raise ModelFileError(f"{path} is a zip file but no Keras model: give a .keras file of folkkeras")
            if members[CONFIG].file_size > _LARGEST_CONFIG:
                raise ModelFileError(f"{path} has a config of {members[CONFIG].file_size} bytes: refused")
            if any(member.compress_type != zipfile.ZIP_STORED for member in members.values()):
                raise ModelFileError(f"{path} has compressed parts, which folkkeras never writes: refused")
            # What a member says of its size is the file's word; the bytes are there or not.
            there = path.stat().st_size
            if sum(max(member.file_size, member.compress_size) for member in members.values()) > there:
                raise ModelFileError(f"{path} has {there} bytes and says that it has more: refused")
            saved = json.loads(archive.read(CONFIG))
            weights_size = members[WEIGHTS].file_size
    except ModelFileError:
        raise
    except PermissionError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror}") from error
    # Each of these is what zipfile or json raises on some broken file, RuntimeError for one that is encrypted.
    except (zipfile.BadZipFile, OSError, ValueError, RecursionError, NotImplementedError, RuntimeError) as error:
        raise ModelFileError(
            f"{path} is not a readable .keras file ({first_line(error)}): it is cut off, damaged or of another kind"
        ) from error
    config = saved.get("config") if isinstance(saved, dict) else None
    if not isinstance(config, dict) or saved.get("registered_name") != "folkkeras>TuneModel":
        raise ModelFileError(f"{path} is a Keras model of another program: give one that `folk train` wrote")
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
        share = config.get(name)
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share < 1:
            raise refuse(f"the {name} {share!r}")
    if not isinstance(config.get("about"), dict):
        raise refuse("no description of its training")
    half = 2  # bytes of the smallest weights
    needed = half * sum(map(prod, shapes(len(characters), **{name: config[name] for name in _SIZES})))
    if needed > weights_size:
        raise refuse(f"sizes that need {needed} bytes of weights where {weights_size} are stored")


def first_line(error: BaseException) -> str:
    """What an error of another library says, in one line."""
    return (str(error).strip() or type(error).__name__).split("\n", 1)[0][:200]
