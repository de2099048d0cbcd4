"""`arithmetic` compiled by Numba: the same numbers in a few passes over each array instead of many."""

from typing import Any

import numba
import numkong
import numpy as np

from folkkeras.model.weights import Array
from folkkeras.sampling import arithmetic
from folkkeras.sampling.arithmetic import LARGEST, LEAST, Int8s, Sums
from folkkeras.sampling.sampler import MAX, MIN, Ids, Sampling

FEW = 4  # slots for which `_sums_of_few` is faster than Numkong's product without VNNI
_HALF, _ONE, _LARGEST, _LEAST = np.float32(0.5), np.float32(1), np.float32(LARGEST), np.float32(LEAST)


def outputs(products: Array, reads: Array, cells: Array) -> Array:
    """As `arithmetic.outputs`."""
    z = _gates(products, reads)
    np.tanh(z, out=z)
    found = _cells(z, cells)
    np.tanh(found, out=found)
    _outputs(z, found)
    return found


def sums(values: Int8s, packed: numkong.PackedMatrix, columns: Int8s | None) -> Sums:
    """As `arithmetic.sums`."""
    if columns is None or len(values) > FEW:
        return arithmetic.sums(values, packed, columns)
    found: Sums = _sums_of_few(values, columns)
    return found


def draw(logits: Array, uniforms: Array, sampling: Sampling) -> Any:
    """As `sampler.draw`, for logits (slots, vocabulary)."""
    if sampling.temperature == 0:
        return logits.argmax(-1)
    weights = _divided(logits, np.float32(min(max(sampling.temperature, MIN), MAX)))
    np.exp(weights, out=weights)
    return _drawn(weights, uniforms, sampling.top_k, np.float32(sampling.top_p))


@numba.njit(nogil=True, cache=True)
def rounded(values: Array) -> tuple[Int8s, Array]:
    """As `arithmetic.rounded`."""
    slots, rows = values.shape
    found, largest = np.empty((slots, rows), np.int8), np.empty((slots, 1), np.float32)
    for slot in range(slots):
        highest = np.float32(0)
        for row in range(rows):
            highest = max(highest, abs(values[slot, row]))
        if highest < _LEAST:
            highest = _ONE
        largest[slot, 0] = highest
        scale = _LARGEST / highest
        for row in range(rows):
            found[slot, row] = np.int8(np.rint(values[slot, row] * scale))
    return found, largest


@numba.njit(nogil=True, cache=True)
def scaled(sums: Sums, scales: Array, largest: Array) -> Array:
    """As `arithmetic.scaled`."""
    slots, columns = sums.shape
    product = np.empty((slots, columns), np.float32)
    for slot in range(slots):
        for column in range(columns):
            product[slot, column] = np.float32(sums[slot, column]) * (scales[0, column] * largest[slot, 0])
    return product


@numba.njit(nogil=True, cache=True)
def _sums_of_few(values: Int8s, columns: Int8s) -> Sums:
    wide = values.astype(np.int16)  # so that processors multiply and add many at a time
    sums = np.empty((len(values), len(columns)), np.int32)
    for slot in range(len(values)):
        own = wide[slot]
        for number in range(len(columns)):
            column, total = columns[number], np.int32(0)
            for row in range(len(own)):
                total += np.int32(np.int16(column[row])) * np.int32(own[row])
            sums[slot, number] = total
    return sums


@numba.njit(nogil=True, cache=True)
def _gates(products: Array, reads: Array) -> Array:
    slots, size = reads.shape
    z = np.empty((slots, size), np.float32)
    for slot in range(slots):
        for number in range(size):
            z[slot, number] = products[slot, number] + reads[slot, number]
    return z


@numba.njit(nogil=True, cache=True)
def _cells(z: Array, cells: Array) -> Array:
    """Change the cells by the gates, and copy them."""
    slots, units = cells.shape
    copies = np.empty((slots, units), np.float32)
    for slot in range(slots):
        for unit in range(units):
            i, f = z[slot, unit] * _HALF + _HALF, z[slot, units + unit] * _HALF + _HALF
            cell = cells[slot, unit] * f + i * z[slot, 3 * units + unit]
            cells[slot, unit] = copies[slot, unit] = cell
    return copies


@numba.njit(nogil=True, cache=True)
def _outputs(z: Array, squashed: Array) -> None:
    """Multiply the squashed cells with the output gates, in place."""
    slots, units = squashed.shape
    for slot in range(slots):
        for unit in range(units):
            squashed[slot, unit] *= z[slot, 2 * units + unit] * _HALF + _HALF


@numba.njit(nogil=True, cache=True)
def _divided(logits: Array, temperature: Any) -> Array:
    """How far the logits are below the largest, divided by the temperature."""
    slots, size = logits.shape
    found = np.empty((slots, size), np.float32)
    for slot in range(slots):
        highest = logits[slot].max()
        for index in range(size):
            found[slot, index] = (logits[slot, index] - highest) / temperature
    return found


@numba.njit(nogil=True, cache=True)
def _drawn(weights: Array, uniforms: Array, top_k: int, top_p: Any) -> Ids:
    slots, size = weights.shape
    found = np.zeros(slots, np.int32)
    for slot in range(slots):
        row = weights[slot]
        if 0 < top_k < size:
            least = np.sort(row)[size - top_k]
            for index in range(size):
                if row[index] < least:
                    row[index] = 0
        if top_p < _ONE:
            rising = np.sort(row)
            total = np.float32(0)
            for index in range(size - 1, -1, -1):
                total += rising[index]
            limit, before_and_own, least = top_p * total, np.float32(0), rising[size - 1]
            for index in range(size - 1, -1, -1):
                before_and_own += rising[index]
                if before_and_own - rising[index] < limit:
                    least = min(least, rising[index])
            for index in range(size):
                if row[index] < least:
                    row[index] = 0
        total = np.float32(0)
        for index in range(size):
            total += row[index]
        limit, total = uniforms[slot] * total, np.float32(0)
        for index in range(size):
            total += row[index]
            if row[index] > 0 and total > limit:
                found[slot] = index
                break
    return found
