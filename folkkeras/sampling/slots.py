"""Slots: streams of characters drawn side by side by one decoding engine, with each character fed back in.

Each slot reads its stream's start text from a zero state and then draws; a slot whose stream has ended takes
the next one. Each stream has its own uniform numbers, so it is the same alone or among many, up to the rounding
of wider products. A draw can differ only if its uniform number is within rounding error of the boundary between
two characters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

CHUNK = 64  # characters per engine call: few enough to stream, enough to make the overhead of a call negligible

Ids = npt.NDArray[np.int32]


@dataclass(frozen=True)
class SlotState:
    """All that a slot's next characters depend on."""

    columns: list[npt.NDArray[np.float32]]  # of the layers' states and of the logits
    features: Any  # the state of the features of its text, None if the model reads none


class DecodingEngine(Protocol):
    """Draws characters for a number of slots and keeps their states."""

    number: int

    def step(self, fresh: npt.NDArray[np.bool_], read: Ids, uniforms: npt.NDArray[np.float32]) -> Ids:
        """Read or draw a character for each slot, CHUNK times.

        Args:
            fresh: whether each slot's stream begins, (slots,).
            read: the characters to read, or -1 to draw one, (CHUNK, slots).
            uniforms: uniform numbers in [0, 1), (CHUNK, slots).

        Returns:
            The characters, (CHUNK, slots).
        """
        ...

    def state(self, slot: int) -> SlotState:
        """A slot's state, to restore with `set_state`."""
        ...

    def set_state(self, slot: int, state: SlotState) -> None:
        """Restore a slot to the result of an earlier `state`."""
        ...


class Stream:
    """A stream of characters: the part of its start text that is still unread, and its random numbers.

    Args:
        start: the start text's indices.
        seed: the seed of its random numbers, `numpy.random.default_rng(seed)`.
    """

    def __init__(self, start: Ids, seed: tuple[int, ...]) -> None:
        self.unread = start
        self.fresh = True  # nothing has been read yet
        self.random = np.random.default_rng(seed)


class Slots:
    """A fixed number of slots and their streams."""

    def __init__(self, engine: DecodingEngine) -> None:
        self.engine, self.number = engine, engine.number

    def step(self, streams: Sequence[Stream | None]) -> list[Ids]:
        """Draw up to CHUNK characters in each slot; characters of the start text are read and not returned.

        Args:
            streams: each slot's stream, or None if the slot is idle.
        """
        read = np.full((CHUNK, self.number), -1, np.int32)
        uniforms = np.zeros((CHUNK, self.number), np.float32)
        fresh = np.ones(self.number, bool)
        counts = []
        for slot, stream in enumerate(streams):
            count = CHUNK if stream is None else min(CHUNK, len(stream.unread))
            counts.append(count)
            read[:count, slot] = 0
            if stream is not None:
                read[:count, slot], stream.unread = stream.unread[:count], stream.unread[count:]
                uniforms[count:, slot] = stream.random.random(CHUNK - count, dtype=np.float32)
                fresh[slot], stream.fresh = stream.fresh, False
        drawn = self.engine.step(fresh, read, uniforms)
        return [drawn[count:, slot] for slot, count in enumerate(counts)]
