"""What the shell completes: names of runs and models, collections, and the choices of options."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from folkkeras.config import PRECISIONS, PRESETS, SCHEDULES
from folkkeras.corpus.collections import COLLECTIONS
from folkkeras.importing.names import ABC, OTHERS
from folkkeras.importing.the_session import SETTINGS
from folkkeras.music.render.formats import ALL_FORMATS, PAPERS
from folkkeras.music.render.instruments import INSTRUMENTS
from folkkeras.pretrained import CELTIC

MODEL_FORMATS = ("onnx",)
STRATEGIES = ("mirrored", "multi-worker")

Completion = Callable[[str], list[str]]


def _of(names: Iterable[str]) -> Completion:
    listed = list(names)
    return lambda incomplete: [name for name in listed if name.startswith(incomplete)]


presets, schedules, precisions, strategies = _of(PRESETS), _of(SCHEDULES), _of(PRECISIONS), _of(STRATEGIES)
papers = _of(PAPERS)
settings, model_formats = _of(SETTINGS), _of(MODEL_FORMATS)
instruments, formats = _of(INSTRUMENTS), _of(ALL_FORMATS)


def runs(context: typer.Context, incomplete: str) -> list[str]:
    """The names of the runs."""
    folder = context.params.get("runs") or os.environ.get("FOLK_RUNS") or "runs"
    return sorted(path.parent.name for path in Path(folder).glob(f"{incomplete}*/config.json"))


def models(context: typer.Context, incomplete: str) -> list[str]:
    """The names of the runs and of the pretrained model, and model files."""
    return [*runs(context, incomplete), *_of([CELTIC])(incomplete), *_paths(incomplete, ".keras")]


def corpora(incomplete: str) -> list[str]:
    """The names of the collections, and tune files."""
    return [*_of(COLLECTIONS)(incomplete), *tune_files(incomplete)]


def tune_files(incomplete: str) -> list[str]:
    """Tune files and folders."""
    return _paths(incomplete, *ABC, *OTHERS)


def _paths(incomplete: str, *suffixes: str) -> list[str]:
    folder, beginning = os.path.split(incomplete)
    try:
        found = sorted(os.scandir(folder or "."), key=lambda entry: entry.name)
    except OSError:
        return []
    return [
        os.path.join(folder, entry.name) + ("/" if entry.is_dir() else "")
        for entry in found
        if entry.name.startswith(beginning) and (entry.is_dir() or entry.name.endswith(suffixes))
    ]
