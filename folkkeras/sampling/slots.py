"""Slots: streams of characters drawn side by side by one decoding engine, each character fed back in.

Each slot reads its stream's start text from a zero state and then draws; a slot whose stream has ended takes
the next. A stream's uniform numbers are its own, so it is the same alone or among many, as far as the rounding
of wider products lets it: only where two characters' shares meet within rounding can a draw differ.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

CHUNK = 64  # characters a call of the engine; short enough to stream, long enough to cost nothing

Ids = npt.NDArray[np.int32]
Columns = list[npt.NDArray[np.float32]]


class DecodingEngine(Protocol):
    """Draws characters for a number of slots and keeps their states."""

    number: int

    def step(self, fresh: npt.NDArray[np.bool_], read: Ids, uniforms: npt.NDArray[np.float32]) -> Ids:
        """Read or draw a character for each slot, CHUNK times.

        Args:
            fresh: whether a slot's stream begins, (slots,).
            read: the characters to read; -1 where one is to be drawn, (CHUNK, slots).
            uniforms: in [0, 1), (CHUNK, slots).

        Returns:
            The characters, (CHUNK, slots).
        """
        ...

    def state(self, slot: int) -> Columns:
        """What a slot's stream has come to, to be set again: its part of all states and of the logits."""
        ...

    def set_state(self, slot: int, columns: Columns) -> None:
        """Take a slot's stream back to where `state` was asked."""
        ...


class Stream:
    """A text on its way: what is still to be read of its start, and its uniform numbers.

    Args:
        start: the start text's indices.
        seed: keys the uniform numbers, `numpy.random.default_rng(seed)`.
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
        """Draw each slot's next characters, at most CHUNK: its start text's are read and not returned.

        Args:
            streams: a slot's stream, or None where it is idle.
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
