"""The events of a run, in plain values, for whoever watches it."""

from folkkeras.runs.metrics import EvaluationInterval


class Listener:
    """Receives the events of a run; override the methods of interest."""

    def on_start(self, step: int, steps: int, characters_per_step: int) -> None:
        """The first step is about to be taken; `step` of `steps` are done already."""

    def on_damaged(self, fault: str) -> None:
        """A checkpoint is damaged, and the one before it is tried; `fault` names it and gives the reason."""

    def on_step(self, step: int, loss: float) -> None:
        """A step is done; `loss` is its cross-entropy, in nats per character."""

    def on_evaluation_interval(self, interval: EvaluationInterval) -> None:
        """An evaluation interval has ended, and the held-out tunes have been evaluated."""
