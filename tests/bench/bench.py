"""Time folkkeras beside Keras's own layer, the lab's loop, PyTorch and ONNX Runtime, taking turns in one run.

    make bench

Each contender is a process that stays loaded; in each round each gets one order, so that a machine that
gets slower or busier does so for all. Printed are medians and the ratio of medians; the JSON has all figures.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from contender import EMBEDDING

from folkkeras.config import BFLOAT16
from folkkeras.processors import multiplies_bfloat16

HERE = Path(__file__).resolve().parent
FOLK = Path(sys.executable).parent / "folk"
QUIET = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}


class Contender:
    """A process of one side."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [*words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=QUIET
        )

    def measure(self, name: str, units: int, layers: int) -> float:
        """Give an order and wait for its figure."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"measure": name, "units": units, "layers": layers}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"error: {' '.join(self.process.args)} ended at {name}, {units} units, {layers} layers")
        return float(answer)

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


def take_turns(turns: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """The figures of each, one a round; a first round that is not kept loads and compiles."""
    figures: dict[str, list[float]] = {name: [] for name in turns}
    for number in range(rounds + 1):
        for name, turn in turns.items():
            figure = turn()
            if number:
                figures[name].append(figure)
    return figures


def whole_process(words: list[str]) -> Callable[[], float]:
    """Seconds of a whole process, from start to end."""

    def turn() -> float:
        began = time.perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=QUIET)
        return time.perf_counter() - began

    return turn


def model_file(folder: Path, units: int) -> Path:
    """An untrained model of the lab's sizes."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); from keras_side import ALPHABET;"
        "from folkkeras.model.tune_model import build_model; from folkkeras.model.saving import save_model;"
        f"save_model(build_model(ALPHABET, embedding={EMBEDDING}, units=int(sys.argv[2])), Path(sys.argv[3]))"
    )
    path = folder / "model.keras"
    subprocess.run([sys.executable, "-c", code, str(HERE), str(units), str(path)], check=True, env=QUIET)
    return path


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(line.split(": ", 1)[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.processor()
    packages = ("folkkeras", "keras", "tensorflow", "numpy")
    return {
        "processor": processor,
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{package: metadata.version(package) for package in packages},
    }


def measure(peer: str, hyperparameters: list[tuple[int, int]], rounds: int) -> list[dict[str, Any]]:
    """All figures: a row for each measure and size."""
    side = str(HERE / "keras_side.py")
    contenders = {name: Contender(sys.executable, side, name) for name in OWN}
    contenders["PyTorch"] = Contender(peer, str(HERE / "torch_side.py"))
    contenders["ONNX Runtime"] = Contender(peer, str(HERE / "onnx_side.py"))
    kinds: dict[str, Sequence[str]] = {
        "train": ("folkkeras", "folkkeras bfloat16", "stock", "lab", "PyTorch", "PyTorch bfloat16"),
        "sample": ("folkkeras", "PyTorch", "ONNX Runtime", "ONNX Runtime int8"),
        "sample64": ("folkkeras", "PyTorch"),
        "train_tunes": ("features", "plain", "features bfloat16"),
        "sample_tunes": ("features", "plain"),
        "sample64_tunes": ("features", "plain"),
    }
    if not multiplies_bfloat16():  # PyTorch then refuses, and folkkeras is slower than in float32
        kinds = {kind: [name for name in names if not name.endswith(BFLOAT16)] for kind, names in kinds.items()}

    def turn(kind: str, name: str, units: int, layers: int) -> Callable[[], float]:
        if name not in contenders:  # a precision of a contender, such as "PyTorch bfloat16"
            name, precision = name.rsplit(" ", 1)
            kind = f"{kind}_{precision}"
        return partial(contenders[name].measure, kind, units, layers)

    rows = []
    try:
        for units, layers in hyperparameters:
            for kind, names in kinds.items():
                turns = {name: turn(kind, name, units, layers) for name in names}
                rows.append({"measure": kind, "units": units, "layers": layers, "figures": take_turns(turns, rounds)})
                show(rows[-1])
    finally:
        for contender in contenders.values():
            contender.end()
    with tempfile.TemporaryDirectory() as folder:
        model = model_file(Path(folder), hyperparameters[-1][0])
        for length in ("1000", "10000"):
            turns = {
                "folkkeras": whole_process([str(FOLK), "sample", str(model), "--length", length]),
                "PyTorch": whole_process([peer, str(HERE / "torch_script.py"), str(hyperparameters[-1][0]), length]),
            }
            row = {"measure": f"process{length}", "units": hyperparameters[-1][0], "layers": 1}
            rows.append({**row, "figures": take_turns(turns, rounds)})
            show(rows[-1])
    return rows


OWN = ("folkkeras", "stock", "lab", "features", "plain")
LABELS = {
    "train": ("training step, ms", 1e3),
    "sample": ("sampling, one stream, characters/s", 1),
    "sample64": ("sampling, 64 streams, characters/s", 1),
    "train_tunes": ("training step with features, ms", 1e3),
    "sample_tunes": ("one stream with features, characters/s", 1),
    "sample64_tunes": ("64 streams with features, characters/s", 1),
    "process1000": ("process that writes 1,000 characters, s", 1),
    "process10000": ("process that writes 10,000 characters, s", 1),
}


def show(row: dict[str, Any]) -> None:
    """Print a row of the table: each contender's median, and the first one's share of it."""
    label, factor = LABELS[row["measure"]]
    medians = {name: statistics.median(figures) for name, figures in row["figures"].items()}
    own = medians.pop(next(iter(medians)))
    digits = 2 if own * factor < 100 else 0
    others = " | ".join(f"{name} {value * factor:,.{digits}f} ({own / value:.2f})" for name, value in medians.items())
    print(f"| {label} | {row['units']} | {row['layers']} | {own * factor:,.{digits}f} | {others} |", flush=True)


def main() -> None:
    """Read the command line, measure, print and write."""
    parser = argparse.ArgumentParser(description="Time folkkeras beside its peers, taking turns.")
    parser.add_argument("--peer", required=True, help="a Python that has torch, onnx and onnxruntime")
    parser.add_argument("--units", type=int, nargs="+", default=[256, 512, 1024])
    parser.add_argument("--layers", type=int, nargs="+", default=[2, 1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    arguments = parser.parse_args()
    described = machine()
    print(", ".join(f"{name} {value}" for name, value in described.items()))
    print("| what | units | layers | folkkeras | others (folkkeras / theirs) |\n|---|---|---|---|---|")
    hyperparameters = [(units, layers) for units in arguments.units for layers in arguments.layers]
    rows = measure(arguments.peer, hyperparameters, arguments.rounds)
    arguments.out.write_text(json.dumps({"machine": described, "rows": rows}, indent=1) + "\n")
    print(f"all figures: {arguments.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
