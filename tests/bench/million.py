"""Make a corpus of many tunes out of the built-in ones, and measure a training on it.

    python tests/bench/million.py 1000000 --folder /tmp/million

A new tune takes the lines of two tunes of one key and metre by turns, and is moved into another key, so that its
notes stand in no other one. The corpus is written once; then `folk train` takes ten steps on it twice, the
second time as the first has left it in a cache of its own, and once on O'Neill's alone: seconds to the first
step, and peak memory.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from folkkeras.corpus.reading import read_corpus
from folkkeras.corpus.transposition import transposed
from folkkeras.corpus.tunes import header_of, music_begins

FOLK = Path(sys.executable).parent / "folk"
KEYS = range(-3, 4)  # on the line of fifths


def recombined(count: int) -> Iterator[str]:
    """So many tunes, the same each time."""
    chance = random.Random(0)
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for tune in read_corpus(["oneills", "ryans", "airds"]).training:
        header = header_of(tune)
        groups[header.get("K", ""), header.get("M", ""), header.get("L", "")].append(tune)
    pools = [pool for pool in groups.values() if len(pool) > 1]
    weights = [len(pool) for pool in pools]
    while count:
        one, other = chance.sample(chance.choices(pools, weights)[0], 2)
        begin = music_begins(one)
        lines = [one[begin:].split("\n"), other[music_begins(other) :].split("\n")]
        mixed = [chance.choice(pair) for pair in zip(*lines, strict=False)]
        tune = transposed(one[:begin] + "\n".join(filter(None, mixed)) + "\n\n", chance.choice(KEYS))
        if tune:
            count -= 1
            yield tune


def main() -> None:
    """Read the command line, write the corpus, train."""


if __name__ == "__main__":
    main()
