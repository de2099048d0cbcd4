"""Character-level LSTMs in Keras that learn a tune tradition and write new tunes in ABC notation.

    >>> import folkkeras
    >>> print(folkkeras.load("runs/oneills-1/best.keras").generate(seed=7))

The pieces by themselves: `read_corpus`, `Vocabulary`, `random_windows`, `build_model`, `train`. Each name
is imported when it is first used, so that tunes can be read without waiting for TensorFlow.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "Book": "folkkeras.corpus.originality",
    "Corpus": "folkkeras.corpus.corpus",
    "FolkError": "folkkeras.errors",
    "Generator": "folkkeras.generation",
    "LSTM": "folkkeras.lstm",
    "Listener": "folkkeras.listener",
    "Scorer": "folkkeras.scoring",
    "TrainingConfig": "folkkeras.config",
    "TuneModel": "folkkeras.model",
    "TuneText": "folkkeras.music.tune_text",
    "Vocabulary": "folkkeras.vocabulary",
    "build_model": "folkkeras.model",
    "create_run": "folkkeras.runs",
    "evaluate": "folkkeras.evaluation.report",
    "load": "folkkeras.generation",
    "open_run": "folkkeras.runs",
    "random_windows": "folkkeras.batches",
    "read_corpus": "folkkeras.corpus.reading",
    "read_tune": "folkkeras.music.reading",
    "read_tunes": "folkkeras.music.reading",
    "split_corpus": "folkkeras.corpus.corpus",
    "split_tunes": "folkkeras.notation.tunes",
    "train": "folkkeras.training",
    "transposed": "folkkeras.corpus.transposition",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'folkkeras' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
