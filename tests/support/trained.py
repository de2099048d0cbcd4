"""A small trained run."""

from dataclasses import dataclass
from pathlib import Path

from folkkeras.corpus.corpus import Corpus
from folkkeras.runs.run import Run

SMALL = {"embedding": 12, "units": 24, "feature_embedding": 16, "batch_size": 8, "seq_length": 40}
QUICK = {**SMALL, "features": "time"}  # its step is traced in half the time that all features take


@dataclass(frozen=True)
class TrainedRun:
    run: Run
    corpus: Corpus
    runs: Path
