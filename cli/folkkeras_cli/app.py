"""Assemble the commands."""

from importlib import metadata
from typing import Annotated

import typer

from folkkeras_cli import check, corpus, evaluate, play, render, resume, runs, sample, score, tensorboard, train
from folkkeras_cli.console import write

app = typer.Typer(
    name="folk",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Learn a tune tradition from tunes in ABC notation, and write new tunes in it.",
    epilog="Begin with `folk sample`, then `folk train` and `folk sample --length 1000`.",
)


def _version(asked: bool) -> None:
    if asked:
        write(f"folkkeras {metadata.version('folkkeras')}\n")
        raise typer.Exit


@app.callback()
def folk(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of all commands."""


app.command("train", epilog=train.EXAMPLES)(train.train)
app.command("resume", epilog=resume.EXAMPLES)(resume.resume)
app.command("sample", epilog=sample.EXAMPLES)(sample.sample)
app.command("evaluate", epilog=evaluate.EXAMPLES)(evaluate.evaluate)
app.command("score", epilog=score.EXAMPLES)(score.score)
app.command("check", epilog=check.EXAMPLES)(check.check)
app.command("render", epilog=render.EXAMPLES)(render.render)
app.command("play", epilog=play.EXAMPLES)(play.play)
app.command("tensorboard", epilog=tensorboard.EXAMPLES)(tensorboard.tensorboard)
app.add_typer(runs.app, name="runs")
app.add_typer(corpus.app, name="corpus")
