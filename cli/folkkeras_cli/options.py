"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from folkkeras.music.render.instruments import DEFAULT_INSTRUMENT, INSTRUMENTS
from folkkeras_cli.patterns import expanded

Runs = Annotated[
    Path,
    typer.Option("--runs", metavar="DIR", envvar="FOLK_RUNS", readable=False, help="The folder of all runs."),
]
RUNS = Path("runs")
OwnRuns = Annotated[  # of a command below `folk runs`, which takes the option too
    Path | None, typer.Option("--runs", metavar="DIR", show_default=False, help="The folder of all runs.")
]

CorpusArguments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CORPUS",
        show_default=False,
        callback=lambda arguments: expanded(arguments) if arguments else arguments,
        help="A built-in collection (see `folk corpus list`; default: oneills), an .abc file, "
        "a folder, or - for standard input. Several are joined.",
    ),
]
Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        show_default=False,
        callback=expanded,
        help="Files with tunes in ABC notation, folders of .abc files, or patterns such as *.abc; - is standard input.",
    ),
]
RunName = Annotated[
    str | None,
    typer.Argument(metavar="RUN", show_default=False, help="A run's name; default: the latest run."),
]
Holdout = Annotated[
    float | None, typer.Option(show_default="0.1", help="Share of the tunes to hold out, by a hash of their music.")
]
Raw = Annotated[
    bool | None,
    typer.Option("--raw/--no-raw", show_default="--no-raw", help="Take the text as it stands, not the normal form."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what exists.")]

InstrumentName = Annotated[
    str | None, typer.Option("--instrument", show_default=DEFAULT_INSTRUMENT, help=f"{', '.join(INSTRUMENTS)}.")
]
Tempo = Annotated[
    float | None, typer.Option(show_default="the tune's, or its dance's", help="Beats a minute, 10 to 1000.")
]
Transpose = Annotated[int, typer.Option(help="Semitones up, -24 to 24.")]
Repeats = Annotated[bool, typer.Option("--repeats/--no-repeats", help="Play repeats.")]
Swing = Annotated[bool, typer.Option("--swing", help="Play a hornpipe's even eighths long and short.")]
