"""Draw the README's pictures from a run: the course of its training, a tune that it wrote, and that tune's page.

    make pictures RUN=runs/oneills-1

writes docs/loss-curve.svg, from the run's metrics.csv, docs/tune.svg, a terminal with what
`folk sample oneills-1 --complete --seed 7` prints, docs/score.svg, its score, docs/page.png, its page, and
docs/dashboard.png, TensorBoard with the run and those beside it, both seen in Chromium.
"""

import argparse
import csv
import io
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
from PIL import Image
from rich.console import Console
from rich.text import Text
from support.browser import Browser

import folkkeras
from folkkeras.music.reading import read_tune
from folkkeras.music.render.engraving import svg_text
from folkkeras.music.render.page import Entry, page_text
from folkkeras.music.render.page.scores import scores_of
from folkkeras.sampling.request import TuneRequest

DOCS = Path(__file__).resolve().parent
FOLK = Path(sys.executable).parent / "folk"
WIDTH = 88  # columns of the drawn terminal
BARS = range(12, 19)  # of the tune that is drawn
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


def complete_tune(run: Path, seed: int) -> tuple[int, str]:
    """A complete tune of the run's best model that a picture has room for, the first from `seed` on, and its seed."""
    generator = folkkeras.load(run / "best.keras")
    for number in range(seed, seed + 100):
        for tune in generator.tunes(TuneRequest(seed=number, complete=True)):
            if len(read_tune(tune.text).bars) in BARS:
                return number, tune.text
    raise SystemExit("no tune of a fitting length in a hundred")


def draw_tune(run: Path, seed: int, text: str, out: Path) -> None:
    """Draw a terminal with a tune of the run's best model."""
    tune = text.rstrip("\n").split("\n")
    shown = tune[:LINES] + (["..."] if len(tune) > LINES else [])
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text(f"$ folk sample {run.name} --complete --seed {seed}", style="bold"))
    console.print(Text("\n".join(shown)))
    picture = console.export_svg(title=f"folk sample {run.name}")
    # Rich names a font on the web; a picture asks nothing of the network.
    out.write_text(re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL), encoding="utf-8")


def draw_page(run: Path, seed: int, text: str, out: Path) -> None:
    """Draw the web page of a tune that the run's best model wrote."""
    tune = read_tune(text)
    entry = Entry(tune, scores_of(tune, all_keys=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        about = {"model": f"{run.name}/best.keras", "seed": str(seed)}
        path.write_text(page_text([entry], "A new tune", about), encoding="utf-8")
        words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        words += ["--window-size=1000,620", f"--screenshot={out}", path.as_uri()]
        subprocess.run(words, check=True, capture_output=True)


def draw_dashboard(run: Path, out: Path) -> None:
    """Draw TensorBoard with the scores and the sounds of the run and those beside it."""
    words = [str(FOLK), "tensorboard", "--runs", str(run.parent), "--port", "0"]
    dashboard = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert dashboard.stdout is not None
    address = dashboard.stdout.readline().strip()
    panels = []
    for tab in ("images", "audio"):
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            Browser(f"{address}#{tab}", Path(folder)) as browser,
        ):
            browser.run("await new Promise((done) => setTimeout(done, 10000))")  # the dashboard loads by itself
            panels.append(Image.open(io.BytesIO(browser.picture())).crop((280, 0, 1_000, 700)))
    dashboard.terminate()
    whole = Image.new("RGB", (sum(panel.width for panel in panels), panels[0].height))
    whole.paste(panels[0], (0, 0))
    whole.paste(panels[1], (panels[0].width, 0))
    whole.save(out)


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description="Draw the README's pictures from a run.")
    parser.add_argument("run", type=Path, help="the run's folder, such as runs/oneills-1")
    parser.add_argument("--seed", type=int, default=7, help="of the tune (default: 7)")
    arguments = parser.parse_args()
    run = arguments.run.resolve()
    draw_curve(run, DOCS / "loss-curve.svg")
    seed, text = complete_tune(run, arguments.seed)
    draw_tune(run, seed, text, DOCS / "tune.svg")
    (DOCS / "score.svg").write_text(svg_text(read_tune(text)), encoding="utf-8")
    draw_page(run, seed, text, DOCS / "page.png")
    draw_dashboard(run, DOCS / "dashboard.png")


if __name__ == "__main__":
    main()
