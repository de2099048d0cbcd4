"""`folk render`: tunes as sound, score, MIDI, MusicXML, a web page, a book, or ABC in another key."""

from pathlib import Path
from typing import Annotated

import typer

from folkkeras.corpus.sources import STANDARD_INPUT
from folkkeras.errors import UsageError
from folkkeras.music.render.formats import ALL_FORMATS, DEFAULT_PAPER, MANY, PAPERS, PLAYED
from folkkeras.music.render.instruments import DEFAULT_INSTRUMENT, instrument
from folkkeras.music.render.performance import Playing
from folkkeras.music.render.sets import times_played
from folkkeras_cli import completions
from folkkeras_cli.no_effect import say_not_in_set, say_unplayed, say_unprinted, say_unswung
from folkkeras_cli.options import (
    Accompaniment,
    AsSet,
    Files,
    Force,
    InstrumentName,
    Repeats,
    Swing,
    Tempo,
    Times,
    Transpose,
)
from folkkeras_cli.places import names_folder
from folkkeras_cli.rendering import Rendering, format_named
from folkkeras_cli.tune_files import files_of, rights_of, tunes_of

EXAMPLES = """Examples:

`folk render tunes.abc --to mp3` writes a sound file of each tune into the folder tunes;

`folk render tunes.abc --to pdf --title "Friday's tunes"` makes a book to print;

`folk sample --tunes 5 | folk render - --to html` makes a page with scores and a player of new tunes;

`folk render kesh.abc drowsy.abc --set --to pdf --title Friday` prints a set on one sheet;

`folk render reel.abc --out reel.wav --instrument fiddle --tempo 90` writes a slow recording;

`folk render reel.abc --out reel-in-e.abc --transpose 2` writes it two semitones higher.
"""


def render(
    files: Files,
    to: Annotated[
        str | None,
        typer.Option(
            show_default=False,
            metavar="FORMAT",
            autocompletion=completions.formats,
            help=f"One of {', '.join(ALL_FORMATS)}.",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            show_default=False,
            metavar="FILE|DIR",
            help="A file for one tune, a folder for many; html, pdf and abc files hold many.",
        ),
    ] = None,
    instrument_name: InstrumentName = None,
    tempo: Tempo = None,
    transpose: Transpose = 0,
    repeats: Repeats = True,
    swing: Swing = False,
    accompaniment: Accompaniment = True,
    as_set: AsSet = False,
    times: Times = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", show_default="the file's name", help="Title of a pdf book.")
    ] = None,
    paper: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(PAPERS),
            show_default=DEFAULT_PAPER,
            autocompletion=completions.papers,
            help="Paper of a pdf book.",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Turn tunes into sound, scores, pages or books.

    Formats are listed below. Each tune becomes a file; a page, a book or an ABC file holds all of them.
    """
    playing = Playing(
        tempo=tempo,
        transpose=transpose,
        repeats=repeats,
        swing=swing,
        accompaniment=accompaniment,
        times=times_played(times, as_set=as_set),
    )
    player = instrument(instrument_name or DEFAULT_INSTRUMENT)
    format = _format(to, out)
    found = files_of(files)
    restricted: set[str] = set()
    tunes = [tune for file in found for tune in tunes_of(file, restricted)]
    if transpose and format not in PLAYED:  # the player transposes played formats
        from folkkeras.music.transposed import transposed

        tunes = [transposed(tune, transpose) for tune in tunes]
    stem = _stem(files, found, format)
    rendering = Rendering(
        format=format,
        out=out,
        stem=stem,
        force=force,
        player=player,
        playing=playing,
        as_set=as_set,
        title=title or "",
        paper=_paper(paper),
        rights=rights_of(files, restricted),
    )
    rendering.paths([tune.title for tune in tunes])  # raises before any of the messages below
    say_unprinted(format, title=title, paper=paper)
    say_unplayed(
        format, instrument=instrument_name, tempo=tempo, repeats=repeats, swing=swing, accompaniment=accompaniment
    )
    say_not_in_set(format, as_set=as_set, times=times)
    if swing and format in PLAYED:
        say_unswung(tunes)
    rendering.write(tunes)


def _paper(paper: str | None) -> str:
    if paper and paper not in PAPERS:
        raise UsageError(f"--paper {paper!r} is not one of {', '.join(PAPERS)}")
    return paper or DEFAULT_PAPER


def _format(to: str | None, out: str | None) -> str:
    """The format that --to names, or the suffix of --out."""
    suffix = Path(out).suffix if out else ""
    format = format_named(to or suffix)
    if not format:
        raise UsageError(f"no format is given: add --to with one of {', '.join(ALL_FORMATS)}")
    if format not in ALL_FORMATS:
        raise UsageError(f"unsupported format {to or suffix[1:]!r}: choose one of {', '.join(ALL_FORMATS)}")
    if format_named(suffix) in ALL_FORMATS and format_named(suffix) != format and not names_folder(out):
        raise UsageError(f"--to {to} and --out {out} name different formats: give only one of them")
    return format


def _stem(arguments: list[str], files: list[str], format: str) -> str:
    """A name for the output: that of the only file or folder given, else "tunes"."""
    stem = "tunes"
    if len(arguments) == 1 and arguments != [STANDARD_INPUT]:
        only = Path(arguments[0]).expanduser().resolve()
        stem = (only.name if only.is_dir() else only.stem) or stem
    sources = {folder for file in files for folder in Path(file).expanduser().resolve().parents}
    # A generated folder must not be one that the tunes come from: hundreds of new files would mix with them.
    return f"{stem}-{format}" if format not in MANY and Path(stem).resolve() in sources else stem
