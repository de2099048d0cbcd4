"""The shape of the house: one error tree, public names that are there, and a terminal without TensorFlow."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import folkkeras
from folkkeras import errors

PROJECT = Path(__file__).parents[1]


def test_every_error_is_of_the_one_tree_and_drawn_at_its_top() -> None:
    for name, kind in vars(errors).items():
        if isinstance(kind, type):
            assert issubclass(kind, errors.FolkError)
            assert name in (errors.__doc__ or "")


def test_the_public_names_are_there() -> None:
    for name in folkkeras.__all__:
        assert getattr(folkkeras, name).__doc__


def test_help_imports_no_tensorflow() -> None:
    code = (
        "import sys\nfrom folkkeras_cli.app import app\n"
        "try: app(['train', '--help'])\nexcept SystemExit: pass\n"
        "assert not {'tensorflow', 'keras', 'music21'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_tune_is_written_without_tensorflow() -> None:
    code = (
        "import sys\nfrom folkkeras_cli.app import app\n"
        "try: app(['sample', 'box', '--complete', '--seed', '1'])\nexcept SystemExit: pass\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("X:1\n")


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("folkkeras/music/tune.py", "import folkkeras.training.train", "Imports between rooms go down only"),
        ("folkkeras/notation/keys.py", "from folkkeras.corpus import corpus", "Imports between rooms go down only"),
        ("folkkeras/model/lstm.py", "from folkkeras_cli import console", "The library knows no terminal"),
        ("folkkeras/music/tune.py", "from folkkeras.music import reading", "Imports within a room form no circle"),
        ("folkkeras/sampling/sampler.py", "import folkkeras", "No room imports the package's root"),
    ],
)
def test_a_forbidden_import_fails_lint(tmp_path: Path, module: str, line: str, contract: str) -> None:
    for name in ("folkkeras", "cli", "pyproject.toml"):
        (shutil.copytree if (PROJECT / name).is_dir() else shutil.copy)(PROJECT / name, tmp_path / name)
    with (tmp_path / module).open("a") as file:
        file.write(f"\n{line}\n")
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-logo", "--no-cache"]
    environment = {"PYTHONPATH": f"{tmp_path}:{tmp_path / 'cli'}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert any(each.startswith(contract) and each.endswith("BROKEN") for each in done.stdout.splitlines())
