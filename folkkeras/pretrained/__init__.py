"""The model in the box: it comes with folkkeras, trained on its three built-in Celtic collections; see its card."""

from pathlib import Path

from folkkeras.errors import ModelFileError

BOX = "box"  # its name as a MODEL
COLLECTIONS = ("oneills", "ryans", "airds")

_FOLDER = Path(__file__).parent


def box_model() -> Path:
    """Its file, weights in half precision.

    Raises:
        ModelFileError: it is missing.
    """
    path = _FOLDER / "celtic.keras"
    if not path.is_file():
        raise ModelFileError(f"the model in the box, {path}, is missing: install folkkeras again, or train a model")
    return path
