"""`folk runs`: what has been trained."""

import shlex
import time
from dataclasses import replace
from functools import partial

import typer
from rich.markup import escape
from rich.table import Column, Table

from folkkeras.config import FROM_A_MODEL, TrainingConfig, option
from folkkeras.errors import RunError
from folkkeras.runs.run import Run, all_runs, latest_run, open_run
from folkkeras_cli.compare import compare
from folkkeras_cli.console import say, visible, write, write_table
from folkkeras_cli.options import RUNS, OwnRuns, RunName, Runs

app = typer.Typer(
    help="List runs, show one, or compare two.",
    epilog="Examples: `folk runs`, `folk runs show oneills-1`, `folk runs compare oneills-1 oneills-2`.",
)
app.command("compare", epilog="Example: `folk runs compare oneills-1 oneills-2`.")(compare)


@app.callback(invoke_without_command=True)
def list_runs(context: typer.Context, runs: Runs = RUNS) -> None:
    """List the runs, the latest first."""
    context.obj = runs
    if context.invoked_subcommand is not None:
        return
    if not runs.is_dir() and runs != RUNS:
        raise RunError(f"no folder {runs}: name the runs' folder with --runs")
    found = all_runs(runs)
    if not found:
        say(f"no runs in {runs}: train one with `folk train`")
        return
    whole = partial(Column, overflow="fold")  # a name is there to be copied
    sheet = Table(whole("run"), whole("corpus"), "steps", "held-out bits", "age", "size", box=None, pad_edge=False)
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


@app.command("show", epilog="Example: `folk runs show oneills-1`.")
def show(
    context: typer.Context,
    name: RunName = None,
    runs: OwnRuns = None,
) -> None:
    """Print a run: its options, its course, and the command that repeats it."""
    folder = runs or context.obj
    run = open_run(folder, name) if name else latest_run(folder)
    lines = [f"run      {run.name}", f"folder   {run.folder}", f"corpus   {' '.join(run.corpus)}"]
    lines += [f"         sha256 {run.corpus_digest}"]
    lines += [f"options  {' '.join(f'{key}={value}' for key, value in run.config.to_json().items())}"]
    lines += [f"made by  {' '.join(f'{package} {version}' for package, version in run.versions.items())}"]
    lines += [f"         {name}={value}" for name, value in run.flags.items()]
    lines += [f"begun by {shlex.join(run.command)}"] if run.command else []
    lines += [f"repeat   {command(run)}"]
    lines += [f"         at step {at} `folk resume {run.name} --steps {after}`" for at, _, after in run.raises]
    lines += ["", "  step    loss  held-out bits  learning rate  characters/s"]
    lines += [
        f"{row.step:>6}  {row.loss:6.3f}  {row.held_out_bits:13.3f}  {row.learning_rate:13.2e}  "
        f"{row.characters_per_second:12,.0f}"
        for row in run.intervals()
    ]
    result = run.result()
    if result:
        lines += [
            "",
            f"ended at step {result['step']} ({result['ended']}); best at step {result['best_step']}, "
            f"{result['held_out_bits']:.3f} bits per character over the held-out tunes",
        ]
    write("\n".join(lines) + "\n")


def command(run: Run) -> str:
    """The `folk train` command that repeats a run."""
    defaults = TrainingConfig().to_json()
    if run.config.base:
        defaults |= {**FROM_A_MODEL, "transpose": None}  # which hangs on the book
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
    """The closing figure, and until that is there the best one of their sample."""
    if result := run.result():
        return f"{result['held_out_bits']:.3f}"
    rows = run.intervals()
    return f"{min(row.held_out_bits for row in rows):.3f}" if rows else "none yet"


def _age(run: Run) -> str:
    seconds = max(0.0, time.time() - run.changed())
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
