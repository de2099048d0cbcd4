"""The trials of a sweep: each combination of a grid, or a random draw that its seed determines."""

import math
from itertools import product
from random import Random
from typing import Any

from folkkeras.sweeps.definition import GRID, SWEPT, Range, Sweep, Values


def trials_of(sweep: Sweep) -> list[dict[str, Any]]:
    """The options of each trial; in a grid the last option changes fastest."""
    if sweep.method == GRID:
        lists = [values for values in sweep.options.values() if not isinstance(values, Range)]
        return [dict(zip(sweep.options, values, strict=True)) for values in product(*lists)]
    random = Random(sweep.seed)
    trials: list[dict[str, Any]] = []
    while len(trials) < (sweep.trials or 0):
        trial = {name: _drawn(random, name, values) for name, values in sweep.options.items()}
        if trial not in trials:
            trials.append(trial)
    return trials


def _drawn(random: Random, name: str, values: Values) -> Any:
    # Only `random.random` promises the same numbers in all versions of Python.
    uniform = random.random()
    if not isinstance(values, Range):
        return values[int(uniform * len(values))]
    whole = SWEPT[name] is int
    margin = 0.5 * whole  # so that the bounds of a range of whole numbers are as likely as their neighbours
    least, most = values.min - margin, values.max + margin
    value = (
        math.exp(_between(math.log(least), math.log(most), uniform)) if values.log else _between(least, most, uniform)
    )
    drawn = min(max(value, values.min), values.max)
    return round(drawn) if whole else drawn


def _between(least: float, most: float, uniform: float) -> float:
    return least + (most - least) * uniform
