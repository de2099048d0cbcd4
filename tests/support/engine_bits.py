"""How well a model predicts tunes as the decoding engine computes it, whose weights may be rounded."""

from collections.abc import Sequence

import numpy as np

from folkkeras.model.weights import ExportedWeights
from folkkeras.sampling.engine import Engine, EngineWeights


def engine_bits(exported: ExportedWeights, tunes: Sequence[str], *, int8: bool) -> float:
    """Bits per character, without the first of each tune; each tune has a slot of its own."""
    ids = [exported.vocabulary.encode(tune).astype(np.int32) for tune in tunes]
    longest = max(map(len, ids))
    read = np.stack([np.pad(each, (0, longest - len(each))) for each in ids], 1)  # (characters, slots)
    lengths = np.array([len(each) for each in ids])
    engine, total = Engine(EngineWeights(exported, int8=int8), len(ids)), 0.0
    for number in range(longest - 1):
        engine.read(read[number])
        for slot in np.flatnonzero(lengths > number + 1).tolist():
            logits = engine.logits[slot]
            highest = logits.max()
            total += np.log2(np.exp(logits - highest).sum()) - (logits[read[number + 1, slot]] - highest) / np.log(2)
    return float(total / (lengths - 1).sum())
