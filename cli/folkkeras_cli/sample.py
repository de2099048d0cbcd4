"""`folk sample`: write text or tunes with a trained model."""

import secrets
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer

from folkkeras.config import at_least
from folkkeras.errors import CorpusError, FolkError, UsageError
from folkkeras.files import write_text
from folkkeras.music.reading import read_tunes
from folkkeras.notation.tunes import TUNE_START
from folkkeras.sampling.conditioning import SELDOM, asked_fields, how_many, in_the_books_spelling
from folkkeras.sampling.continuation import beginning_of
from folkkeras.sampling.record import DIGITS, Recipe
from folkkeras_cli.drawing import Drawing, counted, with_recipes
from folkkeras_cli.models import ModelName, chosen_model, learned_by
from folkkeras_cli.options import RUNS, Force, Runs
from folkkeras_cli.outputs import require_new
from folkkeras_cli.rendering import ALL_KINDS, PAGE, Rendering, kind_of
from folkkeras_cli.screen import say, write
from folkkeras_cli.shards import names_folder, seed_of, write_shards
from folkkeras_cli.tune_files import tunes_of

TEXTS = ("", ".abc", ".txt")  # suffixes of files that get the tunes as text
FEWER = 3  # the exit code where fewer tunes than asked for were as asked

EXAMPLES = """Examples:

`folk sample` writes one tune with the latest run's best model;

`folk sample --length 1000` writes 1,000 characters;

`folk sample --tunes 10 --whole --max-copy 24 --out tunes.abc` writes ten tunes that are whole and new;

`folk sample --type jig --metre 6/8 --key Edor --whole` writes a jig in E dorian;

`folk sample --tunes 3 --out tunes.html` makes a page with their scores and a player.
"""


def sample(
    model: ModelName = None,
    length: Annotated[
        int | None, typer.Option(show_default=False, help="New characters to write; without it, whole tunes.")
    ] = None,
    tunes: Annotated[int | None, typer.Option(show_default="1", help="Tunes to write.")] = None,
    start: Annotated[
        str | None,
        typer.Option(
            show_default="X:1",
            help=r"Text to go on from, \n for a line's end; tunes get X: lines with their own numbers.",
        ),
    ] = None,
    continued: Annotated[
        str | None,
        typer.Option("--continue", metavar="FILE", help="Go on from the header and first part of this file's tune."),
    ] = None,
    again: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw the tunes of a file of --out again, by their recipes.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Draw bars that are not full again; write tunes that are whole alone.")
    ] = False,
    max_copy: Annotated[
        int | None,
        typer.Option(
            metavar="NOTES",
            show_default=False,
            help="Throw away tunes that share a longer run of notes with a training tune. 95 of 100 tunes of the "
            "built-in books share at most 20 to 27 with the others, variants aside.",
        ),
    ] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Of the tune, such as reel, jig, hornpipe.")] = None,
    metre: Annotated[str | None, typer.Option(help="Of the tune, such as 6/8.")] = None,
    key: Annotated[str | None, typer.Option(help="Of the tune, such as D, Em, Edor, Amix.")] = None,
    title: Annotated[str | None, typer.Option(help="Of the tune.")] = None,
    temperature: Annotated[float, typer.Option(help="Below 1 bolder choices get rarer; 0 takes the likeliest.")] = 1.0,
    top_k: Annotated[int, typer.Option(help="Draw from the k likeliest characters; 0: from all.")] = 0,
    top_p: Annotated[float, typer.Option(help="Draw from the fewest characters that make up this probability.")] = 1.0,
    seed: Annotated[int | None, typer.Option(show_default="random", help="One seed gives one text.")] = None,
    out_name: Annotated[
        str | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write to this file: .abc, or a page .html, or a kind of `folk render`; or, with a / at its end, into "
            "a folder, in files of 1,000 tunes; the same command goes on with them.",
        ),
    ] = None,
    force: Force = False,
    bfloat16: Annotated[
        bool, typer.Option("--bfloat16", help="Read the weights in bfloat16; faster on processors made for it.")
    ] = False,
    runs: Runs = RUNS,
) -> None:
    """Write new tunes; the text alone goes to stdout, so `folk sample > tune.abc` is a clean file."""
    fields = asked_fields(type=type_, metre=metre, key=key, title=title)
    careful = whole or bool(fields) or max_copy is not None
    if length is not None and (tunes is not None or careful):
        raise UsageError("--length excludes --tunes and all that tunes are asked for: give characters or tunes")
    if sum((start is not None, continued is not None, again is not None, bool(fields))) > 1:
        raise UsageError("--start, --continue, --again and a type, metre, key or title exclude each other: give one")
    usual = temperature == top_p == 1 and not (top_k or bfloat16)
    if again is not None and not (usual and tunes is seed is length is max_copy is None and not whole):
        raise UsageError("--again draws by the recipes in its file: give no other option for drawing beside it")
    at_least("length", 1 if length is None else length, 1)
    at_least("tunes", 1 if tunes is None else tunes, 1)
    at_least("max-copy", 1 if max_copy is None else max_copy, 1)
    at_least("seed", seed or 0, 0)
    folder = Path(out_name) if out_name and names_folder(out_name) else None
    out = Path(out_name) if out_name and not folder else None
    if folder:
        if length is not None or again is not None or force:
            raise UsageError(
                f"--out {out_name} is a folder, which takes whole tunes: leave out --length, --again and --force"
            )
        seed = seed_of(folder) if seed is None else seed
    if out is not None:
        require_new(out, force=force)
        if out.suffix.lower() not in TEXTS and not kind_of(out):
            kinds = ", ".join(f".{kind}" for kind in ALL_KINDS)
            raise UsageError(f"--out {out}: no kind of file ends in {out.suffix}: give .abc, {kinds}")
        if kind_of(out) not in ("", PAGE) and (tunes or 1) > 1:
            raise UsageError(
                f"--out {out} is one file, but {tunes:,} tunes are asked for: give a page, such as "
                f"--out {out.with_suffix('.html')}, or pipe them into `folk render - --to {kind_of(out)}`"
            )
    text = _beginning(continued, whole) if continued else (start or f"{TUNE_START}1").replace("\\n", "\n")
    if (folder or (out and kind_of(out))) and not text.startswith(TUNE_START):
        raise UsageError(f"--out {out_name} is made of whole tunes: begin --start with {TUNE_START}1")
    if length is None and f"\n{TUNE_START}" in text:
        raise UsageError(f"--start has a second line {TUNE_START}, and a tune has one: leave it out, or give --length")
    chosen = chosen_model(model, runs)

    from folkkeras.model.reader import read_network
    from folkkeras.sampling.generator import slots_for
    from folkkeras.sampling.sampler import Sampling

    Sampling(temperature=temperature, top_k=top_k, top_p=top_p)  # raises before the model is read
    chosen.tell()
    network = read_network(chosen.path)
    about = network.about
    drawing = Drawing(network, cache(partial(learned_by, about, chosen.standard_input)))
    drawn_with = secrets.randbelow(10**6) if seed is None else seed
    fields, judged = _steered(fields, drawing, about) if fields else (fields, True)
    recipe = Recipe(
        model=network.digest()[:DIGITS] if out_name else "",
        seed=drawn_with,
        tune=1,
        start=text,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        bfloat16=bfloat16,
        slots=slots_for(tunes or 1, bfloat16=True) if bfloat16 else None,
        whole=whole,
        max_copy=max_copy,
        fields=fields,
        judged=judged,
    )
    if folder:
        write_shards(folder, drawing, recipe, tunes or 1)
        drawing.tell()
        if drawing.tally.gave_up:
            raise typer.Exit(FEWER)
        return
    if again:
        pieces = drawing.again(again)
    elif length is not None:
        pieces = drawing.text(length, recipe)
    else:
        pieces = drawing.tunes(tunes or 1, recipe)
    about_page = {"model": str(chosen.path)} | ({} if again else _told(recipe))
    _write(pieces, out, force, recipe if length is None and not again else None, about_page)
    drawing.tell()
    if seed is None and not again:
        say(f"{chosen.path}, seed {drawn_with}: the same again with --seed {drawn_with}")
    if drawing.tally.gave_up:
        raise typer.Exit(FEWER)


