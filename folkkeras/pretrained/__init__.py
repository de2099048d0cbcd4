"""The pretrained model `celtic`, trained on three built-in collections; see its model card."""

from pathlib import Path

from folkkeras.errors import ModelFileError

CELTIC = "celtic"  # its name where a MODEL is expected
COLLECTIONS = ("oneills", "ryans", "airds")

_FOLDER = Path(__file__).parent


def celtic_model() -> Path:
    """The path of the pretrained model's file, which has weights in half precision.

    Raises:
        ModelFileError: the file is missing.
    """
    path = _FOLDER / "celtic.keras"
    if not path.is_file():
        raise ModelFileError(f"the pretrained model {path} is missing: reinstall folkkeras, or train a model")
    return path


def model_path(name: str | Path) -> Path:
    """The path of a model file, or the pretrained model's path if `name` is `celtic`.

    Raises:
        ModelFileError: the pretrained model is missing.
    """
    return celtic_model() if str(name) == CELTIC else Path(name).expanduser()
