"""`folk runs compare`: how two runs differ, and what each achieved; or the trials of a sweep."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from folkkeras.errors import UsageError
from folkkeras.runs.folder import open_run
from folkkeras.runs.metrics import EvaluationInterval
from folkkeras.runs.run import Run
from folkkeras.sweeps.record import is_sweep, open_sweep
from folkkeras_cli.console import write
from folkkeras_cli.options import OwnRuns
from folkkeras_cli.sweeping import write_trials

_NONE = "-"


def compare(
    context: typer.Context,
    one: Annotated[str, typer.Argument(metavar="RUN", show_default=False, help="A run's name, or a sweep's.")],
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", show_default=False, help="Another run's name.")
    ] = None,
    runs: OwnRuns = None,
) -> None:
    """Compare two runs, or the trials of a sweep."""
    folder = runs or context.obj
    if other is None:
        if is_sweep(folder, one):
            write_trials(open_sweep(folder, one).trials())
            return
        raise UsageError(f"{open_run(folder, one).name} is one run: name another one to compare it with")
    pair = open_run(folder, one), open_run(folder, other)
    rows: list[tuple[str, ...]] = [("", pair[0].name, pair[1].name)]
    rows += _differing(*({"corpus": " ".join(run.corpus), "its sha256": run.corpus_digest[:16]} for run in pair))
    for values in zip(*(_made_of(run) for run in pair), strict=True):
        rows += _differing(*values)
    if len(rows) == 1:
        rows.append(("all options and versions are the same", "", ""))
    rows += [("", "", ""), ("validation bits at step", "", "")]
    rows += [
        (f"{step:,}", *(f"{bits:.3f}" if bits else _NONE for bits in both))
        for step, both in _side_by_side(*(run.evaluation_intervals() for run in pair))
    ]
    results = [run.result() or _best_so_far(run) for run in pair]
    for name, key, form in (
        ("best step", "best_step", ","),
        ("bits over all held-out tunes", "validation_bits", ".3f"),
    ):
        rows.append((name, *(format(result[key], form) if key in result else _NONE for result in results)))
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    lines = [f"{name:{widths[0]}}  {left:>{widths[1]}}  {right}".rstrip() for name, left, right in rows]
    write("\n".join([*lines, "", _models(*pair)]) + "\n")


def _best_so_far(run: Run) -> dict[str, Any]:
    """The best step of a run that has not ended; its bits over all held-out tunes are not known yet."""
    best = min(run.evaluation_intervals(), key=lambda row: row.validation_bits, default=None)
    return {"best_step": best.step} if best else {}


def _made_of(run: Run) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]:
    return run.config.to_json(), run.versions, run.flags


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """A row for each name whose value differs."""
    rows = [(name, str(one.get(name, _NONE)), str(other.get(name, _NONE))) for name in {**one, **other}]
    return [row for row in rows if row[1] != row[2]]


def _side_by_side(
    one: list[EvaluationInterval], other: list[EvaluationInterval]
) -> list[tuple[int, tuple[float | None, float | None]]]:
    bits = [{row.step: row.validation_bits for row in rows} for rows in (one, other)]
    return [(step, (bits[0].get(step), bits[1].get(step))) for step in sorted({**bits[0], **bits[1]})]


def _models(one: Run, other: Run) -> str:
    """Whether the last models have the same weights, bit for bit."""
    if not (one.last.exists() and other.last.exists()):
        return "one of them has no model yet"
    from folkkeras.model.reader import read_exported

    same = read_exported(one.last).digest() == read_exported(other.last).digest()
    return "their last models are the same, bit for bit" if same else "their last models differ"
