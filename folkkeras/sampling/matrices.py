"""A model's matrices for drawing, in int8 or in float32.

In int8, each column of a matrix and each row of what it is multiplied with has a scale of its own, by which its largest
number becomes 127. The products are added up as whole numbers, which is exact. So a slot's result does not depend on
the other slots, on the number of threads or on the order of the sum. An int8 matrix is also a quarter as large, and
drawing is bound by the time that it takes to read it. Source: T. Dettmers et al., "LLM.int8()" (2022),
arXiv:2208.07339, section 2.1.
"""

import numkong
import numpy as np

from folkkeras.model.weights import Array

LARGEST = 127  # the largest int8; -128 has no positive counterpart
LEAST = 1e-30  # smaller numbers count as 0, since float32 could not hold their scale


class Float32Matrix:
    """A matrix in float32, (rows, columns)."""

    def __init__(self, matrix: Array) -> None:
        self._matrix = matrix

    def of(self, values: Array) -> Array:
        """The product of values, (slots, rows), with the matrix, (slots, columns)."""
        product: Array = values @ self._matrix
        return product


class Int8Matrix:
    """A matrix in int8, made from one in float32, (rows, columns)."""

    def __init__(self, matrix: Array) -> None:
        largest = _largest(matrix, 0)  # (1, columns)
        rounded = np.rint(matrix * (LARGEST / largest)).astype(np.int8)
        self._packed = numkong.dots_pack(np.ascontiguousarray(rounded.T), dtype="int8")
        self._scales = largest / np.float32(LARGEST * LARGEST)

    def of(self, values: Array) -> Array:
        """The product of values, (slots, rows), with the matrix, (slots, columns)."""
        largest = _largest(values, 1)  # (slots, 1)
        rounded = np.rint(values * (LARGEST / largest)).astype(np.int8, order="C")
        product = np.asarray(numkong.dots_packed(rounded, self._packed)).astype(np.float32)
        product *= self._scales * largest
        return product


Matrix = Float32Matrix | Int8Matrix


def _largest(values: Array, axis: int) -> Array:
    """The largest absolute value along an axis, which is kept; 1 in place of 0, since zeros may have any scale."""
    largest = np.abs(values).max(axis, keepdims=True)
    largest[largest < LEAST] = 1
    return largest
