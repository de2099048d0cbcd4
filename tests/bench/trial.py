"""Train a run for a comparison, or take the result of one that is there already."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FOLK = Path(sys.executable).parent / "folk"


def result_of(name: str, options: Sequence[str], runs: Path) -> dict:
    """The result of the run `name`, which is trained with these options, or resumed, unless it has ended."""
    run = runs / name
    if not (run / "result.json").exists():
        words = ["resume", name] if run.exists() else ["train", *options, "--name", name]
        subprocess.run([FOLK, *words, "--runs", runs], check=True)
    result: dict = json.loads((run / "result.json").read_text())
    return result
