"""What `folk train` and `folk resume` share: a training on the screen, and how it ended."""

from pathlib import Path

import typer

from folkkeras.corpus.corpus import Corpus
from folkkeras.runs.run import Run
from folkkeras_cli.console import say
from folkkeras_cli.options import RUNS
from folkkeras_cli.progress import TrainingProgress
from folkkeras_cli.signals import StopOnSignal
from folkkeras_cli.strategy import Strategy
from folkkeras_cli.tensorflow_startup import start_tensorflow


def run_training(run: Run, corpus: Corpus, runs: Path, strategy: Strategy | None = None) -> None:
    """Train or go on, then say what came of it; exits with 130 or 143 where a signal stopped it."""
    best = min((row.held_out_bits for row in run.intervals()), default=None)
    with StopOnSignal() as signals, TrainingProgress(best) as progress:
        replicas = strategy.start() if strategy else None
        start_tensorflow()
        from folkkeras.training.train import train

        outcome = train(run, corpus, listener=progress, stop=signals.requested, replicas=replicas)
    if replicas and not replicas.is_chief:
        ended = "done" if outcome.ended == "helped" else "stopped"
        say(f"{ended} at step {outcome.step}: the run's files are with worker 0")
        raise typer.Exit(0 if outcome.ended == "helped" else signals.exit_code)
    where = "" if runs == RUNS else f" --runs {runs}"
    if outcome.ended == "stopped":
        say(f"stopped at step {outcome.step}, saved; go on with `folk resume {run.name}{where}`")
        raise typer.Exit(signals.exit_code)
    if outcome.ended == "patience":
        say(
            f"stopped at step {outcome.step}: the held-out figure has not fallen since step {outcome.best_step}; "
            "from there the model only learned the tunes by heart"
        )
    held_out = len(corpus.held_out)
    over = f"all held-out tunes ({held_out:,})"
    if outcome.scored < held_out:
        over = f"{outcome.scored:,} of {held_out:,} held-out tunes"
    say(f"best model: {run.best}, step {outcome.best_step}, {outcome.held_out_bits:.3f} bits per character over {over}")
    say(f"write a tune with `folk sample {run.name}{where}`")
