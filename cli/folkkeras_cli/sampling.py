"""What `folk sample` reports: its progress, and the tunes it rejected."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from folkkeras.sampling.record import with_record
from folkkeras.sampling.scheduler import RejectionStatistics, SampledTune, TuneSampler
from folkkeras.sampling.shards import Shards
from folkkeras_cli.console import say, status, write

if TYPE_CHECKING:
    from folkkeras.composing.best_tunes import BestTunes

FEWER = 3  # exit code if there are fewer tunes than requested
MAX_NAMED = 5  # reasons that the message names


class Collected:
    """Tunes as they are sampled, with a progress bar on a terminal; Ctrl-C stops sampling and keeps the tunes so far.

    Args:
        tunes: the tunes to sample.
        count: how many.
    """

    def __init__(self, tunes: Iterator[SampledTune], count: int) -> None:
        self._tunes, self._count = tunes, count
        self.interrupted = False

    def __iter__(self) -> Iterator[SampledTune]:
        found = 0
        bar = _bar()
        task = bar.add_task("sampling", total=self._count, figures=f"0 of {self._count:,} tunes")
        with bar if status.is_terminal else nullcontext():
            try:
                for tune in self._tunes:
                    found += 1
                    bar.update(task, completed=found, figures=f"{found:,} of {self._count:,} tunes")
                    yield tune
            except KeyboardInterrupt:
                if not found:
                    raise
                self.interrupted = True
        if self.interrupted:
            say(f"interrupted after {found:,} of {self._count:,} tunes")


def _bar() -> Progress:
    return Progress(
        TextColumn("sampling"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=status,
        expand=True,
        transient=True,
    )


def say_rejected(statistics: RejectionStatistics) -> None:
    """Say how many tunes were accepted, and why the others were rejected."""
    rejected = statistics.rejected
    if not rejected:
        return
    named = rejected.most_common(MAX_NAMED)
    reasons = ", ".join(f"{count} {reason}" for reason, count in named)
    if others := rejected.total() - sum(count for _, count in named):
        reasons += f", and {others} more"
    say(f"accepted {statistics.accepted:,} of {statistics.drawn:,} tunes; rejected: {reasons}")


def write_shards(folder: Path, sampler: "TuneSampler | BestTunes") -> bool:
    """Write the tunes that a folder lacks, and say what was written; return whether that was interrupted."""
    count, shards = sampler.request.count, Shards(folder)
    with shards.first_missing(sampler) as first:
        if first is None:
            say(f"{folder} has all {count:,} tunes already")
            return False
        if first > 1:
            say(f"{folder} has {first - 1:,} tunes: continuing with X:{first}")
        collected = Collected(sampler.continued(first), count - first + 1)
        for written in shards.write(iter(collected), first, count):
            if isinstance(written, Path):
                say(f"wrote {written}")
            else:  # the sampled tunes must not be lost
                write("\n".join(with_record(tune.text, tune.record) for tune in written))
        return collected.interrupted
