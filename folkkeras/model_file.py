"""Save a model as one `.keras` file, and open one as data, ours or a stranger's.

Opening executes nothing from the file: its config and vocabulary are read as JSON and checked for type
and size, our own model is built from them, and the weights are loaded with their shapes checked (Keras
refuses HDF5's external links). Sizes are held against the bytes that are really there before any memory
is taken for them.
"""

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from folkkeras.config import MOST
from folkkeras.errors import ModelFileError, OutputError
from folkkeras.files import whole_file
from folkkeras.model import TuneModel, build_model
from folkkeras.vocabulary import Vocabulary

_CONFIG = "config.json"
_WEIGHTS = "model.weights.h5"
_LARGEST_CONFIG = 16 << 20  # bytes
_BOUNDS = {**{name: (1, MOST[name]) for name in ("embedding", "units", "layers")}, "seed": (0, 2**31 - 1)}


def save_model(model: TuneModel, path: Path) -> None:
    """Save weights, vocabulary, sizes, `about` and, where it has one, the optimizer; whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        with whole_file(path) as temporary:
            model.save(temporary)
    except (RuntimeError, ValueError) as error:  # HDF5 words a failed write its own way
        raise OutputError(f"cannot write {path}: {_first_line(error)}") from error


def save_half(model: TuneModel, path: Path) -> None:
    """Save a model as `save_model` does, its weights in half precision: half the bytes, three decimal digits.

    Raises:
        OutputError: the file cannot be written.
    """
    with whole_file(path) as temporary:
        model.save(temporary)
        with zipfile.ZipFile(temporary) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members[_WEIGHTS] = _halved(members[_WEIGHTS])
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, data in members.items():
                archive.writestr(zipfile.ZipInfo(name), data)


def _halved(weights: bytes) -> bytes:
    after = io.BytesIO()
    with h5py.File(io.BytesIO(weights)) as source, h5py.File(after, "w") as target:

        def copy(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                target.create_dataset(name, data=item[()].astype(np.float16))
            else:
                target.require_group(name).attrs.update(item.attrs)

        target.attrs.update(source.attrs)
        source.visititems(copy)
    return after.getvalue()


def open_model(path: Path) -> TuneModel:
    """Open a model file that `save_model` wrote.

    Raises:
        ModelFileError: it is missing, damaged, or no model of folkkeras.
    """
    config = _read_config(path)
    model = _build(config, path)
    load_weights(model, path)
    return model


def load_weights(model: TuneModel, path: Path) -> None:
    """Load a file's weights into a model of its sizes, the optimizer's too where the model is compiled.

    Raises:
        ModelFileError: the file is damaged or its weights are of other shapes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()  # reads all members, since a damaged weight is a wrong one
        if broken:
            raise ModelFileError(f"{path} is damaged: {broken} fails its checksum; use another copy")
        model.load_weights(path)
    except ModelFileError:
        raise
    except Exception as error:  # HDF5, zip and Keras each raise their own kinds on broken weights
        raise ModelFileError(
            f"{path} is damaged or has other weights than its config says ({_first_line(error)}): use another copy"
        ) from error


def read_about(path: Path) -> dict[str, Any]:
    """How the model in a file was trained, without loading its weights.

    Raises:
        ModelFileError: it is missing, damaged, or no model of folkkeras.
    """
    about: dict[str, Any] = _read_config(path)["about"]
    return about


def _read_config(path: Path) -> dict[str, Any]:
    """The checked config."""
    if not os.path.isfile(path):  # unlike Path's own, also False where a name is too long or may not be looked up
        raise ModelFileError(f"no model file {path}: give the name of a run, see `folk runs`, or a .keras file")
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
            if _CONFIG not in members or _WEIGHTS not in members:
                raise ModelFileError(f"{path} is a zip file but no Keras model: give a .keras file of folkkeras")
            if members[_CONFIG].file_size > _LARGEST_CONFIG:
                raise ModelFileError(f"{path} has a config of {members[_CONFIG].file_size} bytes: refused")
            if any(member.compress_type != zipfile.ZIP_STORED for member in members.values()):
                raise ModelFileError(f"{path} has compressed parts, which folkkeras never writes: refused")
            # What a member says of its size is the file's word; the bytes are there or not.
            there = path.stat().st_size
            if sum(max(member.file_size, member.compress_size) for member in members.values()) > there:
                raise ModelFileError(f"{path} has {there} bytes and says that it has more: refused")
            saved = json.loads(archive.read(_CONFIG))
            weights_size = members[_WEIGHTS].file_size
    except ModelFileError:
        raise
    except PermissionError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror}") from error
    except (zipfile.BadZipFile, OSError, ValueError, RecursionError, NotImplementedError, RuntimeError) as error:
        raise ModelFileError(
            f"{path} is not a readable .keras file ({_first_line(error)}): it is cut off, damaged or of another kind"
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
    needed = half * _parameters(len(characters), config["embedding"], config["units"], config["layers"])
    if needed > weights_size:
        raise refuse(f"sizes that need {needed} bytes of weights where {weights_size} are stored")


def _parameters(vocabulary: int, embedding: int, units: int, layers: int) -> int:
    first = 4 * units * (embedding + units + 1)
    others = (layers - 1) * 4 * units * (2 * units + 1)
    return vocabulary * embedding + first + others + (units + 1) * vocabulary


def _build(config: dict[str, Any], path: Path) -> TuneModel:
    build: Callable[..., TuneModel] = build_model
    names = ("embedding", "units", "layers", "dropout", "weight_drop", "seed", "about")
    try:
        return build(Vocabulary(config["characters"]), blank=True, **{name: config[name] for name in names})
    except Exception as error:  # e.g. memory; whatever it is, the file is at fault
        raise ModelFileError(f"cannot build the model of {path}: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).split("\n", 1)[0][:200]
