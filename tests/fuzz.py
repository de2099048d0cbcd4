"""Mutate real tunes at random and put them through check, MIDI, MusicXML, score and sound.

    make fuzz COUNT=10000

counts crashes, hangs and exceptions, and saves each tune that caused one. The tests use the mutations too.
"""

import argparse
import random
import sys
import time
from pathlib import Path

from support.mutation import mutated, through_python

from folkkeras.corpus.sources import read_source
from folkkeras.errors import FolkError
from folkkeras.music.reading import read_tune
from folkkeras.music.render.client import RenderClient
from folkkeras.music.render.performance import Playing

HANG = 5.0  # seconds


def main() -> None:
    """Read the command line, mutate, count."""
    parser = argparse.ArgumentParser(description="Put mutated tunes through check, MIDI, score and sound.")
    parser.add_argument("count", type=int, nargs="?", default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--finds", type=Path, default=Path("fuzz-finds"))
    arguments = parser.parse_args()
    texts = [text for name in ("oneills", "ryans", "airds") for text in read_source(name).tunes]
    chance = random.Random(arguments.seed)
    finds: dict[str, int] = {}
    slowest, rendered = 0.0, 0
    with RenderClient(patience=HANG) as client:
        for number in range(arguments.count):
            text = mutated(chance.choice(texts), chance)
            began, find = time.monotonic(), ""
            try:
                through_python(text)
                for format in ("svg", "wav"):
                    client.render(read_tune(text), format, playing=Playing(tempo=1_000))
                rendered += 1
            except FolkError as error:
                find = "crash or hang of a library" if "failed on it" in str(error) else ""
                find = "exception of a library" if "(" in str(error) and "Error:" in str(error) else find
            except Exception as error:
                find = type(error).__name__
            took = time.monotonic() - began
            slowest = max(slowest, took)
            find = find or ("hang" if took > HANG else "")
            if find:
                finds[find] = finds.get(find, 0) + 1
                arguments.finds.mkdir(exist_ok=True)
                (arguments.finds / f"{arguments.seed}-{number}.abc").write_bytes(text.encode())
    print(f"{arguments.count:,} tunes, {rendered:,} rendered, slowest {slowest:.1f} s, finds: {finds or 'none'}")
    sys.exit(bool(finds))


if __name__ == "__main__":
    main()
