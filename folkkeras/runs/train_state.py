"""How far a training has come; each checkpoint carries it."""

from dataclasses import dataclass


@dataclass
class TrainState:
    """How far a training has come, beside its weights and its optimizer."""

    step: int = 0  # steps done
    best_bits: float | None = None  # best held-out figure, bits per character
    best_step: int = 0
    waited: int = 0  # intervals since the best one
    loss_sum: float = 0.0  # of this interval's steps
    loss_count: int = 0

    def record(self, bits: float) -> bool:
        """Take in an interval's held-out figure; True where it is the best so far."""
        self.loss_sum, self.loss_count = 0.0, 0
        if self.best_bits is None or bits < self.best_bits:
            self.best_bits, self.best_step, self.waited = bits, self.step, 0
            return True
        self.waited += 1
        return False
