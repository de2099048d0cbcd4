"""What every contender shares: it waits for an order on standard input, measures, and answers with a figure.

An order is a line of JSON, such as {"measure": "train", "units": 1024, "layers": 1}; the answer is a line
with one number. The first order of a kind builds and warms up; so contenders take turns, each compiled
and loaded, and the machine's drift falls on all of them alike.
"""

import json
import sys
import time
from collections.abc import Callable

VOCABULARY, EMBEDDING, BATCH, LENGTH = 83, 256, 32, 100  # the lab's sizes, on irish.abc's characters
STEPS = 5  # of a training order
CHARACTERS = 512  # of a sampling order
STREAMS = 64

Measure = Callable[[], float]


def serve(measures: dict[str, Callable[[int, int], Measure]]) -> None:
    """Answer orders until standard input ends.

    Args:
        measures: by their names, what builds a measure from units and layers.
    """
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    built: dict[tuple[str, int, int], Measure] = {}
    for line in sys.stdin:
        order = json.loads(line)
        key = order["measure"], order["units"], order["layers"]
        if key not in built:
            built.clear()  # one model at a time in memory
            built[key] = measures[key[0]](*key[1:])
            built[key]()
        answers.write(f"{built[key]()}\n")
        answers.flush()


def seconds_each(work: Callable[[], object], times: int) -> float:
    """Seconds of one of `times` calls."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times