def _beginning(file: str, whole: bool) -> str:
    found = tunes_of(file)
    if len(found) > 1:
        raise UsageError(f"{file} has {len(found):,} tunes: give --continue a file of one")
    return beginning_of(found[0], whole=whole)


def _steered(fields: dict[str, str], drawing: Drawing, about: dict) -> tuple[dict[str, str], bool]:
    """The fields as the book spells them, with a warning where it has few such tunes, and whether it is there."""
    if about.get("raw"):
        raise UsageError(
            "the model was trained with --raw, where fields have no fixed order: steer it with --start, such as "
            r"--start 'X:1\nT:Title\n'"
        )
    try:
        tunes = drawing.learned()
    except CorpusError as error:
        say(f"whether the model has learned such tunes cannot be told: {error}")
        return fields, False
    fields = in_the_books_spelling(fields, tunes)
    seen = how_many(fields, tunes)
    if seen < SELDOM:
        kind = ", ".join(f"{letter}:{value}" for letter, value in fields.items() if letter != "T")
        say(f"the model has learned from {seen} tune{'s' * (seen != 1)} with {kind}: do not expect much of it")
    return fields, True


def _told(recipe: Recipe) -> dict[str, str]:
    """What a page tells of how its tunes were drawn."""
    names = ("seed", "temperature", "top_k", "top_p", "start")
    return {name.replace("_", "-"): str(getattr(recipe, name)) for name in names}


def _write(pieces: Iterator[str], out: Path | None, force: bool, recipe: Recipe | None, about: dict[str, str]) -> None:
    """Write what is drawn, each tune with its recipe where there is one to write."""
    if out is None:
        for piece in pieces:
            write(piece)
        return
    pieces = counted(pieces)
    text = with_recipes(pieces, recipe) if recipe else "".join(pieces)
    if kind := kind_of(out):
        try:
            Rendering(kind=kind, out=out, stem=out.stem, force=force, about=about).write(read_tunes(text))
        except FolkError:
            write(text)  # what was drawn is not to be lost
            raise
    else:
        write_text(out, text)
        say(f"wrote {out}")
