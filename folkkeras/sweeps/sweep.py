"""Train the trials of a sweep one after another, from where it stopped if it did."""

from collections.abc import Callable, Iterator
from pathlib import Path

from folkkeras.config import TrainingConfig
from folkkeras.corpus.corpus import Corpus
from folkkeras.errors import RunError, TrainingError
from folkkeras.sweeps.definition import Sweep
from folkkeras.sweeps.record import SweepRecord, begin_sweep
from folkkeras.sweeps.trial import Trial
from folkkeras.training.listener import Listener
from folkkeras.training.train import never, train


def sweep(
    runs: str | Path,
    name: str,
    corpus: Corpus,
    tried: Sweep,
    config: TrainingConfig,
    *,
    text: str | None = None,
    base: Path | None = None,
    listener: Callable[[Trial], Listener] = lambda trial: Listener(),
    stop: Callable[[], bool] = never,
) -> Iterator[Trial]:
    """Train each trial of a sweep as a run of its own, and yield it; called again, continue.

    A trial that has ended is yielded as it is. One that was stopped continues from its last checkpoint, so that all
    runs end with the same weights as those of an uninterrupted sweep. One that fails does not end the sweep.

    Args:
        runs: the folder of all runs.
        name: a plain name; the runs get it too, with a number.
        corpus: the corpus of all trials.
        tried: the options that differ between the trials.
        config: the options that the trials share.
        text: the text of a corpus from standard input, to save with the runs.
        base: the model file to fine-tune; `config.base` is its digest.
        listener: called with each trial that is about to be trained; returns what receives the events of its run.
        stop: called after each step; True ends the sweep with a checkpoint of that step.

    Raises:
        UsageError: the name is not a plain name, or the options of a trial do not fit each other or the base.
        CorpusError: the training tunes are shorter than a trial's window, or their licence forbids training.
        RunError: the sweep exists and differs, a run has one of its names, or another process is training the sweep.
        OutputError: a file cannot be written, such as on a full disk.
    """
    record = begin_sweep(runs, name, corpus, tried, config, base)
    return train_trials(record, corpus, text=text, base=base, listener=listener, stop=stop)


def train_trials(
    record: SweepRecord,
    corpus: Corpus,
    *,
    text: str | None,
    base: Path | None,
    listener: Callable[[Trial], Listener],
    stop: Callable[[], bool],
) -> Iterator[Trial]:
    """Train the trials of a sweep that has begun; for the arguments and what it raises see `sweep`."""
    with record.sole_writer():
        for number, trial in enumerate(record.trials(), start=1):
            if trial.done:
                yield trial
                continue
            if stop():
                return
            run, fault = record.run_of(number, corpus, text, base), None
            try:
                result = train(run, corpus, listener=listener(record.trial(number)), stop=stop)
            except (TrainingError, RunError) as error:
                fault = str(error)
            record.fail(trial.name, fault)
            yield record.trial(number)
            if not fault and result.ended == "stopped":
                return
