"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Runs = Annotated[
    Path,
    typer.Option("--runs", metavar="DIR", envvar="FOLK_RUNS", readable=False, help="The folder of all runs."),
]
RUNS = Path("runs")

CorpusArguments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CORPUS",
        show_default=False,
        help="A built-in collection (see `folk corpus list`; default: oneills), an .abc file, "
        "a folder, or - for standard input. Several are joined.",
    ),
]
Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", show_default=False, help="Files of tunes in ABC notation; - is standard input."),
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
