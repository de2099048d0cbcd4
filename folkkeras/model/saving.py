"""Save a model as one `.keras` file, and open one as data, ours or a stranger's: see `network_file`."""

import io
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from folkkeras.errors import ModelFileError, OutputError
from folkkeras.files import whole_file
from folkkeras.model.reader import WEIGHTS, first_line, read_config, read_network
from folkkeras.model.tune_model import TuneModel, build_model


def save_model(model: TuneModel, path: Path) -> None:
    """Save weights, vocabulary, sizes, `about` and, where it has one, the optimizer; whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        with whole_file(path) as temporary:
            model.save(temporary)
    except (RuntimeError, ValueError) as error:  # HDF5 words a failed write its own way
        raise OutputError(f"cannot write {path}: {first_line(error)}") from error


def save_half(model: TuneModel, path: Path) -> None:
    """Save a model as `save_model` does, its weights in half precision: half the bytes, three decimal digits.

    Raises:
        OutputError: the file cannot be written.
    """
    with whole_file(path) as temporary:
        model.save(temporary)
        with zipfile.ZipFile(temporary) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members[WEIGHTS] = _halved(members[WEIGHTS])
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
    config, network = read_config(path), read_network(path)
    options = {name: config[name] for name in (*network.sizes, "dropout", "weight_drop", "seed")}
    try:
        model = build_model(network.vocabulary, about=network.about, blank=True, **options)
    except Exception as error:  # e.g. memory; whatever it is, the file is at fault
        raise ModelFileError(f"cannot build the model of {path}: {first_line(error)}") from error
    model.set_weights(network.weights)
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
            f"{path} is damaged or has other weights than its config says ({first_line(error)}): use another copy"
        ) from error
