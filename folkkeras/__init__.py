"""Character-level LSTMs in Keras that learn a tune tradition and write new tunes in ABC notation.

    >>> import folkkeras
    >>> print(folkkeras.load("celtic").generate(seed=7))

The parts can also be used separately: `read_corpus`, `Vocabulary`, `random_windows`, `build_model`, `train`,
`TuneRequest`. Each name is imported on first use, so that tunes can be read without waiting for TensorFlow.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from folkkeras.composing.candidates import Candidate
    from folkkeras.composing.composing import compose
    from folkkeras.composing.rewriting import rewrite
    from folkkeras.composing.varying import vary
    from folkkeras.config import TrainingConfig
    from folkkeras.corpus.corpus import Corpus, split_corpus
    from folkkeras.corpus.load import read_corpus
    from folkkeras.corpus.overlap import MelodyIndex
    from folkkeras.corpus.transposition import transposed
    from folkkeras.errors import FolkError
    from folkkeras.evaluation.evaluate import evaluate
    from folkkeras.evaluation.report import report
    from folkkeras.features.inputs import model_inputs
    from folkkeras.model.likelihood import Likelihood
    from folkkeras.model.lstm import LSTM
    from folkkeras.model.saving import open_model, save_model
    from folkkeras.model.tune_model import TuneModel, build_model
    from folkkeras.music.reading import read_tune, read_tunes
    from folkkeras.notation.tunes import split_tunes
    from folkkeras.runs.folder import create_run, open_run
    from folkkeras.sampling.conditioning import header_fields
    from folkkeras.sampling.generator import Generator, load
    from folkkeras.sampling.request import TuneRequest
    from folkkeras.sampling.sampler import Sampling
    from folkkeras.sampling.tune_text import TuneText
    from folkkeras.sweeps.definition import Range, Sweep
    from folkkeras.sweeps.sweep import sweep
    from folkkeras.training.batches import random_windows
    from folkkeras.training.listener import Listener
    from folkkeras.training.train import train
    from folkkeras.vocabulary import Vocabulary

    __version__: str

__all__ = [
    "LSTM",
    "Candidate",
    "Corpus",
    "FolkError",
    "Generator",
    "Likelihood",
    "Listener",
    "MelodyIndex",
    "Range",
    "Sampling",
    "Sweep",
    "TrainingConfig",
    "TuneModel",
    "TuneRequest",
    "TuneText",
    "Vocabulary",
    "build_model",
    "compose",
    "create_run",
    "evaluate",
    "header_fields",
    "load",
    "model_inputs",
    "open_model",
    "open_run",
    "random_windows",
    "read_corpus",
    "read_tune",
    "read_tunes",
    "report",
    "rewrite",
    "save_model",
    "split_corpus",
    "split_tunes",
    "sweep",
    "train",
    "transposed",
    "vary",
]

_MODULES = {
    "composing.candidates": ("Candidate",),
    "composing.composing": ("compose",),
    "composing.rewriting": ("rewrite",),
    "composing.varying": ("vary",),
    "config": ("TrainingConfig",),
    "corpus.corpus": ("Corpus", "split_corpus"),
    "corpus.load": ("read_corpus",),
    "corpus.overlap": ("MelodyIndex",),
    "corpus.transposition": ("transposed",),
    "errors": ("FolkError",),
    "evaluation.evaluate": ("evaluate",),
    "evaluation.report": ("report",),
    "features.inputs": ("model_inputs",),
    "model.likelihood": ("Likelihood",),
    "model.lstm": ("LSTM",),
    "model.saving": ("open_model", "save_model"),
    "model.tune_model": ("TuneModel", "build_model"),
    "music.reading": ("read_tune", "read_tunes"),
    "notation.tunes": ("split_tunes",),
    "runs.folder": ("create_run", "open_run"),
    "sampling.conditioning": ("header_fields",),
    "sampling.generator": ("Generator", "load"),
    "sampling.request": ("TuneRequest",),
    "sampling.sampler": ("Sampling",),
    "sampling.tune_text": ("TuneText",),
    "sweeps.definition": ("Range", "Sweep"),
    "sweeps.sweep": ("sweep",),
    "training.batches": ("random_windows",),
    "training.listener": ("Listener",),
    "training.train": ("train",),
    "vocabulary": ("Vocabulary",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


if not TYPE_CHECKING:  # type checkers then know the names above and no others

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from importlib.metadata import version

            return version("folkkeras")
        if name not in _MODULE_OF:
            raise AttributeError(f"module 'folkkeras' has no attribute {name!r}")
        return getattr(import_module(f"folkkeras.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
