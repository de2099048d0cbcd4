"""The options of rewriting and varying: defaults, which the command line shows too, and limits."""

from folkkeras.config import require_min
from folkkeras.errors import UsageError

CANDIDATES = 4
AMOUNT = 0.3  # share of the bars that are varied
PARTICLES = 128  # drafts that are drawn side by side and weighed when bars are rewritten
VARYING_PARTICLES = 32  # the same for each variant, which has a choice of bars of its own
MAX_PARTICLES = 4_096  # each takes some tens of kilobytes


def require_in_range(*, candidates: int, seed: int, particles: int) -> None:
    """Raise UsageError if an option is out of range."""
    require_min("candidates", candidates, 1)
    require_min("seed", seed, 0)
    require_min("particles", particles, 1)
    if particles > MAX_PARTICLES:
        raise UsageError(f"--particles {particles} is too large: give {MAX_PARTICLES} or fewer")
