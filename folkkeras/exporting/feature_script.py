"""The features as one Python file that needs no other package: the modules of `folkkeras.features`, joined."""

import ast
import inspect
from types import ModuleType

from folkkeras.features import bars, characters, columns, copies, fields, machine, music, rhythm, state, stream

# Each comes after those that it imports.
_MODULES = (characters, state, fields, rhythm, bars, music, copies, columns, machine, stream)
_OWN = "folkkeras"
_HEAD = '''"""The features that a model of folkkeras reads beside the characters. Made by `folk export`; MIT licence.

    stream = FeatureStream([ord(character) for character in vocabulary])
    stream.read(index)  # of a character
    stream.row  # what the model reads with it
"""

from collections.abc import Iterable, Sequence


class UsageError(ValueError):
    """There is no such group of features."""

'''


def feature_script() -> str:
    """The text of the file, whose `FeatureStream` gives the row of each character of a text."""
    return _HEAD + "\n\n".join(_body(module) for module in _MODULES)


def _body(module: ModuleType) -> str:
    """A module's text without its docstring and imports."""
    text = inspect.getsource(module)
    lines = text.splitlines()
    for place, node in enumerate(ast.parse(text).body):
        docstring = not place and isinstance(node, ast.Expr)
        if docstring or isinstance(node, (ast.Import, ast.ImportFrom)):
            _require_known(node)
            for line in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[line] = ""
    return f"# {module.__name__}\n\n" + "\n".join(lines).strip() + "\n"


def _require_known(node: ast.stmt) -> None:
    """Raise ValueError if an import is neither the library's own nor one that the file has."""
    known = isinstance(node, ast.Expr) or (
        isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in (_OWN, "collections")
    )
    if not known:
        raise ValueError(f"the features import {ast.unparse(node)}, which their file does not have")
