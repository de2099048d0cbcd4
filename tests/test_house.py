"""The shape of the house: imports go down only, and the terminal starts without TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import folkkeras
from folkkeras import errors

FLOORS = [
    {"errors"},
    {"files", "vocabulary", "notation"},
    {"config", "corpus", "lstm", "pacing", "box", "surroundings", "cluster"},
    {"lock", "music", "meeting", "network"},
    {"tensorboard_media", "tensorboard_figures", "continuation", "steering", "recipe", "own_corpus", "whole_tune"},
    {"runs", "batches", "model", "sampling", "growing_tune", "network_file"},
    {"listener", "model_file", "scoring", "slots", "threads", "transfer"},
    {"numpy_loop", "compiled_loop"},
    {"generation", "checkpoints"},
    {"whole_tunes"},
    {"evaluation"},
    {"callbacks", "distributed"},
    {"tensorboard_log"},
    {"training"},
]
NOTATION_FLOORS = [
    {"tunes", "keys", "tokens", "chords", "words", "titles", "symbols"},
    {"lines", "intervals"},
    {"normal_form", "melody", "transposing"},
]
CORPUS_FLOORS = [
    {"decoding", "tune_list", "collections"},
    {"sources"},
    {"corpus", "originality", "transposition"},
    {"statistics", "kept"},
    {"reading"},
]
EVALUATION_FLOORS = [{"ngram", "style"}, {"report"}, {"picture"}]
MUSIC_FLOORS = [
    {"tune", "instruments", "kinds", "sign_font", "names"},
    {"signs", "fields"},
    {"events", "order"},
    {"parser", "checking", "structure", "performance", "musicxml", "key_kept"},
    {"reading", "midi", "engraving", "joints", "left_out"},
    {"sound", "transposed"},
    {"page"},
    {"rendering"},
    {"worker", "workshop"},
    {"tune_text"},
]
LIBRARY = Path(folkkeras.__file__).parent


def imported(path: Path) -> set[str]:
    """The folkkeras modules that a file imports, without the package's name."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("folkkeras."):
            names.add(node.module.removeprefix("folkkeras."))
    return names


def check(files: list[Path], floors: list[set[str]], prefix: str = "") -> None:
    floor_of = {name: number for number, floor in enumerate(floors) for name in floor}
    for path in files:
        assert path.stem in floor_of, f"{path.name} has no floor"
        for name in imported(path):
            if not name.startswith(prefix):
                continue
            other = name.removeprefix(prefix).split(".")[0]
            if other in floor_of and other != path.stem:
                assert floor_of[other] < floor_of[path.stem], f"{path.stem} imports {name}, which is not below it"


def test_imports_go_down_only() -> None:
    check([path for path in LIBRARY.glob("*.py") if path.stem != "__init__"], FLOORS)
    check([path for path in (LIBRARY / "music").glob("*.py") if path.stem != "__init__"], MUSIC_FLOORS, "music.")
    check(
        [path for path in (LIBRARY / "notation").glob("*.py") if path.stem != "__init__"], NOTATION_FLOORS, "notation."
    )
    check([path for path in (LIBRARY / "corpus").glob("*.py") if path.stem != "__init__"], CORPUS_FLOORS, "corpus.")
    evaluation = [path for path in (LIBRARY / "evaluation").glob("*.py") if path.stem != "__init__"]
    check(evaluation, EVALUATION_FLOORS, "evaluation.")


def test_notation_stands_on_nothing_and_the_corpus_on_notation_errors_and_files_alone() -> None:
    for room, below in (("notation", set()), ("corpus", {"errors", "files", "vocabulary", "notation"})):
        outside = {name.split(".")[0] for path in (LIBRARY / room).glob("*.py") for name in imported(path)}
        assert outside - {room} <= below


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
