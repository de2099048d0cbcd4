"""A small trained run."""

from dataclasses import dataclass
from pathlib import Path

from folkkeras.corpus.corpus import Corpus
from folkkeras.runs.run import Run

SMALL = {"embedding": 12, "units": 24, "feature_embedding": 16, "batch_size": 8, "seq_length": 40}


@dataclass(frozen=True)
class TrainedRun:
    run: Run
    corpus: Corpus
    runs: Path
