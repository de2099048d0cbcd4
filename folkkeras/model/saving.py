"""Save a model as one `.keras` file, and open such a file safely as data: see `reader`."""

import io
import zipfile
from pathlib import Path
from typing import Any

from folkkeras.errors import ModelFileError, OutputError
from folkkeras.files import atomic_file
from folkkeras.model.reader import WEIGHTS, first_line, read_config, read_exported
from folkkeras.model.tune_model import TuneModel, build_model


def save_model(model: TuneModel, path: str | Path) -> None:
    """Save weights, vocabulary, hyperparameters, `metadata` and the optimizer, if there is one, atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        with atomic_file(Path(path)) as temporary:
            model.save(temporary)
    except (RuntimeError, ValueError) as error:  # HDF5 reports a failed write by these
        raise OutputError(f"cannot write {path}: {first_line(error)}") from error


def save_half(model: TuneModel, path: Path) -> None:
    """Save a model as `save_model` does, but with weights in half precision: half the bytes, three decimal digits.

    Raises:
        OutputError: the file cannot be written.
    """
    with atomic_file(path) as temporary:
        model.save(temporary)
        with zipfile.ZipFile(temporary) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members[WEIGHTS] = _halved(members[WEIGHTS])
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, data in members.items():
                archive.writestr(zipfile.ZipInfo(name), data)


def _halved(weights: bytes) -> bytes:
    import h5py
    import numpy as np

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


def open_model(path: str | Path) -> TuneModel:
    """Open a model file that `save_model` wrote, or the pretrained model `celtic`.

    Raises:
        ModelFileError: the file is missing, damaged, or not a folkkeras model.
    """
    config, exported = read_config(path), read_exported(path)
    options = {**exported.hyperparameters, **{name: config[name] for name in ("dropout", "weight_drop", "seed")}}
    try:
        model = build_model(exported.vocabulary, metadata=exported.metadata, skip_initialisation=True, **options)
    except Exception as error:  # such as too little memory; in any case the file is the cause
        raise ModelFileError(f"cannot build the model of {path}: {first_line(error)}") from error
    model.set_weights(exported.weights)
    return model


def load_weights(model: TuneModel, path: Path) -> None:
    """Load a file's weights into a model with the same hyperparameters; if it is compiled, the optimizer's too.

    Raises:
        ModelFileError: the file is damaged, or its weights have other shapes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()  # reads all members, since damaged weights would load as wrong ones
        if broken:
            raise ModelFileError(f"{path} is damaged: {broken} fails its checksum; use another copy")
        model.load_weights(path)
    except ModelFileError:
        raise
    except Exception as error:  # HDF5, zip and Keras raise various errors on broken weights
        raise ModelFileError(
            f"{path} is damaged, or its weights do not match its config ({first_line(error)}): use another copy"
        ) from error
