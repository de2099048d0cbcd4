"""Fault injection: killed trainings and corrupted files; `make faults` does more of the same, for half an hour."""

import random
from pathlib import Path

import faults
import pytest
from support.corruption import broken_files
from support.terminal import Terminal


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(autouse=True)
def forking(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "terminal", terminal)


@pytest.fixture
def chance() -> random.Random:
    return random.Random(1)  # `make faults` uses other random numbers


def test_killed_trainings_end_bit_for_bit_like_an_uninterrupted_one(
    tune_file: Path, folder: Path, chance: random.Random
) -> None:
    assert faults.kills(tune_file, folder, 1, chance).startswith("1 of 1 resumes identical")


def test_a_clock_that_is_set_back_does_not_mix_up_steps(tune_file: Path, folder: Path) -> None:
    faults.clock_set_back(tune_file, folder)


def test_a_corrupted_checkpoint_is_never_used_silently(tune_file: Path, folder: Path, chance: random.Random) -> None:
    broken_files(faults.undisturbed(tune_file, folder), 100, chance)
