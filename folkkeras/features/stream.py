"""The features of a stream of characters that is read one at a time."""

from collections.abc import Sequence

from folkkeras.features.columns import COUNT, write
from folkkeras.features.machine import read
from folkkeras.features.state import SIZE, clear


class FeatureStream:
    """Reads characters and gives the features of each.

    Args:
        codes: the code point of each character of the vocabulary.
    """

    def __init__(self, codes: Sequence[int]) -> None:
        self._codes = codes
        self._state = [0] * SIZE
        self.row = [0] * COUNT  # the features of the last character
        self.begin()

    def begin(self) -> None:
        """Begin a new text."""
        clear(self._state)

    def read(self, index: int) -> None:
        """Read a character by its index, and write its features into `row`."""
        read(self._state, index, self._codes[index])
        write(self._state, self.row)

    def state(self) -> list[int]:
        """A copy of the state, for `set_state`."""
        return self._state.copy()

    def set_state(self, state: list[int]) -> None:
        """Return to an earlier state."""
        self._state[:] = state
