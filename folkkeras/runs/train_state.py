"""The progress of a run, which each checkpoint carries."""

from dataclasses import dataclass


@dataclass
class TrainState:
    """The progress of a run, apart from its weights and optimizer."""

    step: int = 0  # steps done
    best_bits: float | None = None  # best validation bits per character
    best_step: int = 0
    waited: int = 0  # evaluation intervals since the best one
    loss_sum: float = 0.0  # over the steps of the current evaluation interval
    loss_count: int = 0

    def record(self, bits: float) -> bool:
        """Record the validation bits of an evaluation interval; return whether they are the best so far."""
        self.loss_sum, self.loss_count = 0.0, 0
        if self.best_bits is None or bits < self.best_bits:
            self.best_bits, self.best_step, self.waited = bits, self.step, 0
            return True
        self.waited += 1
        return False
