"""Progress on stderr: Rich bars on a terminal, plain lines elsewhere."""

import math
import time
from types import TracebackType

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from folkkeras.config import EVALUATION_INTERVAL
from folkkeras.runs.metrics import EvaluationInterval
from folkkeras.training.listener import Listener
from folkkeras_cli.console import say, status

SMOOTHING = 0.1  # weight of the newest step in the bits and speed that the bar shows


class TrainingProgress(Listener):
    """Shows the step, bits per character, characters per second and the time left."""

    def __init__(self, best_bits: float | None = None) -> None:
        self._best = best_bits
        self._steps = 0
        self._characters = 0
        self._bits = math.nan
        self._speed = math.nan
        self._then = math.nan
        self._bar = Progress(
            TextColumn("[bold]{task.fields[steps]}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(compact=True),
            console=status,
            expand=True,
            transient=True,  # only the lines of the intervals stay on the screen
        )
        self._task = self._bar.add_task(
            "training", total=None, steps="", figures="compiling the first step", start=False
        )

    def __enter__(self) -> "TrainingProgress":
        if status.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if status.is_terminal:
            self._bar.stop()

    def on_start(self, step: int, steps: int, characters_per_step: int) -> None:
        if step:
            say(f"continuing from step {step}")
        say(f"bits per character every {EVALUATION_INTERVAL} steps; * marks the best model so far")
        self._steps, self._characters = steps, characters_per_step
        self._bar.update(self._task, completed=step, total=steps, steps=f"{step}/{steps}")
        self._bar.start_task(self._task)
        self._then = math.nan  # the first step is compiled, which says nothing about the speed

    def on_damaged(self, fault: str) -> None:
        say(f"skipped: {fault}")

    def on_step(self, step: int, loss: float) -> None:
        now = time.monotonic()
        self._bits = _smooth(self._bits, loss / math.log(2))
        self._speed = _smooth(self._speed, self._characters / max(now - self._then, 1e-9))
        self._then = now
        self._show(step)

    def on_evaluation_interval(self, interval: EvaluationInterval) -> None:
        self._then = time.monotonic()  # evaluating is not part of a step
        better = self._best is None or interval.validation_bits < self._best
        if better:
            self._best = interval.validation_bits
        self._show(interval.step)
        left = (self._steps - interval.step) * self._characters / interval.characters_per_second
        say(
            f"step {interval.step:>5}/{self._steps}  training {interval.training_bits:.3f}, "
            f"validation {interval.validation_bits:.3f}{' *' if better else '  '}  "
            f"{interval.characters_per_second:,.0f} chars/s  {_duration(left)} left"
        )

    def _show(self, step: int) -> None:
        best = "" if self._best is None else f"  best validation {self._best:.3f}"
        speed = "" if math.isnan(self._speed) else f"  {self._speed:,.0f} chars/s"
        figures = f"training {self._bits:.3f}{best}{speed}"
        self._bar.update(self._task, completed=step, steps=f"{step}/{self._steps}", figures=figures)


def _smooth(old: float, new: float) -> float:
    return new if math.isnan(old) else old + SMOOTHING * (new - old)


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
