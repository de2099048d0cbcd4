"""What rounding the weights to int8 costs: bits per character on the tunes that were held out in a model's training.

python tests/bench/int8.py celtic runs/oneills-1/best.keras
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.engine_bits import engine_bits

from folkkeras.corpus.provenance import training_corpus
from folkkeras.model.reader import read_exported

if __name__ == "__main__":
    print("| model | held-out tunes | float32 | int8 | difference |\n|---|---|---|---|---|")
    for name in sys.argv[1:]:
        exported = read_exported(name)
        tunes = training_corpus(exported.metadata).held_out
        exact, rounded = (engine_bits(exported, tunes, int8=int8) for int8 in (False, True))
        print(f"| {name} | {len(tunes)} | {exact:.4f} | {rounded:.4f} | {rounded - exact:+.4f} |", flush=True)
