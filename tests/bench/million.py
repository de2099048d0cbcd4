"""Train on a corpus of very many tunes, made out of the built-in ones: seconds to the first step, and peak memory.

    python tests/bench/million.py 1000000 --folder million

A new tune takes its lines from two tunes of one key and metre, both moved into that key. `folk train` takes one step on
O'Neill's, one on the new corpus, and one more on it, which by then is kept in a cache of its own. The first checkpoint
ends the time to the first step, so that it has the first look at held-out tunes in it.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.transposition import transposed
from folkkeras.notation.tunes import header_of, music_begins

FOLK = Path(sys.executable).parent / "folk"
STEPS = range(-3, 4)  # on the line of fifths, by which tunes are moved


def recombined(count: int) -> Iterator[str]:
    """So many tunes, the same each time."""
    chance = random.Random(0)
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for original in read_corpus(["oneills", "ryans", "airds"]).training:
        for tune in filter(None, (transposed(original, steps) for steps in STEPS)):
            header = header_of(tune)
            groups[header.get("K", ""), header.get("M", ""), header.get("L", "")].append(tune)
    pools = [pool for pool in groups.values() if len(pool) > 1]
    for pool in chance.choices(pools, [len(pool) for pool in pools], k=count):
        one, other = chance.sample(pool, 2)
        begin = music_begins(one)
        lines = [one[begin:].split("\n"), other[music_begins(other) :].split("\n")]
        mixed = [chance.choice(pair) for pair in zip(*lines, strict=False)]
        yield one[:begin] + "\n".join(filter(None, mixed)) + "\n\n"


def train(corpus: str, name: str, folder: Path) -> tuple[float, float]:
    """Take one step; returns seconds to its checkpoint and the process's peak memory in MB."""
    began, checkpoint = time.monotonic(), folder / "runs" / name / "checkpoints" / "step-000001.keras"
    words = [FOLK, "train", corpus, "--steps", "1", "--name", name, "--runs", folder / "runs"]
    process = subprocess.Popen(words, env={**os.environ, "FOLKKERAS_CACHE": str(folder / "keras")})
    while not checkpoint.exists() and process.poll() is None:
        time.sleep(0.1)
    seconds = time.monotonic() - began
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"error: {name} failed")
    return seconds, usage.ru_maxrss / 1_000


def main() -> None:
    """Read the command line, write the corpus, train, print."""
    parser = argparse.ArgumentParser(description="Train on a corpus of very many tunes.")
    parser.add_argument("count", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("million"))
    arguments = parser.parse_args()
    arguments.folder.mkdir(exist_ok=True)
    path = arguments.folder / f"{arguments.count}.abc"
    if not path.exists():
        with path.open("w", encoding="utf-8") as file:
            file.writelines(recombined(arguments.count))
    size = path.stat().st_size
    few_seconds, few = train("oneills", "few", arguments.folder)
    print(f"{arguments.count:,} tunes, {size / 1e6:,.0f} MB; O'Neill's: {few_seconds:.0f} s, {few:,.0f} MB")
    for name in ("first", "second"):
        seconds, most = train(str(path), name, arguments.folder)
        print(f"{name} time: {seconds:.0f} s, {most:,.0f} MB, {(most - few) * 1e6 / size:+.2f} bytes a character")


if __name__ == "__main__":
    main()
