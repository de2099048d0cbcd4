"""What `folk train` and `folk resume` share: a training with its progress, and a report of its result."""

from pathlib import Path

import typer

from folkkeras.config import BFLOAT16
from folkkeras.corpus.corpus import Corpus
from folkkeras.processors import multiplies_bfloat16
from folkkeras.runs.run import Run
from folkkeras_cli.console import say
from folkkeras_cli.options import RUNS
from folkkeras_cli.progress import TrainingProgress
from folkkeras_cli.signals import StopOnSignal
from folkkeras_cli.strategy import Strategy
from folkkeras_cli.tensorflow_startup import gpus, start_tensorflow


def run_training(run: Run, corpus: Corpus, runs: Path, strategy: Strategy | None = None) -> None:
    """Train or continue, and report the result; exit with 130 or 143 if a signal stopped it."""
    best = min((row.validation_bits for row in run.evaluation_intervals()), default=None)
    with StopOnSignal() as signals, TrainingProgress(best) as progress:
        replicas = strategy.start() if strategy else None
        start_tensorflow()
        if run.config.precision == BFLOAT16 and not multiplies_bfloat16() and not gpus():
            say("this processor has no bfloat16 instructions: bfloat16, the run's precision, is slower than float32")
        from folkkeras.training.train import train

        result = train(run, corpus, listener=progress, stop=signals.requested, replicas=replicas)
    if replicas and not replicas.is_chief:
        ended = "done" if result.ended == "helped" else "stopped"
        say(f"{ended} at step {result.step}: worker 0 has the run's files")
        raise typer.Exit(0 if result.ended == "helped" else signals.exit_code)
    where = "" if runs == RUNS else f" --runs {runs}"
    if result.ended == "stopped":
        say(f"stopped at step {result.step}, saved; continue with `folk resume {run.name}{where}`")
        raise typer.Exit(signals.exit_code)
    if result.ended == "patience":
        say(
            f"stopped at step {result.step}: the validation bits have not fallen since step {result.best_step}; "
            "from there on the model only memorised its tunes"
        )
    held_out = len(corpus.held_out)
    over = f"all held-out tunes ({held_out:,})"
    if result.evaluated < held_out:
        over = f"{result.evaluated:,} of {held_out:,} held-out tunes"
    say(f"best model: {run.best}, step {result.best_step}, {result.validation_bits:.3f} bits per character over {over}")
    say(f"write a tune with `folk sample {run.name}{where}`")
