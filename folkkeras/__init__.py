"""Character-level LSTMs in Keras that learn a tune tradition and write new tunes in ABC notation.

    >>> import folkkeras
    >>> print(folkkeras.load("runs/oneills-1/best.keras").generate(seed=7))

The pieces by themselves: `read_corpus`, `Vocabulary`, `random_windows`, `build_model`, `train`. Each name
is imported when it is first used, so that tunes can be read without waiting for TensorFlow.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "MelodyIndex": "folkkeras.corpus.overlap",
    "Corpus": "folkkeras.corpus.corpus",
    "FolkError": "folkkeras.errors",
    "Generator": "folkkeras.sampling.generator",
    "LSTM": "folkkeras.model.lstm",
    "Listener": "folkkeras.training.listener",
    "Scorer": "folkkeras.model.scoring",
    "TrainingConfig": "folkkeras.config",
    "TuneModel": "folkkeras.model.tune_model",
    "TuneText": "folkkeras.sampling.tune_text",
    "Vocabulary": "folkkeras.vocabulary",
    "build_model": "folkkeras.model.tune_model",
    "create_run": "folkkeras.runs.run",
    "evaluate": "folkkeras.evaluation.evaluate",
    "load": "folkkeras.sampling.generator",
    "open_run": "folkkeras.runs.run",
    "random_windows": "folkkeras.training.batches",
    "read_corpus": "folkkeras.corpus.load",
    "read_tune": "folkkeras.music.reading",
    "read_tunes": "folkkeras.music.reading",
    "split_corpus": "folkkeras.corpus.corpus",
    "split_tunes": "folkkeras.notation.tunes",
    "train": "folkkeras.training.train",
    "transposed": "folkkeras.corpus.transposition",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'folkkeras' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
