"""Products in int8: exact in whole numbers, whatever instructions the processor has."""

from collections.abc import Iterator

import numkong
import numpy as np
import pytest

from folkkeras.sampling.matrices import LARGEST, Float32Matrix, Int8Matrix

SHAPES = [(1, 896, 3_072), (33, 128, 100), (64, 768, 322), (5, 63, 65)]  # slots, rows, columns


SETS = [name for name, has in numkong.get_capabilities().items() if has and name != "serial"]  # of instructions


@pytest.fixture(params=range(len(SETS) + 1))
def _fewer_instructions(request: pytest.FixtureRequest) -> Iterator[None]:
    """Numkong with only the first of the processor's instruction sets, down to none."""
    for name in SETS[request.param :]:
        numkong.disable_capability(name)
    yield
    for name in SETS:
        numkong.enable_capability(name)


@pytest.mark.usefixtures("_fewer_instructions")
@pytest.mark.parametrize(("slots", "rows", "columns"), SHAPES)
def test_whole_numbers_up_to_the_largest_are_multiplied_exactly(slots: int, rows: int, columns: int) -> None:
    chance = np.random.default_rng(rows)
    matrix = chance.choice([-LARGEST, LARGEST, 5, -1], (rows, columns)).astype(np.float32)
    values = chance.choice([-LARGEST, LARGEST, 3], (slots, rows)).astype(np.float32)
    exact = values.astype(np.int64) @ matrix.astype(np.int64)
    np.testing.assert_allclose(Int8Matrix(matrix).of(values), exact, rtol=1e-6)


def test_rows_and_columns_have_scales_of_their_own() -> None:
    chance = np.random.default_rng(1)
    matrix = chance.standard_normal((512, 64)).astype(np.float32) * 10.0 ** np.linspace(-8, 8, 64, dtype=np.float32)
    values = chance.standard_normal((4, 512)).astype(np.float32) * np.float32([[1e-3], [1], [1e3], [0]])
    exact, rounded = Float32Matrix(matrix).of(values), Int8Matrix(matrix).of(values)
    sizes = np.abs(values)[:3, :, None] * np.abs(matrix)  # (slots, rows, columns)
    assert (np.abs(rounded - exact)[:3] < 0.05 * np.linalg.norm(sizes, axis=1)).all()
    assert not rounded[3].any()


@pytest.mark.parametrize("value", [0, 1e-40])
def test_what_is_too_small_to_be_scaled_is_zero(value: float) -> None:
    ones, small = np.ones((2, 512), np.float32), np.full((512, 3), value, np.float32)
    assert not Int8Matrix(small).of(ones).any()
    assert not Int8Matrix(ones.T).of(small.T).any()
