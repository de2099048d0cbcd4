"""What a sweep tries: the options that differ between its trials, and how their values are chosen."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from folkkeras.config import TrainingConfig, split_of
from folkkeras.errors import UsageError

GRID, RANDOM = "grid", "random"
METHODS = (GRID, RANDOM)
MAX_TRIALS = 1_000
_DEFAULTS = TrainingConfig()
# All trials have the same corpus, since bits of different tunes cannot be compared, and the same base model.
FIXED = ("i_hold_the_rights", "base", *split_of(_DEFAULTS))
SWEPT = {each.name: each.type for each in fields(TrainingConfig) if each.name not in FIXED}  # options and their types
_KINDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}


@dataclass(frozen=True)
class Range:
    """The values of a number between two bounds, both included.

    Raises:
        UsageError: `min` is not below `max`, or a logarithmic range begins at 0 or below.
    """

    min: float
    max: float
    log: bool = False  # draw the logarithm uniformly instead of the value

    def __post_init__(self) -> None:
        if not (math.isfinite(self.min) and math.isfinite(self.max) and self.min < self.max):
            raise UsageError(f"min = {self.min} is not below max = {self.max}")
        if self.log and self.min <= 0:
            raise UsageError(f"min = {self.min} is not above 0, which log = true needs")

    def __str__(self) -> str:
        return f"{self.min} to {self.max}{', log' * self.log}"


Values = Sequence[Any] | Range


@dataclass(frozen=True)
class Sweep:
    """A grid of options, or a random draw from them.

    Args:
        options: for each option of `TrainingConfig` that differs between trials, a list of its values or, in a random
            sweep, a `Range`.
        method: "grid" tries each combination of the values, "random" draws some.
        trials: how many combinations a random sweep draws, all different.
        seed: of the draw.

    Raises:
        UsageError: a value is out of range; the message names the option.
    """

    options: Mapping[str, Values]
    method: str = GRID
    trials: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(f"method {self.method!r} is not one of {', '.join(METHODS)}")
        if not self.options:
            raise UsageError(
                "the sweep names no option: give at least one, with a list of values, such as units = [256, 512]"
            )
        checked = {name: checked_values(name, values, self.method) for name, values in self.options.items()}
        object.__setattr__(self, "options", checked)
        if type(self.seed) is not int or self.seed < 0:
            raise UsageError(f"seed {self.seed!r} is not a number of at least 0")
        if self.method == GRID:
            if self.trials is not None:
                raise UsageError("trials has no effect on a grid, which tries each combination: leave it out")
            if self.combinations > MAX_TRIALS:
                raise UsageError(
                    f"a grid of {self.combinations:,.0f} combinations is too large: give at most {MAX_TRIALS:,}, or "
                    f'method = "{RANDOM}" and trials'
                )
        else:
            self._check_trials()

    def _check_trials(self) -> None:
        if self.trials is None:
            raise UsageError("a random sweep needs trials, the number of combinations to draw, such as trials = 8")
        if type(self.trials) is not int or not 1 <= self.trials <= MAX_TRIALS:
            raise UsageError(f"trials {self.trials!r} is not a number from 1 to {MAX_TRIALS:,}")
        if self.trials > self.combinations:
            raise UsageError(
                f'{self.trials} trials of {self.combinations:,.0f} combinations: give fewer, or method = "{GRID}"'
            )

    @property
    def combinations(self) -> float:
        """How many combinations of values there are; infinite with a range of real numbers."""
        return math.prod(_count(name, values) for name, values in self.options.items())

    def to_json(self) -> dict[str, Any]:
        """The sweep as plain JSON values."""
        options = {name: asdict(each) if isinstance(each, Range) else each for name, each in self.options.items()}
        return {"method": self.method, "trials": self.trials, "seed": self.seed, "options": options}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Sweep":
        """The sweep from plain JSON values.

        Raises:
            UsageError: a value is out of range.
        """
        options = {name: Range(**each) if isinstance(each, dict) else each for name, each in values["options"].items()}
        return cls(options, values["method"], values["trials"], values["seed"])


def checked_values(name: str, values: Any, method: str) -> Values:
    """The values of an option with the option's type.

    Raises:
        UsageError: the option is unknown, or a value has the wrong type, is out of the option's range, or comes twice.
    """
    if name not in SWEPT:
        raise UsageError(f"{name!r} is not an option of a sweep: give one of {', '.join(SWEPT)}")
    if isinstance(values, Range):
        if SWEPT[name] not in (int, float):
            raise UsageError(f"{dashed(name)} is not a number, and has no range: give a list of values")
        if method == GRID:
            raise UsageError(f'a grid takes no range: give {dashed(name)} a list of values, or method = "{RANDOM}"')
        return Range(_checked(name, values.min), _checked(name, values.max), values.log)
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise UsageError(f"{dashed(name)} is {values!r}, not a list of values such as {[getattr(_DEFAULTS, name)]}")
    if not values:
        raise UsageError(f"{dashed(name)} has an empty list: give at least one value")
    found = [_checked(name, value) for value in values]
    if twice := [value for value in found if found.count(value) > 1]:
        raise UsageError(f"{dashed(name)} has the value {twice[0]!r} twice")
    return found


def dashed(name: str) -> str:
    """An option's name as on the command line and in a sweep's file."""
    return name.replace("_", "-")


def _checked(name: str, value: Any) -> Any:
    kind: Any = SWEPT[name]
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise UsageError(f"{dashed(name)} has the value {value!r}, which is not {_KINDS[kind]}")
    return getattr(TrainingConfig(**{name: value}), name)


def _count(name: str, values: Values) -> float:
    if not isinstance(values, Range):
        return len(values)
    return values.max - values.min + 1 if SWEPT[name] is int else math.inf
