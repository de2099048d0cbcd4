"""A trial of a sweep: a run with the trial's options, once it has begun."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from folkkeras.model.reader import parameters_of
from folkkeras.runs.run import Run


@dataclass(frozen=True)
class Trial:
    """A trial of a sweep, as saved on disk."""

    number: int  # from 1
    name: str  # of its run
    options: dict[str, Any]  # those that the sweep varies
    run: Run | None = None  # None before it begins
    fault: str | None = None  # why it failed, if it did

    @property
    def done(self) -> bool:
        """Whether its training has ended."""
        return self.run is not None and self.run.result() is not None

    @property
    def best_step(self) -> int | None:
        """The step of its best model, or None until its training has ended."""
        return self._result("best_step")

    @property
    def validation_bits(self) -> float | None:
        """Bits per character of its best model on the held-out tunes, or None until its training has ended."""
        return self._result("validation_bits")

    @property
    def parameters(self) -> int | None:
        """How many weights its model has, or None before there is one."""
        return parameters_of(self.run.best) if self.run and self.run.best.exists() else None

    @property
    def minutes(self) -> float:
        """How long it was trained, with evaluation and saving but without compiling the first step."""
        if self.run is None:
            return 0.0
        config, seconds, before = self.run.config, 0.0, 0
        for row in self.run.evaluation_intervals():
            characters = (row.step - before) * config.batch_size * config.seq_length
            seconds, before = seconds + characters / row.characters_per_second, row.step
        return seconds / 60

    def _result(self, name: str) -> Any:
        result = self.run.result() if self.run else None
        return result[name] if result else None


def ranked(trials: Iterable[Trial]) -> list[Trial]:
    """The trials with the fewest validation bits first, and behind them those that have none, in their order."""
    return sorted(trials, key=lambda trial: math.inf if trial.validation_bits is None else trial.validation_bits)
