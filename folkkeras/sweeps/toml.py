"""Read a sweep from a TOML file; an error names the file and the line.

method = "random"
trials = 8

[options]
units = [256, 512]
learning-rate = { min = 1e-3, max = 1e-2, log = true }
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from folkkeras.errors import UsageError
from folkkeras.files import reason
from folkkeras.sweeps.definition import FIXED, GRID, SWEPT, Range, Sweep, Values, checked_values, dashed

_KEYS = ("method", "trials", "seed", "options")
_LARGEST = 65_536  # bytes


def read_sweep(path: str | Path) -> Sweep:
    """Read a sweep from a TOML file.

    Raises:
        UsageError: the file cannot be read, is not TOML, or does not describe a sweep; the message names the line.
    """
    text = _text_of(Path(path))
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error

    def refuse(fault: object, *keys: str) -> UsageError:
        line = _line_of(text, keys) if keys else 0
        return UsageError(f"{path}, line {line}: {fault}" if line else f"{path}: {fault}")

    for key in found:
        if key not in _KEYS:
            hint = "options stand below [options]" if _swept(key) in SWEPT else _nearest(key, _KEYS)
            raise refuse(f"unknown key {key!r}: {hint}", key)
    table = found.get("options", {})
    if not isinstance(table, dict):
        raise refuse("options is not a table: write [options], and below it a line for each option", "options")
    method = found.get("method", GRID)
    options: dict[str, Values] = {}
    for key, values in table.items():
        try:
            name = _known(key)
            options[name] = checked_values(name, _values(values), method)
        except UsageError as error:
            raise refuse(error, "options", key) from error
    try:
        return Sweep(options, **{key: found[key] for key in _KEYS if key in found and key != "options"})
    except UsageError as error:
        first = str(error).split(" ", 1)[0]  # of the message: the key, if it is one key's fault
        raise refuse(error, *([first] if first in found else ["options"] if "options" in found else [])) from error


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read the sweep {path}: {reason(error)}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not a text in UTF-8: give a sweep in TOML") from error
    if len(data) > _LARGEST:
        raise UsageError(f"{path} is larger than {_LARGEST:,} bytes: give a sweep in TOML")
    return text


def _known(key: str) -> str:
    if _swept(key) in SWEPT and "_" not in key:
        return _swept(key)
    if _swept(key) in FIXED:
        raise UsageError(f"{key!r} is the same in all trials, which share a corpus: give it on the command line")
    raise UsageError(f"{key!r} is not an option that a sweep can vary: {_nearest(key, map(dashed, SWEPT))}")


def _swept(key: str) -> str:
    return key.replace("-", "_")


def _nearest(key: str, names: Iterable[str]) -> str:
    listed = list(names)
    near = difflib.get_close_matches(key, listed, 1)
    return f"did you mean {near[0]}?" if near else f"give one of {', '.join(listed)}"


def _values(values: Any) -> Any:
    """The values of an option, with a table as a range."""
    if not isinstance(values, Mapping):
        return values
    for key, value in values.items():
        if key not in ("min", "max", "log"):
            raise UsageError(f"unknown key {key!r} in a range: give min, max and log")
        if (type(value) is not bool) if key == "log" else type(value) not in (int, float):
            raise UsageError(f"{key} = {value!r} is not {'true or false' if key == 'log' else 'a number'}")
    if not {"min", "max"} <= values.keys():
        raise UsageError("a range needs min and max, such as { min = 128, max = 512 }")
    return Range(**values)


def _line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line on which a key's value begins, from 1.

    tomllib gives no places. But a text cut off within a value is not valid TOML, so the value begins behind the last
    valid text without it.
    """
    lines = text.split("\n")
    without = 0
    for number in range(1, len(lines) + 1):
        if number < len(lines) and not lines[number - 1].strip():
            without += without == number - 1
            continue
        try:
            found: Any = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None:
            return without + 1
        without = number
    return 0
