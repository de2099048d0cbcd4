"""`folk resume`: continue a run."""

from typing import Annotated

import typer

from folkkeras.config import split_of
from folkkeras.corpus.load import read_corpus
from folkkeras.errors import UsageError
from folkkeras.runs.folder import latest_run, open_run
from folkkeras_cli.console import say
from folkkeras_cli.options import RUNS, RunName, Runs
from folkkeras_cli.training_session import run_training

EXAMPLES = """Examples:

`folk resume` continues the latest run;

`folk resume oneills-1 --steps 10000` gives a run more steps.
"""


def resume(
    name: RunName = None,
    steps: Annotated[
        int | None,
        typer.Option(metavar="N", show_default="the run's own", help="Maximum number of steps; can only be raised."),
    ] = None,
    runs: Runs = RUNS,
) -> None:
    """Continue a run from its last checkpoint.

    It ends with the same weights as a run that was never interrupted.
    """
    run = open_run(runs, name) if name else latest_run(runs)
    if steps is not None and steps < run.config.steps:
        raise UsageError(
            f"--steps {steps} is less than the {run.config.steps} of run {run.name}: the number can only be raised"
        )
    corpus = read_corpus(run.corpus, **split_of(run.config), standard_input=run.standard_input)
    run.require_corpus(corpus)
    if steps is not None and steps > run.config.steps:
        run = run.with_steps(steps)
        if run.config.schedule == "cosine":
            say(f"the cosine schedule now ends at step {steps}, so the learning rate rises again")
    run.require_unended()
    run_training(run, corpus, runs)
