"""`folk sample`: write text or tunes with a trained model."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from folkkeras.config import at_least
from folkkeras.corpus.tunes import TUNE_START
from folkkeras.errors import UsageError
from folkkeras.files import write_text
from folkkeras.music.reading import read_tunes
from folkkeras_cli.models import ModelName, chosen_model
from folkkeras_cli.options import RUNS, Force, Runs
from folkkeras_cli.outputs import require_new
from folkkeras_cli.quiet import start_tensorflow
from folkkeras_cli.rendering import Rendering, kind_of
from folkkeras_cli.screen import say, status, write

if TYPE_CHECKING:
    from folkkeras.generation import Generator
    from folkkeras.sampling import Sampling

EXAMPLES = """Examples:

`folk sample` writes one tune with the latest run's best model;

`folk sample --length 1000` writes 1,000 characters;

`folk sample oneills-1 --tunes 10 --seed 7 --out tunes.abc` writes ten tunes to a file;

`folk sample --tunes 3 --out tunes.html` makes a page with their scores and a player.
"""


def sample(
    model: ModelName = None,
    length: Annotated[
        int | None, typer.Option(show_default=False, help="New characters to write; without it, whole tunes.")
    ] = None,
    start: Annotated[
        str, typer.Option(help=r"Text to go on from, \n for a line's end; tunes get X: lines with their own numbers.")
    ] = "X:1",
    temperature: Annotated[float, typer.Option(help="Below 1 bolder choices get rarer; 0 takes the likeliest.")] = 1.0,
    top_k: Annotated[int, typer.Option(help="Draw from the k likeliest characters; 0: from all.")] = 0,
    top_p: Annotated[float, typer.Option(help="Draw from the fewest characters that make up this probability.")] = 1.0,
    seed: Annotated[int | None, typer.Option(show_default="random", help="One seed gives one text.")] = None,
    tunes: Annotated[int | None, typer.Option(show_default="1", help="Whole tunes to write.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write to this file: .abc, or a page .html, or a kind of `folk render`."),
    ] = None,
    force: Force = False,
    bfloat16: Annotated[
        bool, typer.Option("--bfloat16", help="Read the weights in bfloat16; faster on processors made for it.")
    ] = False,
    runs: Runs = RUNS,
) -> None:
    """Write new tunes; the text alone goes to stdout, so `folk sample > tune.abc` is a clean file."""
    if length is not None and tunes is not None:
        raise UsageError("--length and --tunes exclude each other: give characters or whole tunes")
    if length is not None:
        at_least("length", length, 1)
    at_least("tunes", 1 if tunes is None else tunes, 1)
    if seed is not None:
        at_least("seed", seed, 0)
    if out is not None:
        require_new(out, force=force)
    if out and kind_of(out) and not start.startswith(TUNE_START):
        raise UsageError(f"a {out.suffix} file is made of whole tunes: begin --start with {TUNE_START}1")
    path = chosen_model(model, runs).path

    start_tensorflow()
    from folkkeras.generation import load
    from folkkeras.sampling import Sampling

    start = start.replace("\\n", "\n")  # few shells can pass on a line's end
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    chosen = secrets.randbelow(10**6) if seed is None else seed
    pieces = _pieces(load(path, bfloat16=bfloat16), length, start, sampling, chosen, tunes)
    if out is None:
        for piece in pieces:
            write(piece)
    elif kind := kind_of(out):
        about = {"model": str(path), "seed": str(chosen)} | {
            name.replace("_", "-"): str(value) for name, value in vars(sampling).items()
        }
        rendering = Rendering(kind=kind, out=out, stem=out.stem, force=force, about={**about, "start": start})
        rendering.write(read_tunes("".join(_with_count(pieces))))
    else:
        write_text(out, "".join(_with_count(pieces)))
        say(f"wrote {out}")
    if seed is None:
        say(f"{path}, seed {chosen}: the same again with --seed {chosen}")


def _pieces(
    generator: "Generator", length: int | None, start: str, sampling: "Sampling", seed: int, tunes: int | None
) -> Iterator[str]:
    if length is not None:
        last = ""
        for last in generator.stream(length, start, sampling, seed):
            yield last
        if not last.endswith("\n"):
            yield "\n"
        return
    yield from generator.stream_tunes(tunes or 1, start, sampling, seed)


def _with_count(pieces: Iterator[str]) -> Iterator[str]:
    """Pass pieces on, with a line on a terminal's stderr that counts their characters."""
    if not status.is_terminal:
        yield from pieces
        return
    characters = 0
    with status.status("writing") as line:
        for piece in pieces:
            characters += len(piece)
            line.update(f"{characters:,} characters written")
            yield piece
