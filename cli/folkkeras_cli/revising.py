"""What `folk rewrite` and `folk vary` share: the tune that they take, and how they show candidates."""

import re
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from folkkeras.errors import CorpusError, UsageError
from folkkeras.music.tune import Tune
from folkkeras_cli import completions
from folkkeras_cli.console import say, write
from folkkeras_cli.models import chosen_model
from folkkeras_cli.options import MODEL_HELP, SAMPLING
from folkkeras_cli.sample_output import SampleOutput
from folkkeras_cli.sampling import FEWER
from folkkeras_cli.tune_files import name_of, tunes_of

if TYPE_CHECKING:
    from folkkeras.composing.candidates import Candidate
    from folkkeras.sampling.generator import Generator

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        show_default=False,
        autocompletion=completions.tune_files,
        help="A file with the tune; - is standard input.",
    ),
]
TuneNumber = Annotated[
    int | None,
    typer.Option("--tune", metavar="N", show_default=False, help="Which tune of the file, from 1, if it has several."),
]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="MODEL", show_default=False, autocompletion=completions.models, help=MODEL_HELP),
]
Candidates = Annotated[int, typer.Option(metavar="N", help="Tunes to choose from.")]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="FILE",
        show_default=False,
        help="Write to this file: .abc, .html for a page, or, for one candidate, a format of `folk render`.",
    ),
]
Seed = Annotated[
    int | None, typer.Option(metavar="N", show_default="random", help="The same seed gives the same candidates.")
]
Particles = Annotated[
    int,
    typer.Option(
        metavar="N", rich_help_panel=SAMPLING, help="Drafts to draw and weigh: more are slower and fit better."
    ),
]
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")
MOST_BARS = 1_000


def numbers_of_bars(option: str, text: str) -> list[int]:
    """The numbers that a text such as `5-8,13` names.

    Raises:
        UsageError: it is not such a text.
    """
    found: list[int] = []
    for each in text.split(","):
        match = _RANGE.fullmatch(each.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last <= MOST_BARS:
            raise UsageError(f"{option} {text!r} does not name bars: give numbers such as 5-8 or 1,3,5-8")
        found += range(first, last + 1)
    return found


def revise(
    file: str,
    number: int | None,
    model: str | None,
    runs: Path,
    out: SampleOutput,
    candidates: int,
    seed: int | None,
    int8: bool,
    revised: Callable[["Generator", Tune, int], "list[Candidate]"],
) -> None:
    """Find the tune and the model, make the candidates, write them, and say how they differ.

    Args:
        file: the file that has the tune.
        number: which of its tunes, from 1; None if it has one.
        model: the MODEL argument.
        runs: the folder of runs.
        out: where the candidates are written.
        candidates: how many are asked for.
        seed: the random seed, or None for a random one.
        int8: compute products in int8.
        revised: takes the model, the tune and the seed, and returns the candidates.

    Raises:
        typer.Exit: there are fewer candidates than asked for.
    """
    out.require_new(candidates)
    if out.folder:
        raise UsageError(f"--out {out.folder} is a folder: give a file, such as {out.folder / 'candidates.abc'}")
    tune = _tune(file, number)
    chosen = chosen_model(model, runs)
    chosen.say_note()
    generator = chosen.generator(int8=int8)
    known = secrets.randbelow(10**6) if seed is None else seed
    found = revised(generator, tune, known)
    if found and out.path:
        out.write(found, {"model": chosen.name, "seed": str(known)})
    else:
        write("\n".join(candidate.text for candidate in found))
    _say_figures(found)
    if seed is None:
        say(f"{chosen.name}, seed {known}: reproduce it with --seed {known} and the same options")
    if len(found) < candidates:
        say(f"found {len(found)} of {candidates} candidates: ask for more --particles, or for other bars")
        raise typer.Exit(FEWER)


def _tune(file: str, number: int | None) -> Tune:
    tunes = tunes_of(file)
    if number is None and len(tunes) > 1:
        raise UsageError(f"{name_of(file)} has {len(tunes):,} tunes: choose one with --tune, from 1 to {len(tunes)}")
    if number is not None and not 1 <= number <= len(tunes):
        raise UsageError(f"{name_of(file)} has no tune {number}: it has {len(tunes):,}")
    return tunes[(number or 1) - 1]


def _say_figures(candidates: Sequence["Candidate"]) -> None:
    """Say of each candidate what helps to choose."""
    if not candidates:
        return
    try:
        _ = candidates[0].training_tunes.melody_index
    except CorpusError as error:
        say(f"cannot compare with the training tunes: {error}")
    for number, candidate in enumerate(candidates, 1):
        form = candidate.form
        figures = [
            f"{candidate.bits:.3f} bits per character",
            f"incomplete ({candidate.faults[0]})" if candidate.faults else "complete",
            f"parts of {', '.join(map(str, form.parts))} bars",
        ]
        if form.on_tonic is not None:
            figures.append("ends on the tonic" if form.on_tonic else "does not end on the tonic")
        if overlap := candidate.overlap:
            other = f" with {overlap.nearest}" if overlap.nearest else ""
            figures.append(f"shares {overlap.longest} notes{other}")
        say(f"{number}: {'; '.join(figures)}")
