"""The extras of folkkeras: packages that only some functions need, and that `pip install folkkeras` leaves out."""

from importlib.util import find_spec

from folkkeras.errors import FolkError

EXTRAS = {  # of each, its modules and the packages that bring them, as in pyproject.toml
    "compose": {"starlette": "starlette", "uvicorn": "uvicorn"},
    "book": {"typst": "typst"},
    "onnx": {"onnx": "onnx"},
    "evaluate": {"sklearn": "scikit-learn", "yaml": "pyyaml"},
    "download": {"pooch": "pooch"},
}


def require(extra: str) -> None:
    """Check that the packages of an extra are installed, before any of the work that needs them.

    Raises:
        FolkError: one is missing.
    """
    packages = EXTRAS[extra]
    if missing := next((package for module, package in packages.items() if find_spec(module) is None), None):
        raise FolkError(
            f"the package {missing} is missing: pip install 'folkkeras[{extra}]', "
            f"or pip install {' '.join(packages.values())}"
        )
