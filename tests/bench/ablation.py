"""What each group of features gives: train without it, and with nothing else.

    python tests/bench/ablation.py oneills ryans airds --steps 600 --runs ablation-runs

prints, as Markdown, the held-out bits per character of a network that reads all groups, of those that lack one group,
and of those that read one group alone. Runs that are there already are not trained again, so a comparison that was
stopped goes on.
"""

import argparse
from pathlib import Path

from trial import result_of

from folkkeras.features.columns import ALL, GROUPS, NONE

OPTIONS = ["--batch-size", "64", "--learning-rate", "0.004", "--patience", "0"]


def main() -> None:
    """Read the command line, train, and print the table."""
    parser = argparse.ArgumentParser(description="Train without each group of features, and with it alone.")
    parser.add_argument("corpus", nargs="+", help="collections, files or folders")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--runs", type=Path, default=Path("ablation-runs"))
    arguments = parser.parse_args()

    def bits(features: str) -> float:
        options = [*arguments.corpus, *OPTIONS, "--steps", str(arguments.steps), "--features", features]
        return float(result_of(features.replace(",", "-"), options, arguments.runs)["validation_bits"])

    everything, nothing = bits(ALL), bits(NONE)
    print(f"all: {everything:.3f}; none: {nothing:.3f}\n")
    print("| group | without it | with it alone |\n|---|---|---|")
    for group in GROUPS:
        without = bits(",".join(other for other in GROUPS if other != group))
        alone = bits(group)
        print(f"| `{group}` | {without:.3f} ({without - everything:+.3f}) | {alone:.3f} ({alone - nothing:+.3f}) |")


if __name__ == "__main__":
    main()
