"""A lane: slots that are stepped together, and what is drawn in them."""

from collections.abc import Callable, Iterator
from functools import cached_property

from folkkeras.sampling.engine import SlotState
from folkkeras.sampling.sampling_model import SamplingModel
from folkkeras.sampling.scheduler import Attempts, advance
from folkkeras.sampling.slots import Slots


class Lane:
    """Slots that are stepped together.

    Args:
        model: the model to draw from.
        size: the number of slots.
    """

    def __init__(self, model: SamplingModel, size: int) -> None:
        self._model = model
        self._attempts: list[Attempts | None] = [None] * size

    @cached_property
    def _slots(self) -> Slots:
        return self._model.slots(len(self._attempts))

    def __iter__(self) -> Iterator[Attempts]:
        """The attempts that have a slot."""
        return filter(None, self._attempts)

    @property
    def free(self) -> int:
        """The number of free slots."""
        return self._attempts.count(None)

    @property
    def taken(self) -> int:
        """The number of slots that are not free."""
        return len(self._attempts) - self.free

    def place(self, attempt: Attempts, state: SlotState | None) -> None:
        """Go on with an attempt in a free slot, from a state that `take` gave, or None at its start."""
        slot = self._attempts.index(None)
        if state:
            self._slots.set_state(slot, state)
        self._attempts[slot] = attempt

    def take(self, attempt: Attempts) -> SlotState | None:
        """Free an attempt's slot, and return what `place` needs to go on with it."""
        slot = self._attempts.index(attempt)
        self._attempts[slot] = None
        return None if attempt.stream.fresh else self._slots.state(slot)

    def keep(self, wanted: Callable[[Attempts], bool]) -> None:
        """Free the slots of all attempts that are not wanted."""
        self._attempts = [attempt if attempt and wanted(attempt) else None for attempt in self._attempts]

    def step(self) -> list[tuple[Attempts, str | None]]:
        """Draw a chunk in each slot; return the attempts that have ended, as `advance` does."""
        return advance(self._slots, self._attempts, costs=True)
