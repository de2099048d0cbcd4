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


def features_of_text(ids: Ids, codes: Ids, first: int = 0) -> Ids:
    """The features of a text's characters, (characters - first, COUNT).

    Args:
        ids: indices of the characters from the beginning of a tune on, (characters,).
        codes: the code point of each character of the vocabulary, (vocabulary,).
        first: the first character whose features are returned.
    """
    rows = np.empty((len(ids) - first, columns.COUNT), np.int32)
    _features_of_text(ids, codes, first, np.empty(state.SIZE, np.int32), rows)
    return rows


def advance(states: Ids, ids: Ids, codes: Ids, rows: Ids) -> None:
    """Read one character in each of several states, and write its features.

    Args:
        states: changed in place, (states, SIZE).
        ids: indices of the characters, (states,).
        codes: as for `features_of_text`.
        rows: where the features are written, (states, COUNT).
    """
    _advance(states, ids, codes, rows)


def _loop_over_text(ids: Any, codes: Any, first: int, s: Any, rows: Any) -> None:
    clear(s)
    for number in range(len(ids)):
        read(s, ids[number], codes[ids[number]])
        if number >= first:
            write(s, rows[number - first])


def _loop_over_states(states: Any, ids: Any, codes: Any, rows: Any) -> None:
    for number in range(len(ids)):
        read(states[number], ids[number], codes[ids[number]])
        write(states[number], rows[number])


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
_features_of_text = _compiled(_loop_over_text, _names, _version)
_advance = _compiled(_loop_over_states, _names, _version)
