"""A request for new tunes, the same for the terminal, notebooks, servers, TensorBoard and evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from folkkeras.config import require_min
from folkkeras.errors import UsageError
from folkkeras.notation.tunes import TUNE_START
from folkkeras.sampling.sampler import Sampling

DEFAULT_START = f"{TUNE_START}1"
MAX_LENGTH = 8_192  # characters, for tunes that do not end


@dataclass(frozen=True, kw_only=True)
class TuneRequest:
    """A request for new tunes.

    Args:
        count: the number of tunes.
        first: the number of the first tune. Tune n of a seed is the same whichever tunes are drawn beside it.
        seed: the random seed.
        start: the text that each tune continues.
        sampling: how characters are drawn.
        fields: header fields that each tune must have, by letter, as `conditioning.header_fields` spells them.
        parts: the number of parts; None allows any.
        bars: the numbers of bars that a part may have; if empty, any.
        usual_form: whether each part must have a length that is usual for the tune's type and metre.
        complete: resample bars that are not full, and reject tunes that are not complete.
        max_copy: the maximum number of notes in a passage shared with a training tune; None sets no limit.
        training_checks: also hold tunes with requested fields to what the training tunes have: types that go with a
            metre, notes and endings that go with a key.
        max_length: the number of characters after which a tune is cut, or rejected if it is constrained.

    Raises:
        UsageError: a value is out of range, or the start contains a second tune.
    """

    count: int = 1
    first: int = 1
    seed: int = 0
    start: str = DEFAULT_START
    sampling: Sampling = field(default_factory=Sampling)
    fields: Mapping[str, str] = field(default_factory=dict)
    parts: int | None = None
    bars: tuple[int, ...] = ()
    usual_form: bool = False
    complete: bool = False
    max_copy: int | None = None
    training_checks: bool = True
    max_length: int = MAX_LENGTH

    def __post_init__(self) -> None:
        if not isinstance(self.bars, tuple):  # one number is a likely guess
            raise UsageError(f"bars {self.bars!r} is not a tuple of numbers of bars, such as (8,)")
        require_min("tunes", self.count, 1)
        require_min("tune", self.first, 1)
        require_min("seed", self.seed, 0)
        require_min("max_length", self.max_length, 1)
        for name, value in (
            ("max-copy", self.max_copy),
            ("parts", self.parts),
            *(("bars", bars) for bars in self.bars),
        ):
            if value is not None:
                require_min(name, value, 1)
        if self.usual_form and self.bars:
            raise UsageError("--form usual gives the bars of a part, and so does --bars: leave out one of them")
        if f"\n{TUNE_START}" in self.start:
            raise UsageError(
                f"--start has a second line {TUNE_START}, and a tune has one: leave it out, or use --length"
            )

    @property
    def constrained(self) -> bool:
        """Whether a tune can be rejected."""
        return self.complete or bool(self.fields) or self.max_copy is not None or self.has_form

    @property
    def has_form(self) -> bool:
        """Whether it asks for a form."""
        return self.usual_form or self.parts is not None or bool(self.bars)
