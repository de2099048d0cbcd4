"""What the engine computes around its products, in NumPy; `compiled_arithmetic` does the same, compiled by Numba.

Both give the same to the last bit: they add in the same order, and both leave tanh and exp to NumPy.
"""

import numkong
import numpy as np
import numpy.typing as npt

from folkkeras.model.weights import GATES, Array
from folkkeras.sampling.sampler import draw as draw

LARGEST = 127  # the largest int8; -128 has no positive counterpart
LEAST = 1e-30  # smaller numbers count as 0, since float32 could not hold their scale

Int8s = npt.NDArray[np.int8]
Sums = npt.NDArray[np.int32]


def outputs(products: Array, reads: Array, cells: Array) -> Array:
    """A layer's outputs, (slots, units).

    Args:
        products: of its last outputs with its recurrent kernel, (slots, 4 * units and more columns).
        reads: what it reads, as part of its gates, (slots, 4 * units).
        cells: its cells, which are changed in place, (slots, units).
    """
    z = np.tanh(products[:, : reads.shape[1]] + reads)
    gates = z.reshape(len(z), GATES, -1)
    sigmoids = gates[:, :3]
    sigmoids *= 0.5
    sigmoids += 0.5
    cells *= gates[:, 1]
    cells += gates[:, 0] * gates[:, 3]
    found: Array = gates[:, 2] * np.tanh(cells)
    return found


def rounded(values: Array) -> tuple[Int8s, Array]:
    """Values rounded to int8, (slots, rows), and the largest absolute value of each slot, (slots, 1)."""
    largest = largest_of(values, 1)
    return np.rint(values * (LARGEST / largest)).astype(np.int8, order="C"), largest


def sums(values: Int8s, packed: numkong.PackedMatrix, columns: Int8s | None) -> Sums:
    """The exact product of values in int8, (slots, rows), with a matrix, (slots, columns).

    Args:
        values: from `rounded`.
        packed: the matrix, packed by Numkong.
        columns: its columns, (columns, rows), where Numkong is slow for a few slots; not used here.
    """
    return np.asarray(numkong.dots_packed(values, packed))


def scaled(sums: Sums, scales: Array, largest: Array) -> Array:
    """Sums of products in int8 as float32, (slots, columns).

    Args:
        sums: (slots, columns).
        scales: of the columns, (1, columns).
        largest: from `rounded`, (slots, 1).
    """
    product = sums.astype(np.float32)
    product *= scales * largest
    return product


def largest_of(values: Array, axis: int) -> Array:
    """The largest absolute value along an axis, which is kept; 1 in place of 0, since zeros may have any scale."""
    largest = np.abs(values).max(axis, keepdims=True)
    largest[largest < LEAST] = 1
    return largest
