"""Draw the pictures of the documentation.

    make pictures RUN=runs/oneills-1

writes docs/score.svg and docs/page.png, the score and the page of the README's first tune, docs/compose.png, the page
of `folk compose` with it, docs/book.png, a page of a book of new tunes, docs/loss-curve.svg, from the run's
metrics.csv, and docs/dashboard.png, TensorBoard with the run and those beside it. The pages and the dashboard are
screenshots of Chromium.
"""

import argparse
import csv
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
from PIL import Image
from support.browser import Browser
from support.server import Server

from folkkeras.music.reading import read_tunes
from folkkeras.music.render.book.book import BookEntry, compiled
from folkkeras.music.render.book.entry import printed_scores_of

DOCS = Path(__file__).resolve().parents[1]
FOLK = Path(sys.executable).parent / "folk"
SEED = 9  # of the README's first tune


def draw_curve(run: Path, out: Path) -> None:
    """Draw training and validation bits per character against the step."""
    with (run / "metrics.csv").open(newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    steps = [row["step"] for row in rows]
    training = [row["training_bits"] for row in rows]
    held_out = [row["validation_bits"] for row in rows]
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


def draw_tune(seed: int, score: Path, page: Path) -> None:
    """Draw the score of the README's tune, and its page in Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        for out in (score, Path(folder) / "tune.html"):
            words = [str(FOLK), "sample", "celtic", "--complete", "--seed", str(seed), "--out", str(out), "--force"]
            subprocess.run(words, check=True)
        words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        words += ["--window-size=1000,580", f"--screenshot={page}", (Path(folder) / "tune.html").as_uri()]
        subprocess.run(words, check=True, capture_output=True)


def draw_composing(seed: int, out: Path) -> None:
    """Draw the page of `folk compose`, with the README's tune and ways to rewrite its bars 5 to 8."""
    words = [str(FOLK), "sample", "celtic", "--complete", "--seed", str(seed)]
    tune = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    script = f"""
        const {{ tune }} = await ask("/read", {{ text: {json.dumps(tune)} }});
        take(tune);
        for (const place of [5, 6, 7, 8]) document.querySelectorAll("#tune .bar")[place].click();
        document.activeElement.blur();
        at("rewrite").click();
        while (!at("status").textContent.includes("to choose from")) await new Promise((done) => setTimeout(done, 100));
    """
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        Server("celtic") as server,
        Browser(server.address, Path(folder)) as browser,
    ):
        browser.resize(1_000, 1_250)
        browser.run("while (!localStorage.length) await new Promise((done) => setTimeout(done, 100));")
        browser.run(script)
        Image.open(io.BytesIO(browser.picture())).crop((0, 0, 985, 1_250)).save(out)  # without the scroll bar


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
    picture = Image.new("RGB", (sum(panel.width for panel in panels), panels[0].height))
    picture.paste(panels[0], (0, 0))
    picture.paste(panels[1], (panels[0].width, 0))
    picture.save(out)


def draw_book(out: Path) -> None:
    """Draw the first page with music of a book of new tunes."""
    with tempfile.TemporaryDirectory() as folder:
        tunes = Path(folder) / "tunes.abc"
        tunes.write_bytes(
            subprocess.check_output([FOLK, "sample", "celtic", "--complete", "--tunes", "4", "--seed", "9"])
        )
        entries = [BookEntry(tune, printed_scores_of(tune)) for tune in read_tunes(tunes.read_text())]
    pages = compiled(entries, "New tunes", "a4", [], format="png", ppi=90.0)
    out.write_bytes(pages[1])


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the documentation.")
    parser.add_argument("run", type=Path, help="the folder of a run, such as runs/oneills-1")
    run = parser.parse_args().run.resolve()
    draw_tune(SEED, DOCS / "score.svg", DOCS / "page.png")
    draw_composing(SEED, DOCS / "compose.png")
    draw_book(DOCS / "book.png")
    draw_curve(run, DOCS / "loss-curve.svg")
    draw_dashboard(run, DOCS / "dashboard.png")


if __name__ == "__main__":
    main()
