"""A model's matrices for drawing, in int8 or in float32.

In int8, each column of a matrix and each row of what it is multiplied with has a scale of its own, by which its largest
number becomes 127. The products are added up as whole numbers, which is exact. So a slot's result does not depend on
the other slots, on the number of threads or on the order of the sum. An int8 matrix is also a quarter as large, and
drawing is bound by the time that it takes to read it. Source: T. Dettmers et al., "LLM.int8()" (2022),
arXiv:2208.07339, section 2.1.
"""

from typing import Any

import numkong
import numpy as np

from folkkeras.model.weights import Array
from folkkeras.sampling import arithmetic
from folkkeras.sampling.arithmetic import LARGEST, Int8s, largest_of

_VNNI = ("icelake", "alder", "sierra")  # Numkong's names of the first processors with these instructions


class Float32Matrix:
    """A matrix in float32, (rows, columns)."""

    def __init__(self, matrix: Array) -> None:
        self._matrix = matrix

    def of(self, values: Array, how: Any = arithmetic) -> Array:
        """The product of values, (slots, rows), with the matrix, (slots, columns)."""
        product: Array = values @ self._matrix
        return product


class Int8Matrix:
    """A matrix in int8, made from one in float32, (rows, columns)."""

    def __init__(self, matrix: Array) -> None:
        largest = largest_of(matrix, 0)  # (1, columns)
        columns = np.ascontiguousarray(np.rint(matrix * (LARGEST / largest)).astype(np.int8).T)
        self._packed = numkong.dots_pack(columns, dtype="int8")
        self._columns: Int8s | None = columns if _slow_alone() else None
        self._scales = largest / np.float32(LARGEST * LARGEST)

    def of(self, values: Array, how: Any = arithmetic) -> Array:
        """The product of values, (slots, rows), with the matrix, (slots, columns).

        Args:
            values: in float32.
            how: the module that computes it, `arithmetic` or `compiled_arithmetic`.
        """
        rounded, largest = how.rounded(values)
        product: Array = how.scaled(how.sums(rounded, self._packed, self._columns), self._scales, largest)
        return product


Matrix = Float32Matrix | Int8Matrix


def _slow_alone() -> bool:
    """Whether Numkong multiplies a single slot slowly, as it does on processors with AVX2 but without VNNI."""
    has = numkong.get_capabilities()
    return bool(has["haswell"]) and not any(has[name] for name in _VNNI)
