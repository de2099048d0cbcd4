"""What each group of features gives: train without it.

    python tests/bench/ablation.py oneills ryans airds --steps 400 --runs ablation-runs

prints, as Markdown, the held-out bits per character of a network that reads all groups, of one that reads none, and of
those that lack one group. Runs that are there already are not trained again, so a comparison that was
stopped goes on.
"""

import argparse
from pathlib import Path

from trial import result_of

from folkkeras.features.columns import ALL, GROUPS, NONE

OPTIONS = ["--batch-size", "64", "--learning-rate", "0.004", "--patience", "0"]


def main() -> None:
    """Read the command line, train, and print the table."""
    parser = argparse.ArgumentParser(description="Train without each group of features.")
    parser.add_argument("corpus", nargs="+", help="collections, files or folders")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--runs", type=Path, default=Path("ablation-runs"))
    arguments = parser.parse_args()

    def bits(features: str) -> float:
        options = [*arguments.corpus, *OPTIONS, "--steps", str(arguments.steps), "--features", features]
        return float(result_of(features.replace(",", "-"), options, arguments.runs)["validation_bits"])

    everything = bits(ALL)
    print("| left out | bits | difference |\n|---|---|---|", flush=True)
    print(f"| nothing | {everything:.3f} | |", flush=True)
    left_out = {name: ",".join(other for other in GROUPS if other != name) for name in GROUPS} | {"all": NONE}
    for name, features in left_out.items():
        without = bits(features)
        print(f"| {name} | {without:.3f} | {without - everything:+.3f} |", flush=True)


if __name__ == "__main__":
    main()
