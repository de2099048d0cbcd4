"""What Numba compiles for the engine, compared with NumPy to the last bit."""

import numpy as np
import pytest

from folkkeras.model.weights import Array
from folkkeras.sampling import arithmetic, compiled_arithmetic
from folkkeras.sampling.matrices import Int8Matrix
from folkkeras.sampling.sampler import Sampling

BOTH = arithmetic, compiled_arithmetic


def normal(*shape: int, size: float = 1.0) -> Array:
    return (size * np.random.default_rng(len(shape) + shape[-1]).standard_normal(shape)).astype(np.float32)


@pytest.mark.parametrize("slots", [1, 7])
@pytest.mark.parametrize("size", [0.01, 1, 30])
def test_outputs_and_cells_are_equal(slots: int, size: float) -> None:
    products, reads, cells = normal(slots, 4 * 33 + 5, size=size), normal(slots, 4 * 33), normal(slots, 33, size=size)
    own, compiled = cells.copy(), cells.copy()
    assert np.array_equal(
        arithmetic.outputs(products, reads, own), compiled_arithmetic.outputs(products, reads, compiled)
    )
    assert np.array_equal(own, compiled)
    assert not np.array_equal(own, cells)


@pytest.mark.parametrize("slots", [1, 3, 40])
@pytest.mark.parametrize("rows", [5, 1_100])
def test_products_in_int8_are_equal(slots: int, rows: int) -> None:
    values = normal(slots, rows)
    values[0] *= 1e-38  # too small to be scaled
    matrix = Int8Matrix(normal(rows, 130))
    own, compiled = (matrix.of(values, how) for how in BOTH)
    assert np.array_equal(own, compiled)
    assert not own[0].any()


@pytest.mark.parametrize("slots", [1, 3, 40])
def test_columns_may_replace_packed_ones(slots: int) -> None:
    chance = np.random.default_rng(slots)
    values, columns = (chance.choice(np.array([-127, 127, 5], np.int8), (many, 1_100)) for many in (slots, 67))
    found = compiled_arithmetic._sums_of_few(values, columns)
    assert np.array_equal(found, values.astype(np.int32) @ columns.T.astype(np.int32))


@pytest.mark.parametrize("temperature", [0, 1e-40, 0.4, 1, 1e3])
@pytest.mark.parametrize("top_k", [0, 1, 3, 83, 100])
@pytest.mark.parametrize("top_p", [1e-9, 0.5, 0.97, 1])
def test_the_same_characters_are_drawn(temperature: float, top_k: int, top_p: float) -> None:
    logits = normal(500, 83, size=3)
    logits[:100] = np.round(logits[:100])  # with equal ones among them
    uniforms = np.random.default_rng(1).random(500, dtype=np.float32)
    uniforms[:4], uniforms[-4:] = 0, 1 - 2**-24
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    own, compiled = (how.draw(logits, uniforms, sampling) for how in BOTH)
    assert np.array_equal(own, compiled)
