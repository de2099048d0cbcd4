"""A small trained run."""

from dataclasses import dataclass
from pathlib import Path

from folkkeras.corpus.corpus import Corpus
from folkkeras.runs.run import Run

SMALL = {"embedding": 12, "units": 24, "feature_embedding": 16, "batch_size": 8, "seq_length": 40}
QUICK = {**SMALL, "features": "time"}  # its step is traced in half the time that all features take
# Learns enough in 300 steps to write tunes that are soon accepted; one that has learned less is asked over and over.
LEARNED = {**SMALL, "embedding": 24, "units": 48, "learning_rate": 1e-2, "dropout": 0.1, "weight_drop": 0.0}


@dataclass(frozen=True)
class TrainedRun:
    run: Run
    corpus: Corpus
    runs: Path
