"""A lane: slots that are stepped together, whose number follows the tunes in them."""

from collections.abc import Callable, Iterator

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
        self._slots: dict[int, Slots] = {}  # by their number, made when they are needed
        self._attempts: list[Attempts | None] = [None] * size

    def __iter__(self) -> Iterator[Attempts]:
        """The attempts that have a slot."""
        return filter(None, self._attempts)

    @property
    def size(self) -> int:
        """The number of slots."""
        return len(self._attempts)

    @property
    def free(self) -> int:
        """The number of free slots."""
        return self._attempts.count(None)

    def place(self, attempt: Attempts, state: SlotState | None) -> None:
        """Go on with an attempt in a free slot, from a state that `take` gave, or None at its start."""
        slot = self._attempts.index(None)
        if state:
            self._current.set_state(slot, state)
        self._attempts[slot] = attempt

    def take(self, attempt: Attempts) -> SlotState | None:
        """Free an attempt's slot, and return what `place` needs to go on with it."""
        slot = self._attempts.index(attempt)
        self._attempts[slot] = None
        return None if attempt.stream.fresh else self._current.state(slot)

    def keep(self, wanted: Callable[[Attempts], bool]) -> None:
        """Free the slots of all attempts that are not wanted."""
        self._attempts = [attempt if attempt and wanted(attempt) else None for attempt in self._attempts]

    def resize(self, size: int) -> None:
        """Have as many slots, which must be enough for the attempts."""
        if size != self.size:
            moved = [(attempt, self.take(attempt)) for attempt in list(self)]
            self._attempts = [None] * size
            for attempt, state in moved:
                self.place(attempt, state)

    def step(self) -> list[tuple[Attempts, str | None]]:
        """Draw a chunk in each slot; return the attempts that have ended, as `advance` does."""
        return advance(self._current, self._attempts)

    @property
    def _current(self) -> Slots:
        if self.size not in self._slots:
            self._slots[self.size] = self._model.slots(self.size)
        return self._slots[self.size]
