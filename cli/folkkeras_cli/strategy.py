"""`--strategy`: several devices or machines for one training."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from folkkeras.config import TrainingConfig, require_even_shards
from folkkeras.corpus.corpus import Corpus
from folkkeras.distributed.agreement import agreement_of
from folkkeras.distributed.cluster import Cluster, cluster_of
from folkkeras.distributed.rendezvous import rendezvous
from folkkeras.errors import UsageError
from folkkeras.runs.environment import versions
from folkkeras.runs.folder import create_run, unended_run
from folkkeras.runs.run import Run
from folkkeras_cli.completions import STRATEGIES
from folkkeras_cli.console import say
from folkkeras_cli.signals import StopOnSignal
from folkkeras_cli.tensorflow_startup import gpus, quiet_tensorflow, start_tensorflow

if TYPE_CHECKING:
    from folkkeras.distributed.replicas import Replicas


@dataclass(frozen=True)
class Strategy:
    """The devices asked for: the GPUs of this machine, or a cluster of machines."""

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
        """The run to train. In a cluster the chief creates or continues it once all machines are there.

        Raises:
            UsageError: a cluster's run has no name, or its batches cannot be divided evenly.
            RunError: a run of this name exists, with other options or another corpus.
        """
        if self.cluster is None:
            return create_run(runs, name, corpus, config, text, base)
        if name is None:
            raise UsageError("--strategy multi-worker needs --name: the same command then continues the run")
        require_even_shards(config.batch_size, len(self.cluster.workers))
        run = Run(runs / name, corpus.sources, corpus.digest, config, versions())

        def prepare() -> None:
            nonlocal run
            run = unended_run(run) or create_run(runs, name, corpus, config, text)

        _meet(self.cluster, run, prepare)
        return run

    def start(self) -> Replicas:
        """Start TensorFlow on all devices."""
        start_tensorflow(running=self.cluster is None)
        with quiet_tensorflow():
            from folkkeras.distributed.replicas import mirrored, multi_worker

            return mirrored() if self.cluster is None else multi_worker(self.cluster)


def _meet(cluster: Cluster, run: Run, prepare: Callable[[], None]) -> None:
    """Wait for the other machines, which must have the same training; exit if a signal ends the wait."""
    say(f"worker {cluster.index} of {len(cluster.workers)}, waiting for the others")
    with StopOnSignal("stopping") as signals:
        if not rendezvous(cluster, agreement_of(run, gpus()), signals.requested, prepare):
            raise typer.Exit(signals.exit_code)


def chosen_strategy(name: str | None, base: str | None) -> Strategy | None:
    """The strategy of this name, or None without a name.

    Raises:
        UsageError: it is unknown, has no GPUs, cannot be combined with `--from`, or `TF_CONFIG` is wrong.
    """
    if name is None:
        return None
    if name not in STRATEGIES:
        raise UsageError(f"--strategy {name!r} is not one of {', '.join(STRATEGIES)}")
    if name == "mirrored":
        start_tensorflow()
        from folkkeras.distributed.replicas import require_gpus

        require_gpus()
        return Strategy(None)
    if base:
        raise UsageError("--from and --strategy multi-worker cannot be combined: fine-tuning needs one machine")
    return Strategy(cluster_of(os.environ.get("TF_CONFIG")))
