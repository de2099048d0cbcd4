"""The compiled tables, compared with those of NumPy."""

from dataclasses import replace

import numpy as np
import pytest

import folkkeras
from folkkeras.features.columns import COUNT, columns_of, sizes_of
from folkkeras.model.weights import ExportedWeights
from folkkeras.sampling.compiled_tables import CompiledRaisingTable, CompiledVectorTable
from folkkeras.sampling.feature_tables import RaisingTable, VectorTable
from folkkeras.sampling.sampler import Ids

SLOTS = 200


@pytest.fixture(scope="module")
def exported() -> ExportedWeights:
    return folkkeras.load("celtic").exported


@pytest.fixture(scope="module")
def rows(exported: ExportedWeights) -> Ids:
    """Random values of all features."""
    rows = np.zeros((SLOTS, COUNT), np.int32)
    sizes = sizes_of(exported.features, len(exported.vocabulary))
    rows[:, columns_of(exported.features)] = np.random.default_rng(1).integers(0, sizes, (SLOTS, len(sizes)))
    return rows


def test_the_sums_of_vectors_are_equal_to_the_last_digit(exported: ExportedWeights, rows: Ids) -> None:
    assert np.array_equal(CompiledVectorTable(exported).sums(rows), VectorTable(exported).sums(rows))


def test_the_sums_of_vectors_of_one_dimension_are_too(exported: ExportedWeights, rows: Ids) -> None:
    embedding, vectors, *others = exported.weights
    narrow = replace(exported, weights=[embedding, vectors[:, :1], *others])
    assert np.array_equal(CompiledVectorTable(narrow).sums(rows), VectorTable(narrow).sums(rows))


def test_the_raised_logits_are_equal_to_the_last_digit(exported: ExportedWeights, rows: Ids) -> None:
    outputs = np.random.default_rng(2).normal(size=(SLOTS, exported.weights[-1].size)).astype(np.float32)
    compiled, own = (
        table(exported.features, exported.vocabulary, SLOTS).logits(outputs, rows)
        for table in (CompiledRaisingTable, RaisingTable)
    )
    assert np.array_equal(compiled, own)
    assert not np.array_equal(own, outputs[:, : len(exported.vocabulary)])
