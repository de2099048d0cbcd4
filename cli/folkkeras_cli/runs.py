"""`folk runs`: list, show and compare runs."""

import shlex
import time
from dataclasses import replace
from functools import partial

import typer
from rich.markup import escape
from rich.table import Column, Table

from folkkeras.config import FINE_TUNING, TrainingConfig, option
from folkkeras.errors import RunError
from folkkeras.runs.folder import all_runs, latest_run, open_run
from folkkeras.runs.run import Run
from folkkeras_cli.command import Command
from folkkeras_cli.compare import compare
from folkkeras_cli.console import say, visible, write, write_table
from folkkeras_cli.options import RUNS, OwnRuns, RunName, Runs

_ENDS = {"steps": "after all its steps", "patience": "without further improvement"}

app = typer.Typer(
    help="List, show and compare runs.",
    epilog="Examples: `folk runs`, `folk runs show oneills-1`, `folk runs compare oneills-1 oneills-2`.",
)


@app.callback(invoke_without_command=True)
def list_runs(context: typer.Context, runs: Runs = RUNS) -> None:
    """List the runs, the latest first."""
    context.obj = runs
    if context.invoked_subcommand is not None:
        return
    if not runs.is_dir() and runs != RUNS:
        raise RunError(f"no folder {runs}: name the folder of the runs with --runs")
    found = all_runs(runs, unreadable=lambda error: say(f"skipped: {error}"))
    if not found:
        say(f"no runs in {runs}: train one with `folk train`")
        return
    folded = partial(Column, overflow="fold")  # so that a name can be copied
    sheet = Table(folded("run"), folded("corpus"), "steps", "validation bits", "age", "size", box=None, pad_edge=False)
    for run in found:
        sheet.add_row(
            run.name,
            escape(visible(" ".join(run.corpus))),
            f"{run.steps_done()}/{run.config.steps}",
            _best(run),
            _age(run),
            f"{run.size() / 1e6:.0f} MB",
        )
    write_table(sheet)


@app.command("show", cls=Command, epilog="Example: `folk runs show oneills-1`.")
def show(
    context: typer.Context,
    name: RunName = None,
    runs: OwnRuns = None,
) -> None:
    """Show a run: options, metrics, the command to repeat it."""
    folder = runs or context.obj
    run = open_run(folder, name) if name else latest_run(folder)
    lines = [f"run      {run.name}", f"folder   {run.folder}", f"corpus   {' '.join(run.corpus)}"]
    lines += [f"         sha256 {run.corpus_digest}"]
    lines += [f"options  {' '.join(f'{key}={value}' for key, value in run.config.to_json().items())}"]
    lines += [f"versions {' '.join(f'{package} {version}' for package, version in run.versions.items())}"]
    lines += [f"         {name}={value}" for name, value in run.flags.items()]
    lines += [f"command  {shlex.join(run.command)}"] if run.command else []
    lines += [f"repeat   {command(run)}"]
    lines += [f"         at step {at} `folk resume {run.name} --steps {after}`" for at, _, after in run.raises]
    lines += ["", "  step  training bits  validation bits  learning rate  chars/s"]
    lines += [
        f"{row.step:>6}  {row.training_bits:13.3f}  {row.validation_bits:15.3f}  {row.learning_rate:13.2e}  "
        f"{row.characters_per_second:7,.0f}"
        for row in run.evaluation_intervals()
    ]
    result = run.result()
    if result:
        lines += [
            "",
            f"ended at step {result['step']}, {_ENDS.get(result['ended'], '')}; best at step {result['best_step']}, "
            f"{result['validation_bits']:.3f} bits per character over the held-out tunes",
        ]
    write("\n".join(lines) + "\n")


app.command(
    "compare", cls=Command, epilog="Examples: `folk runs compare oneills-1 oneills-2`, `folk runs compare sizes`."
)(compare)


def command(run: Run) -> str:
    """The `folk train` command that repeats a run."""
    defaults = TrainingConfig().to_json() | {"precision": None}  # whose default depends on the processor
    if run.config.base:
        defaults |= {**FINE_TUNING, "transpose": None}  # which depends on the corpus
    words = ["folk", "train", *run.corpus]
    first = run.raises[0][1] if run.raises else run.config.steps
    for key, value in replace(run.config, steps=first).to_json().items():
        if value == defaults[key]:
            continue
        if key == "base":
            words += ["--from", str(run.base)]
            continue
        if isinstance(value, bool):
            words.append(option(key) if value else option(f"no_{key}"))
        else:
            words += [option(key), str(value)]
    standard_input = f" < {shlex.quote(str(run.standard_input))}" if run.standard_input else ""
    return shlex.join(words) + standard_input


def _best(run: Run) -> str:
    """The final validation bits; until the run has ended, the best so far, over a sample of the held-out tunes."""
    if result := run.result():
        return f"{result['validation_bits']:.3f}"
    rows = run.evaluation_intervals()
    return f"{min(row.validation_bits for row in rows):.3f}" if rows else "none yet"


def _age(run: Run) -> str:
    seconds = max(0.0, time.time() - run.changed())
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
