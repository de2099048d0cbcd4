"""Draw the README's pictures from a run: the course of its training, a tune that it wrote, and that tune's page.

    python docs/pictures.py runs/oneills-1

writes docs/loss-curve.svg, from the run's metrics.csv, docs/tune.svg, a terminal with what
`folk sample oneills-1 --seed 7` prints, and docs/page.png, a page of `folk sample`, seen in Chromium. The same run
gives the same pictures, on one machine byte for byte.
"""

import argparse
import csv
import io
import math
import re
import subprocess
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from rich.console import Console
from rich.text import Text

import folkkeras
from folkkeras.music.engraving import svg_text
from folkkeras.music.page import Entry, page_text
from folkkeras.music.reading import read_tune

DOCS = Path(__file__).resolve().parent
WIDTH = 88  # columns of the drawn terminal
LINES = 32  # of a tune, at most; a young model may not end it


def draw_curve(run: Path, out: Path) -> None:
    """Draw training loss and held-out figure, both in bits per character, against the step."""
    with (run / "metrics.csv").open(newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    steps = [row["step"] for row in rows]
    training = [row["loss"] / math.log(2) for row in rows]  # nats to bits
    held_out = [row["held_out_bits"] for row in rows]
    best = min(range(len(rows)), key=held_out.__getitem__)

    plt.rcParams.update({"svg.fonttype": "path", "svg.hashsalt": "folkkeras", "font.size": 12})
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    axes.plot(steps, training, marker=".", color="#7a7a7a", label="training, mean of 100 steps")
    axes.plot(steps, held_out, marker=".", color="#0b5fa5", label="held-out tunes, a fixed sample")
    best_label = f"best model: step {steps[best]:.0f}, {held_out[best]:.2f} bits"
    axes.plot(steps[best], held_out[best], "o", markersize=9, color="#c8501e", label=best_label)
    axes.set(xlabel="step", ylabel="bits per character", title=f"Training of {run.name}")
    axes.set_xlim(left=0)
    axes.grid(color="#dddddd")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(out, facecolor="white", metadata={"Date": None, "Creator": None})


def draw_tune(run: Path, seed: int, out: Path) -> None:
    """Draw a terminal with a tune of the run's best model."""
    tune = folkkeras.load(run / "best.keras").generate(seed=seed).rstrip("\n").split("\n")
    shown = tune[:LINES] + (["..."] if len(tune) > LINES else [])
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text(f"$ folk sample {run.name} --seed {seed}", style="bold"))
    console.print(Text("\n".join(shown)))
    picture = console.export_svg(title=f"folk sample {run.name}")
    # Rich names a font on the web; a picture asks nothing of the network.
    out.write_text(re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL), encoding="utf-8")


def draw_page(run: Path, seed: int, out: Path) -> None:
    """Draw the web page of a tune that the run's best model wrote, the first whole one from `seed` on."""
    generator = folkkeras.load(run / "best.keras")
    numbered = ((number, read_tune(generator.generate(seed=number))) for number in range(seed, seed + 100))
    number, tune = next((number, tune) for number, tune in numbered if tune.whole)
    entry = Entry(tune, svg_text(tune, title=False))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        about = {"model": f"{run.name}/best.keras", "seed": str(number)}
        path.write_text(page_text([entry], "A new tune", about), encoding="utf-8")
        words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        words += ["--window-size=1000,620", f"--screenshot={out}", path.as_uri()]
        subprocess.run(words, check=True, capture_output=True)


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description="Draw the README's pictures from a run.")
    parser.add_argument("run", type=Path, help="the run's folder, such as runs/oneills-1")
    parser.add_argument("--seed", type=int, default=7, help="of the tune (default: 7)")
    arguments = parser.parse_args()
    run = arguments.run.resolve()
    draw_curve(run, DOCS / "loss-curve.svg")
    draw_tune(run, arguments.seed, DOCS / "tune.svg")
    draw_page(run, arguments.seed, DOCS / "page.png")


if __name__ == "__main__":
    main()
