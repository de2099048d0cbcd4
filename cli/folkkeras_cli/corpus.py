"""`folk corpus`: tunes to train on."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from folkkeras.config import TrainingConfig, split_of
from folkkeras.corpus.collections import COLLECTIONS, DEFAULT_COLLECTION
from folkkeras.corpus.corpus import Corpus
from folkkeras.corpus.load import read_corpus
from folkkeras.corpus.statistics import corpus_statistics
from folkkeras.errors import OutputError
from folkkeras.files import reason, write_text
from folkkeras.notation.tunes import numbered
from folkkeras_cli.command import Command
from folkkeras_cli.console import say, write, write_table
from folkkeras_cli.options import Chords, CorpusArguments, Force, Raw, Settings, Split, ValidationSplit
from folkkeras_cli.tune_files import unread

MAX = 12  # values named in one line of the statistics

app = typer.Typer(
    no_args_is_help=True,
    help="List, measure and export tunes to train on.",
    epilog="Examples: `folk corpus list`, `folk corpus stats mytunes/`, `folk corpus export ryans --out ryans/`.",
)


@app.command("list", cls=Command, epilog="Example: `folk corpus list`.")
def list_collections() -> None:
    """List the built-in collections and their rights."""
    sheet = Table("name", "collection", "rights", box=None, pad_edge=False)
    for name, collection in COLLECTIONS.items():
        sheet.add_row(name, collection.title, collection.rights)
    write_table(sheet)


@app.command("stats", cls=Command, epilog="Example: `folk corpus stats oneills ryans`.")
def stats(
    corpus: CorpusArguments = None,
    raw: Raw = None,
    chords: Chords = None,
    validation_split: ValidationSplit = None,
    split: Split = None,
    settings: Settings = None,
) -> None:
    """Count tunes, lengths, keys, metres and types."""
    tunes = _read(corpus, raw, chords, validation_split, split, settings)
    figures = corpus_statistics(tunes)
    quantiles = ", ".join(f"{quantile:.0%} {length}" for quantile, length in figures.lengths.items())
    lines = [
        f"corpus      {' '.join(tunes.sources)}",
        f"tunes       {figures.training + figures.held_out:,} of {tunes.found:,} found: "
        f"{figures.training:,} for training, {figures.held_out:,} held out",
        f"characters  {figures.characters:,}",
        f"vocabulary  {len(figures.vocabulary)}: {figures.vocabulary!r}",
        f"length      {quantiles} characters",
        f"keys        {_counts(figures.keys)}",
        f"metres      {_counts(figures.metres)}",
        f"types       {_counts(figures.types)}",
        f"duplicates  {tunes.duplicates:,} with the music of an earlier tune{'' if raw else ', left out'}",
        f"dropped     {_counts(tunes.dropped) if tunes.dropped else 'nothing'}",
    ]
    if tunes.unread:
        lines.append(f"unread      {unread(tunes.unread)}")
    lines += [f"rights      {name}: {_rights(name)}" for name in tunes.sources]
    lines += [
        f"rights      {name}: the licence forbids training language models on its tunes" for name in tunes.restricted
    ]
    write("\n".join(lines) + "\n")


@app.command("export", cls=Command, epilog="Example: `folk corpus export ryans --out ryans/`.")
def export(
    corpus: CorpusArguments = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")] = Path("corpus"),
    raw: Raw = None,
    chords: Chords = None,
    validation_split: ValidationSplit = None,
    split: Split = None,
    settings: Settings = None,
    force: Force = False,
) -> None:
    """Write the training and held-out tunes to two files."""
    tunes = _read(corpus, raw, chords, validation_split, split, settings)
    texts = {out / "training.abc": _numbered(tunes.training), out / "held-out.abc": _numbered(tunes.held_out)}
    for path in texts:
        if path.exists() and not force:
            raise OutputError(f"{path} already exists: choose another --out, or overwrite it with --force")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot create the folder {out}: {reason(error)}") from error
    for path, text in texts.items():
        write_text(path, text)
    counts = [
        f"{len(part):,} tunes to {path}" for part, path in zip((tunes.training, tunes.held_out), texts, strict=True)
    ]
    say(f"wrote {' and '.join(counts)}")


def _read(
    arguments: list[str] | None,
    raw: bool | None,
    chords: bool | None,
    validation_split: float | None,
    split: int | None,
    settings: str | None,
) -> Corpus:
    asked: dict[str, Any] = {
        "raw": raw,
        "chords": chords,
        "validation_split": validation_split,
        "split": split,
        "settings": settings,
    }
    config = TrainingConfig(**{name: value for name, value in asked.items() if value is not None})
    return read_corpus(arguments or [DEFAULT_COLLECTION], **split_of(config))


def _numbered(tunes: Sequence[str]) -> str:
    """The tunes as one text, numbered from X:1 on, since other programs want each number once."""
    return "".join(numbered(tune, number) for number, tune in enumerate(tunes, start=1))


def _counts(counts: Counter[str]) -> str:
    named = [f"{name} {count:,}" for name, count in counts.most_common(MAX)]
    rest = len(counts) - len(named)
    return ", ".join(named) + (f", and {rest} more" if rest else "")


def _rights(source: str) -> str:
    return COLLECTIONS[source].rights if source in COLLECTIONS else "unknown: check them yourself"
