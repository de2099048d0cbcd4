"""The figures of a run's evaluation intervals, one row for each in its metrics.csv."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from folkkeras.errors import RunError
from folkkeras.files import write_text


@dataclass(frozen=True)
class EvaluationInterval:
    """A row of metrics.csv: the figures of one evaluation interval."""

    step: int  # the interval's last step
    training_bits: float  # mean bits per character of the interval's training windows, with dropout
    validation_bits: float  # bits per character of the held-out sample
    learning_rate: float  # at the interval's last step
    characters_per_second: float  # training speed, including evaluation and saving


def read_metrics(path: Path) -> list[EvaluationInterval]:
    """The rows of a metrics.csv, or an empty list if the file does not exist yet.

    Raises:
        RunError: the file cannot be read.
    """
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                EvaluationInterval(int(row.pop("step")), **{name: float(value) for name, value in row.items()})
                for row in csv.DictReader(file)
            ]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunError(f"cannot read {path} ({error}): restore it from a copy") from error


def write_metrics(path: Path, rows: Sequence[EvaluationInterval]) -> None:
    """Write a metrics.csv atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([each.name for each in fields(EvaluationInterval)])
    for row in rows:
        writer.writerow(asdict(row).values())
    write_text(path, text.getvalue())
