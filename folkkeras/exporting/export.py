"""Export a model to files that other programs run."""

from pathlib import Path

from folkkeras.errors import OutputError
from folkkeras.extras import require
from folkkeras.files import write_bytes, write_text
from folkkeras.model.reader import read_exported


def export_onnx(model: str | Path, path: str | Path, *, force: bool = False) -> list[Path]:
    """Write a model as an ONNX file and, if it reads features, the Python file that computes them.

    Args:
        model: a model file, or "celtic".
        path: the ONNX file to write. The features' file stands beside it: `celtic_features.py` for `celtic.onnx`.
        force: overwrite existing files.

    Returns:
        The files that were written.

    Raises:
        ModelFileError: the model cannot be read.
        OutputError: a file exists already, or cannot be written.
        FolkError: the package onnx is missing.
    """
    require("onnx")
    from folkkeras.exporting.feature_script import feature_script
    from folkkeras.exporting.onnx_graph import onnx_model

    path = Path(path)
    exported = read_exported(model)
    files: dict[Path, bytes | str] = {path: onnx_model(exported).SerializeToString()}
    if exported.features:
        files[path.with_name(f"{path.stem.replace('-', '_')}_features.py")] = feature_script()
    for each in files:
        if each.exists() and not force:
            raise OutputError(f"{each} already exists: choose another --out, or overwrite it with --force")
    for each, content in files.items():
        write_bytes(each, content) if isinstance(content, bytes) else write_text(each, content)
    return list(files)
