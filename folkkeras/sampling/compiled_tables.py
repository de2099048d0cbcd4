"""The tables that an engine looks up, compiled by Numba: the same sums in the same order."""

import numba
import numpy as np
import numpy.typing as npt

from folkkeras.model.weights import Array
from folkkeras.sampling.feature_tables import RaisingTable, VectorTable
from folkkeras.sampling.sampler import Ids

Places = npt.NDArray[np.int64]


class CompiledVectorTable(VectorTable):
    """As `VectorTable`."""

    def sums(self, rows: Ids) -> Array:
        sums: Array = _sums(rows, self.columns, self.firsts, self.vectors)
        return sums


class CompiledRaisingTable(RaisingTable):
    """As `RaisingTable`."""

    def logits(self, outputs: Array, rows: Ids) -> Array:
        logits: Array = _logits(outputs, rows, self.columns, self.firsts, self.outputs, self.raised, self.characters)
        return logits


@numba.njit(nogil=True, cache=True)
def _sums(rows: Ids, columns: Places, firsts: Places, vectors: Array) -> Array:
    sums = np.empty((len(rows), vectors.shape[1]), np.float32)
    for slot in range(len(rows)):
        sums[slot] = vectors[firsts[0] + rows[slot, columns[0]]]
        for feature in range(1, len(columns)):
            place = firsts[feature] + rows[slot, columns[feature]]
            for number in range(vectors.shape[1]):
                sums[slot, number] += vectors[place, number]
    return sums


@numba.njit(nogil=True, cache=True)
def _logits(
    outputs: Array, rows: Ids, columns: Places, firsts: Places, raising: Places, raised: Places, characters: int
) -> Array:
    logits = np.empty((len(rows), characters), np.float32)
    sums = np.empty(1 + characters, np.float64)
    for slot in range(len(rows)):
        sums[:] = 0
        for feature in range(len(columns)):
            place = firsts[feature] + rows[slot, columns[feature]]
            for number in range(raising.shape[1]):
                sums[raised[place, number]] += outputs[slot, raising[place, number]]
        for character in range(characters):
            logits[slot, character] = outputs[slot, character] + np.float32(sums[1 + character])
    return logits
