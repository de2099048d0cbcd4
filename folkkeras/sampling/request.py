"""What is asked of new tunes: one object for the terminal, a notebook, a server, TensorBoard and evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from folkkeras.config import at_least
from folkkeras.errors import UsageError
from folkkeras.notation.tunes import TUNE_START
from folkkeras.sampling.sampler import Sampling

DEFAULT_START = f"{TUNE_START}1"
MAX_LENGTH = 8_192  # characters of a tune that has not ended


@dataclass(frozen=True, kw_only=True)
class TuneRequest:
    """What is asked of new tunes.

    Args:
        count: of tunes.
        first: number of the first tune. Tune n of a seed is the same whichever tunes are drawn beside it.
        seed: of the draws.
        start: the text that each tune continues.
        sampling: how characters are drawn.
        fields: header fields that each tune is to have, by letter, as `conditioning.header_fields` spells them.
        complete: redraw bars that are not full, and reject tunes that are not complete.
        max_copy: notes of the longest passage that a tune may share with a training tune; None sets no limit.
        training_checks: hold what has the fields to what the training tunes show: types that go with a metre, notes
            and endings that go with a key.
        max_length: characters after which a tune is cut, or rejected where anything is asked of it.

    Raises:
        UsageError: a value is out of its range, or the start has a second tune in it.
    """

    count: int = 1
    first: int = 1
    seed: int = 0
    start: str = DEFAULT_START
    sampling: Sampling = field(default_factory=Sampling)
    fields: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False
    max_copy: int | None = None
    training_checks: bool = True
    max_length: int = MAX_LENGTH

    def __post_init__(self) -> None:
        at_least("tunes", self.count, 1)
        at_least("tune", self.first, 1)
        at_least("seed", self.seed, 0)
        if self.max_copy is not None:
            at_least("max-copy", self.max_copy, 1)
        if f"\n{TUNE_START}" in self.start:
            raise UsageError(
                f"--start has a second line {TUNE_START}, and a tune has one: leave it out, or give --length"
            )

    @property
    def constrained(self) -> bool:
        """Whether a tune can be rejected."""
        return self.complete or bool(self.fields) or self.max_copy is not None
