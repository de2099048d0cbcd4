"""Slots: streams of characters drawn side by side, with each character fed back in.

Each slot reads its stream's start text from a zero state and then draws; a slot whose stream has ended takes
the next one. Each stream has its own uniform numbers, so with int8 weights it is the same alone or among many. In
float32 it is so up to the rounding of wider products: a draw can differ only if its uniform number is within rounding
error of the boundary between two characters.

The slots are shared out among threads, each with an engine of its own.
"""

from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from folkkeras.model.weights import Array
from folkkeras.processors import cpu_count
from folkkeras.sampling.engine import Engine, EngineWeights, SlotState
from folkkeras.sampling.sampler import Ids, Sampling

CHUNK = 64  # characters per step: few enough to stream, enough to make the overhead of a step negligible
# Threads share the slots where products outweigh Python's own work, which only one thread can do at a time.
SLOTS_OF_A_THREAD, LEAST_UNITS = 16, 512
_IDLE = Sampling()  # of a slot without a stream, in which nothing is drawn


class Stream:
    """A stream of characters: the part of its start text that is still unread, and its random numbers.

    Args:
        start: the start text's indices.
        seed: the seed of its random numbers, `numpy.random.default_rng(seed)`.
        sampling: how its characters are drawn.
    """

    def __init__(self, start: Ids, seed: tuple[int, ...], sampling: Sampling) -> None:
        self.unread, self.sampling = start, sampling
        self.fresh = True  # nothing has been read yet
        self.nats = np.empty(0, np.float32)  # what each character of the last chunk cost, if `step` was asked for it
        self.random = np.random.default_rng(seed)


class Slots:
    """A fixed number of slots and their streams.

    Args:
        weights: the model's weights.
        number: the number of slots.
    """

    def __init__(self, weights: EngineWeights, number: int) -> None:
        self.number = number
        shared = weights.exported.hyperparameters["units"] >= LEAST_UNITS
        self.threads = threads = max(1, min(cpu_count(), number // SLOTS_OF_A_THREAD)) if shared else 1
        self._bounds = [number * thread // threads for thread in range(threads + 1)]
        self._engines = [Engine(weights, end - first) for first, end in pairwise(self._bounds)]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        # NumPy's own threads wait for each other busily: beside another program they can be twenty times slower.
        self._blas = None if weights.int8 else ThreadpoolController()

    def step(self, streams: Sequence[Stream | None], *, costs: bool = False) -> list[Ids]:
        """Draw up to CHUNK characters in each slot; characters of the start text are read and not returned.

        Args:
            streams: each slot's stream, or None if the slot is idle.
            costs: whether to store in each stream's `nats` what its characters cost, read or drawn.
        """
        nats = np.zeros((CHUNK if costs else 0, self.number), np.float32)
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
        samplings = [stream.sampling if stream else _IDLE for stream in streams]
        shares = [
            (
                engine,
                fresh[first:end],
                read[:, first:end],
                uniforms[:, first:end],
                samplings[first:end],
                nats[:, first:end],
            )
            for engine, (first, end) in zip(self._engines, pairwise(self._bounds), strict=True)
        ]
        with self._one_blas_thread():
            drawn = np.concatenate([*(self._pool.map if self._pool else map)(_step, shares)], 1)
        for slot, stream in enumerate(streams):
            if stream is not None:
                stream.nats = nats[:, slot]
        return [drawn[count:, slot] for slot, count in enumerate(counts)]

    def read(self, ids: Ids) -> None:
        """Read a character in each slot.

        Args:
            ids: the characters, (slots,).
        """
        shares = [ids[first:end] for first, end in pairwise(self._bounds)]
        with self._one_blas_thread():
            list((self._pool.map if self._pool else map)(Engine.read, self._engines, shares))

    def logits(self) -> Array:
        """The logits of each slot's next character, (slots, vocabulary)."""
        return np.concatenate([engine.logits for engine in self._engines])

    def state(self, slot: int) -> SlotState:
        """A slot's state, to restore with `set_state`."""
        engine, place = self._place(slot)
        return engine.state(place)

    def set_state(self, slot: int, state: SlotState) -> None:
        """Restore a slot to the result of an earlier `state`."""
        engine, place = self._place(slot)
        engine.set_state(place, state)

    def _one_blas_thread(self) -> AbstractContextManager[Any]:
        return self._blas.limit(limits=1) if self._blas else nullcontext()

    def _place(self, slot: int) -> tuple[Engine, int]:
        """The engine of a slot, and the slot's place in it."""
        thread = bisect_right(self._bounds, slot) - 1
        return self._engines[thread], slot - self._bounds[thread]


def _step(share: tuple[Engine, npt.NDArray[np.bool_], Ids, Array, list[Sampling], Array]) -> Ids:
    engine, fresh, read, uniforms, samplings, nats = share
    return engine.step(fresh, read, uniforms, samplings, nats)
