"""Trainings killed and files broken; `make faults` does the same, and more, for half an hour."""

import random
from pathlib import Path

import faults
import pytest
from support.corruption import broken_files


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture
def chance() -> random.Random:
    return random.Random(1)  # `make faults` draws other numbers


def test_trainings_that_are_killed_end_bit_for_bit_like_one_that_is_not(
    tune_file: Path, folder: Path, chance: random.Random
) -> None:
    assert faults.kills(tune_file, folder, 5, chance).startswith("5 of 5 resumes identical")


def test_a_clock_that_is_set_back_mixes_up_no_steps(tune_file: Path, folder: Path) -> None:
    faults.clock_set_back(tune_file, folder)


def test_a_checkpoint_that_is_cut_or_flipped_is_never_silently_wrong(
    tune_file: Path, folder: Path, chance: random.Random
) -> None:
    broken_files(faults.undisturbed(tune_file, folder), 100, chance)
