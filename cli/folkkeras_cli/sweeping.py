"""`folk train --sweep`: train the trials of a sweep, and compare them in a table."""

from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import typer
from rich.table import Column, Table

from folkkeras.corpus.corpus import Corpus
from folkkeras.sweeps.definition import dashed
from folkkeras.sweeps.record import SweepRecord, shown, words_of
from folkkeras.sweeps.trial import Trial, ranked
from folkkeras.training.listener import Listener
from folkkeras_cli.console import say, write_table
from folkkeras_cli.options import RUNS
from folkkeras_cli.progress import TrainingProgress
from folkkeras_cli.signals import StopOnSignal
from folkkeras_cli.tensorflow_startup import start_tensorflow

FAILED = 3  # exit code
_NONE = "-"


def train_sweep(record: SweepRecord, corpus: Corpus, text: str | None, base: Path | None) -> None:
    """Train what is left of a sweep, and print its table; exit with 3 if a trial failed, 130 or 143 after a signal."""
    count, done = len(record.drawn), sum(trial.done for trial in record.trials())
    if done:
        say(f"{done} of {count} trials are done")
    with StopOnSignal() as signals, ExitStack() as bar:
        start_tensorflow()
        from folkkeras.sweeps.sweep import train_trials

        def listener(trial: Trial) -> Listener:
            say(f"trial {trial.number} of {count}, run {trial.name}: {words_of(trial.options)}")
            rows = trial.run.evaluation_intervals() if trial.run else []
            return bar.enter_context(TrainingProgress(min((row.validation_bits for row in rows), default=None)))

        for trial in train_trials(record, corpus, text=text, base=base, listener=listener, stop=signals.requested):
            bar.close()
            if trial.fault:
                say(f"trial {trial.number} failed: {trial.fault}")
    trials = record.trials()
    if signals.requested() and not all(trial.done or trial.fault for trial in trials):
        begun = [f" in trial {each.number} {_state(each)}" for each in trials if each.run and not each.done]
        say(f"stopped{begun[0] if begun else ''}, saved; continue with the same command")
        raise typer.Exit(signals.exit_code)
    write_trials(trials)
    best = ranked(trials)[0]
    where = "" if record.folder.parent == RUNS else f" --runs {record.folder.parent}"
    if best.done:
        say(f"write a tune with the best model: `folk sample {best.name}{where}`")
    if failed := sum(trial.fault is not None for trial in trials):
        say(f"{failed} of {count} trials failed: the same command tries them again")
        raise typer.Exit(FAILED)


def write_trials(trials: Iterable[Trial]) -> None:
    """Write the table of a sweep's trials to stdout, the best first."""
    rows = ranked(trials)
    names = list(rows[0].options)
    folded = partial(Column, overflow="fold")  # so that a name can be copied
    sheet = Table(folded("run"), *map(folded, map(dashed, names)), box=None, pad_edge=False)
    for name in ("best step", "validation bits", "parameters", "minutes"):
        sheet.add_column(name, justify="right")
    for trial in rows:
        bits, parameters = trial.validation_bits, trial.parameters
        sheet.add_row(
            trial.name,
            *(shown(trial.options[name]) for name in names),
            _NONE if trial.best_step is None else f"{trial.best_step:,}",
            _state(trial) if bits is None else f"{bits:.3f}",
            _NONE if parameters is None else f"{parameters:,}",
            f"{trial.minutes:.1f}",
        )
    write_table(sheet)


def _state(trial: Trial) -> str:
    if trial.fault:
        return "failed"
    return f"at step {trial.run.steps_done():,}" if trial.run else "not begun"
