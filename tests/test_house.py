"""The shape of the house: one error tree, public names that are there, and a terminal without TensorFlow."""

import subprocess
import sys

import folkkeras
from folkkeras import errors


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
        "try: app(['sample', 'box', '--whole', '--seed', '1'])\nexcept SystemExit: pass\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("X:1\n")
