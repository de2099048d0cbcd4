"""What a training tells whoever watches it, in plain values."""

from folkkeras.runs.run import Interval


class Listener:
    """Hears of a training's course; override what is of interest."""

    def on_start(self, step: int, steps: int, characters_per_step: int) -> None:
        """The first step is about to be taken, `step` of `steps` being done."""

    def on_damaged(self, fault: str) -> None:
        """A checkpoint cannot be used, and the one before it is tried; `fault` names it and says why."""

    def on_step(self, step: int, loss: float) -> None:
        """A step is done; `loss` is its cross-entropy, nats a character."""

    def on_interval(self, interval: Interval) -> None:
        """An interval is done, its held-out tunes scored."""
