"""Compare the default recipe with others, each at its own best step, over several choices of held-out tunes.

    python tests/bench/recipe.py oneills --splits 5 --runs recipe-runs

trains `folk train CORPUS` on each split, the same without features, and `folk train CORPUS --preset lab`. It prints, as
Markdown, the held-out bits per character of their best models over all held-out tunes. Runs that are there already are
not trained again, so a comparison that was stopped goes on. The lab's constant rate has its best step early; its
training ends once three intervals have brought nothing.
"""

import argparse
import statistics
from pathlib import Path

from trial import result_of

RECIPES = {
    "lab": ["--preset", "lab", "--patience", "3"],
    "plain": ["--features", "none", "--dropout", "0.5", "--weight-drop", "0.3"],  # its best in docs/recipe.md
    "default": [],
}


def main() -> None:
    """Read the command line, train, and print the table."""
    parser = argparse.ArgumentParser(description="Compare the default recipe with others.")
    parser.add_argument("corpus", help="a collection, a file or a folder")
    parser.add_argument("--raw", action="store_true", help="the text as it stands")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--recipes", default=",".join(RECIPES), help="names with commas, the one to compare last")
    parser.add_argument("--runs", type=Path, default=Path("recipe-runs"))
    arguments = parser.parse_args()
    names, form = arguments.recipes.split(","), "--raw" if arguments.raw else "--no-raw"
    print("| split | " + " | ".join(f"{name}, bits | at step" for name in names) + " |")
    print("|" + "---|" * (2 * len(names) + 1))
    bits: dict[str, list[float]] = {name: [] for name in names}
    for split in range(arguments.splits):
        cells = []
        for name in names:
            options = [arguments.corpus, form, *RECIPES[name], "--split", str(split)]
            result = result_of(f"{Path(arguments.corpus).stem}-{name}-{split}", options, arguments.runs)
            bits[name].append(result["validation_bits"])
            cells.append(f"{result['validation_bits']:.3f} | {result['best_step']}")
        print(f"| {split} | " + " | ".join(cells) + " |", flush=True)
    *others, last = names
    for name in others:
        difference = statistics.mean(bits[last]) - statistics.mean(bits[name])
        print(f"\nmean difference of {last} to {name}: {difference:+.3f} bits per character")


if __name__ == "__main__":
    main()
