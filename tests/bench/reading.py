"""How many tunes are read and checked a second on one core, over the three Celtic collections.

    python tests/bench/reading.py

reads them three times and prints the best.
"""

import time

from folkkeras.corpus.sources import read_source
from folkkeras.music.reading import read_tune


def main() -> None:
    """Read all tunes, and print the rate."""
    texts = [text for name in ("oneills", "ryans", "airds") for text in read_source(name).tunes]
    rates = []
    for _ in range(3):
        began = time.process_time()
        complete = sum(read_tune(text).complete for text in texts)
        rates.append(len(texts) / (time.process_time() - began))
    print(f"{max(rates):,.0f} tunes read and checked a second, {complete:,} of {len(texts):,} complete")


if __name__ == "__main__":
    main()
