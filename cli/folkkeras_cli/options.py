"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from folkkeras.config import TrainingConfig
from folkkeras.importing.the_session import ALL_SETTINGS, SETTINGS
from folkkeras.music.render.instruments import DEFAULT_INSTRUMENT, INSTRUMENTS
from folkkeras.music.render.sets import TIMES_IN_SET
from folkkeras_cli import completions
from folkkeras_cli.patterns import expanded

Runs = Annotated[
    Path,
    typer.Option(
        "--runs", metavar="DIR", envvar="FOLK_RUNS", show_envvar=False, readable=False, help="Folder of runs."
    ),
]
RUNS = Path("runs")
OwnRuns = Annotated[  # for a subcommand of `folk runs`, which takes the option too
    Path | None, typer.Option("--runs", metavar="DIR", show_default="runs", help="Folder of runs.")
]

CorpusArguments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CORPUS",
        show_default=False,
        callback=lambda arguments: expanded(arguments) if arguments else arguments,
        autocompletion=completions.corpora,
        help="Built-in collections (see `folk corpus list`; default: oneills), .abc files, folders, or - for standard "
        "input.",
    ),
]
Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        show_default=False,
        callback=expanded,
        autocompletion=completions.corpora,
        help="Files of tunes in ABC notation, folders of .abc files, patterns such as *.abc, or built-in collections; "
        "- is standard input.",
    ),
]
RunName = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN", show_default=False, autocompletion=completions.runs, help="Name of a run; default: the latest."
    ),
]
MODEL_HELP = (
    "Name of a run (its best model), a .keras file, or celtic, the pretrained model; default: the latest run that has "
    "a model, else celtic."
)
ModelName = Annotated[
    str | None,
    typer.Argument(metavar="MODEL", show_default=False, autocompletion=completions.models, help=MODEL_HELP),
]
ValidationSplit = Annotated[
    float | None,
    typer.Option(
        metavar="FRACTION",
        show_default=f"{TrainingConfig().validation_split}",
        rich_help_panel="Corpus",
        help="Fraction of the tunes to hold out, chosen by a hash of their music.",
    ),
]
Raw = Annotated[
    bool | None,
    typer.Option(
        "--raw/--no-raw",
        metavar="",
        show_default="no-raw",
        rich_help_panel="Corpus",
        help="Use the text as it is, not its normal form.",
    ),
]
Chords = Annotated[
    bool | None,
    typer.Option(
        "--chords/--no-chords",
        metavar="",
        show_default="no-chords",
        rich_help_panel="Corpus",
        help="Keep chord symbols, such as Am7, in the normal form.",
    ),
]
Settings = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(SETTINGS),
        show_default=ALL_SETTINGS,
        autocompletion=completions.settings,
        rich_help_panel="Corpus",
        help="Which settings of each of The Session's tunes to read.",
    ),
]
Split = Annotated[
    int | None,
    typer.Option(
        metavar="N", show_default="0", rich_help_panel="Corpus", help="Number of the split; each holds out other tunes."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]

SAMPLING = "Sampling"  # a panel of the help
Temperature = Annotated[
    float,
    typer.Option(
        metavar="T",
        rich_help_panel=SAMPLING,
        help="1: as learned; below 1, unlikely characters get rarer; 0: always the likeliest.",
    ),
]
TopK = Annotated[
    int, typer.Option(metavar="K", rich_help_panel=SAMPLING, help="Draw from the K likeliest characters; 0: all.")
]
TopP = Annotated[
    float,
    typer.Option(
        metavar="P",
        rich_help_panel=SAMPLING,
        help="Draw from the likeliest characters that make up this probability; 1: all.",
    ),
]
Float32 = Annotated[
    bool, typer.Option("--float32", rich_help_panel=SAMPLING, help="Multiply in float32 instead of int8; slower.")
]

InstrumentName = Annotated[
    str | None,
    typer.Option(
        "--instrument",
        metavar="NAME",
        show_default=DEFAULT_INSTRUMENT,
        autocompletion=completions.instruments,
        help=f"One of {', '.join(INSTRUMENTS)}.",
    ),
]
Tempo = Annotated[
    float | None,
    typer.Option(metavar="BPM", show_default="the tune's, or its dance's", help="Beats per minute, 10 to 1000."),
]
Transpose = Annotated[int, typer.Option(metavar="SEMITONES", help="Semitones up, -24 to 24.")]
Repeats = Annotated[bool, typer.Option("--repeats/--no-repeats", help="Play repeats.")]
Accompaniment = Annotated[
    bool, typer.Option("--accompaniment/--no-accompaniment", help="Play the chords that chord symbols name.")
]
AsSet = Annotated[bool, typer.Option("--set", help="Join all tunes into one set, without pauses.")]
Times = Annotated[
    int | None,
    typer.Option(metavar="N", show_default=f"1; {TIMES_IN_SET} in a set", help="How often to play each tune, 1 to 20."),
]
Swing = Annotated[bool, typer.Option("--swing", help="Swing the eighth notes of hornpipes.")]
