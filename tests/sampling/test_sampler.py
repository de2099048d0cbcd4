"""Drawing a character from given logits and uniform numbers."""

import math

import numpy as np
import pytest

from folkkeras.errors import UsageError
from folkkeras.sampling.sampler import Sampling, draw

PROBABILITIES = np.array([0.1, 0.4, 0.2, 0.3], dtype=np.float32)


def drawn(uniform: float, **options: float) -> int:
    sampling = Sampling(**{"temperature": 1.0, "top_p": 1.0, **options})
    return int(draw(np.log(PROBABILITIES), np.float32(uniform), sampling))


def frequencies(**options: float) -> list[float]:
    uniforms = np.random.default_rng(0).random(4_000, dtype=np.float32)
    logits = np.tile(np.log(PROBABILITIES), (len(uniforms), 1))
    ids = draw(logits, uniforms, Sampling(**{"temperature": 1.0, "top_p": 1.0, **options}))
    return [round(float(np.mean(ids == index)), 2) for index in range(4)]


@pytest.mark.parametrize(("uniform", "index"), [(0.0, 0), (0.09, 0), (0.11, 1), (0.49, 1), (0.51, 2), (0.71, 3)])
def test_a_uniform_number_selects_a_character_by_cumulative_probability(uniform: float, index: int) -> None:
    assert drawn(uniform) == index


def test_the_largest_uniform_number_draws_the_last_possible_character() -> None:
    assert drawn(1 - 2**-24) == 3
    assert drawn(1 - 2**-24, top_k=1) == 1


def test_frequencies_follow_the_softmax() -> None:
    assert np.allclose(frequencies(), PROBABILITIES, atol=0.02)


def test_temperature_sharpens_and_flattens() -> None:
    assert np.allclose(frequencies(temperature=0.5), PROBABILITIES**2 / np.sum(PROBABILITIES**2), atol=0.02)
    assert np.allclose(frequencies(temperature=1e40), 0.25, atol=0.02)


@pytest.mark.parametrize("temperature", [0.0, 1e-6, 1e-38])
def test_at_temperatures_near_zero_the_likeliest_character_is_drawn(temperature: float) -> None:
    assert {drawn(u, temperature=temperature) for u in (0.0, 0.5, 0.99)} == {1}


def test_top_k_draws_from_the_k_likeliest_characters() -> None:
    assert np.allclose(frequencies(top_k=2), [0, 4 / 7, 0, 3 / 7], atol=0.02)
    assert frequencies(top_k=99) == frequencies()


def test_top_p_draws_from_the_fewest_characters_that_reach_p() -> None:
    assert np.allclose(frequencies(top_p=0.69), [0, 4 / 7, 0, 3 / 7], atol=0.02)
    assert np.allclose(frequencies(top_p=0.71), [0, 4 / 9, 2 / 9, 3 / 9], atol=0.02)
    assert frequencies(top_p=1e-9) == [0, 1, 0, 0]


@pytest.mark.parametrize(
    "options",
    [{"temperature": -1}, {"temperature": math.nan}, {"temperature": math.inf}, {"top_k": -1}]
    + [{"top_p": value} for value in (0, -0.1, 1.1, math.nan)],
)
def test_values_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(options)).replace("_", "-")):
        Sampling(**options)
