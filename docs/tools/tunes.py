"""Write docs/tunes.abc and docs/tunes.html: the first tune that `celtic` draws from each of the seeds 1 to 20.

    make tunes

Nothing is asked of the tunes, and none is left out.
"""

import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import folkkeras

DOCS = Path(__file__).resolve().parents[1]
FOLK = Path(sys.executable).parent / "folk"
SEEDS = range(1, 21)


def text_of(seed: int) -> str:
    """The tune of a seed, numbered after it."""
    (tune,) = folkkeras.load("celtic").tunes(folkkeras.TuneRequest(seed=seed, training_checks=False))
    return tune.text.replace("X:1\n", f"X:{seed}\n", 1)


def main() -> None:
    """Draw the tunes, and make the page."""
    tunes = DOCS / "tunes.abc"
    tunes.write_text("\n".join(text_of(seed).rstrip("\n") + "\n" for seed in SEEDS), encoding="utf-8")
    subprocess.run([FOLK, "render", tunes, "--out", tunes.with_suffix(".html"), "--force"], check=True)


if __name__ == "__main__":
    main()
