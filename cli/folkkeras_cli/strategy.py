"""`--strategy`: several devices or machines for one training."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from folkkeras.config import TrainingConfig, option, require_even_shares
from folkkeras.corpus.corpus import Corpus
from folkkeras.distributed.cluster import Cluster, cluster_of
from folkkeras.distributed.rendezvous import meet
from folkkeras.errors import RunError, UsageError
from folkkeras.runs.environment import versions
from folkkeras.runs.run import Run, create_run, open_run
from folkkeras_cli.console import say
from folkkeras_cli.signals import StopOnSignal
from folkkeras_cli.tensorflow_startup import gpus, quiet_tensorflow, start_tensorflow

if TYPE_CHECKING:
    from folkkeras.distributed.replicas import Replicas

_NAMES = ("mirrored", "multi-worker")
_SAME = ("folkkeras", "keras", "tensorflow")  # versions that all workers have to share


@dataclass(frozen=True)
class Strategy:
    """What was asked: the GPUs of this machine, or a cluster of machines."""

    cluster: Cluster | None

    def run_of(
        self,
        runs: Path,
        name: str | None,
        corpus: Corpus,
        config: TrainingConfig,
        text: str | None,
        base: Path | None,
    ) -> Run:
        """The run to train: of a cluster the chief's new one or the one to go on with, the others' a mere name.

        Of a cluster it is there once all machines are.

        Raises:
            UsageError: a cluster's run has no name, or its batches cannot be shared evenly.
            RunError: there is a run of this name with other options or another corpus.
        """
        if self.cluster is None:
            return create_run(runs, name, corpus, config, text, base)
        if name is None:
            raise UsageError("--strategy multi-worker needs --name: by it the same command goes on with the run")
        require_even_shares(config.batch_size, len(self.cluster.workers))
        run = Run(runs / name, corpus.sources, corpus.digest, config, versions())

        def prepare() -> None:
            nonlocal run
            run = _kept(run) or create_run(runs, name, corpus, config, text)

        _meet(self.cluster, run, prepare)
        return run

    def start(self) -> Replicas:
        """Start TensorFlow on all devices."""
        start_tensorflow(running=self.cluster is None)
        with quiet_tensorflow():
            from folkkeras.distributed.replicas import mirrored, multi_worker

            return mirrored() if self.cluster is None else multi_worker(self.cluster)


def _kept(run: Run) -> Run | None:
    """The run that is there already and goes on, or None."""
    if not run.folder.exists():
        return None
    kept = open_run(run.folder.parent, run.name)
    if (kept.corpus_digest, kept.config) != (run.corpus_digest, run.config):
        raise RunError(
            f"run {run.name} exists already, with other options or another corpus: "
            "give its own, or choose another --name"
        )
    kept.require_unended()
    return kept


def _meet(cluster: Cluster, run: Run, prepare: Callable[[], None]) -> None:
    """Wait for the other machines, which have to be about the same training; exits where a signal ends the wait."""
    say(f"worker {cluster.index} of {len(cluster.workers)}, waiting for the others")
    options = {option(name): value for name, value in run.config.to_json().items() if name != "keep"}
    about = {"corpus of the digest": run.corpus_digest, **options, **{each: run.versions[each] for each in _SAME}}
    about["number of GPUs"] = gpus()
    with StopOnSignal("stopping") as signals:
        if not meet(cluster, about, signals.requested, prepare):
            raise typer.Exit(signals.exit_code)


def chosen_strategy(name: str | None, base: str | None) -> Strategy | None:
    """The strategy of this name, or None where there is none.

    Raises:
        UsageError: it is unknown, there are no GPUs for it, it does not go with `--from`, or `TF_CONFIG` is wrong.
    """
    if name is None:
        return None
    if name not in _NAMES:
        raise UsageError(f"--strategy {name!r} is not one of {', '.join(_NAMES)}")
    if name == "mirrored":
        start_tensorflow()
        from folkkeras.distributed.replicas import require_gpus

        require_gpus()
        return Strategy(None)
    if base:
        raise UsageError("--from and --strategy multi-worker exclude each other: a small book needs one machine")
    return Strategy(cluster_of(os.environ.get("TF_CONFIG")))
