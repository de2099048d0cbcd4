"""The features compiled by Numba, for texts of any length and for many streams at a time.

The functions are those that Python runs one character at a time, compiled for arrays. Compiling takes some seconds, and
Numba keeps the result on disk for the next process.
"""

import hashlib
import inspect
import types
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from folkkeras.features import bars, characters, columns, copies, fields, machine, music, rhythm, state
from folkkeras.features.columns import write
from folkkeras.features.machine import read
from folkkeras.features.state import clear

_MODULES = characters, state, fields, rhythm, bars, music, copies, columns, machine

Ids = npt.NDArray[np.int32]

_cleared = [0] * state.SIZE
clear(_cleared)
CLEARED_STATE = np.array(_cleared, np.int32)  # the state before a tune's first character, (SIZE,)


def features_of_text(ids: Ids, codes: Ids, first: int = 0) -> Ids:
    """The features of a text's characters, (characters - first, COUNT).

    Args:
        ids: indices of the characters from the beginning of a tune on, (characters,).
        codes: the code point of each character of the vocabulary, (vocabulary,).
        first: the first character whose features are returned.
    """
    rows = np.empty((len(ids) - first, 1, columns.COUNT), np.int32)
    _read_texts(CLEARED_STATE[None].copy(), ids[:, None], codes, first, rows)
    return rows[:, 0]


def advance(states: Ids, ids: Ids, codes: Ids, rows: Ids) -> None:
    """Read one character in each of several texts, and write its features.

    Args:
        states: changed in place, (texts, SIZE).
        ids: indices of the characters, (texts,).
        codes: as for `features_of_text`.
        rows: where the features are written, (texts, COUNT).
    """
    _read_texts(states, ids[None], codes, 0, rows[None])


def _texts(states: Any, ids: Any, codes: Any, first: int, rows: Any) -> None:
    for number in range(len(ids)):
        for text in range(len(states)):
            read(states[text], ids[number, text], codes[ids[number, text]])
            if number >= first:
                write(states[text], rows[number - first, text])


def _compiled(function: Callable[..., None], names: dict[str, Any], version: str) -> Any:
    copy = types.FunctionType(function.__code__, names)
    # Numba names the file of its cache after the function, and would not notice changes in the functions it calls.
    copy.__qualname__ = f"{function.__name__}_{version}"
    return numba.njit(nogil=True, cache=True)(copy)


def _compiled_names() -> dict[str, Any]:
    """The functions of all modules by name, compiled to call each other, and the constants that they use."""
    names: dict[str, Any] = {"__name__": __name__}
    for module in _MODULES:
        for name, value in vars(module).items():
            if isinstance(value, (int, tuple)) and names.get(name, value) != value:
                raise NameError(f"{name} has two meanings in the modules of the features")
            if inspect.isfunction(value) and value.__module__ == module.__name__:
                names[name] = numba.njit(nogil=True)(types.FunctionType(value.__code__, names))
            elif isinstance(value, (int, tuple)):
                names[name] = value
    return names


_names = _compiled_names()
_version = hashlib.sha256("".join(map(inspect.getsource, _MODULES)).encode()).hexdigest()[:16]
_read_texts = _compiled(_texts, _names, _version)
