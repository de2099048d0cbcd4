"""Assemble the commands."""

import sys
from importlib import metadata
from typing import Annotated

import typer

from folkkeras_cli import (
    check,
    compose,
    corpus,
    evaluate,
    export,
    likelihood,
    play,
    render,
    resume,
    rewrite,
    runs,
    sample,
    tensorboard,
    train,
    vary,
)  # fmt: skip
from folkkeras_cli.command import Command, Group
from folkkeras_cli.console import write

app = typer.Typer(
    name="folk",
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Learn the style of tunes in ABC notation, and write new tunes in it.",
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


# In the order in which a user needs them.
for _command in (
    sample.sample,
    train.train,
    resume.resume,
    evaluate.evaluate,
    tensorboard.tensorboard,
    render.render,
    play.play,
    check.check,
    compose.compose,
    rewrite.rewrite,
    vary.vary,
    likelihood.likelihood,
    export.export,
):
    _module = sys.modules[_command.__module__]
    app.command(_command.__name__, cls=Command, epilog=_module.EXAMPLES)(_command)


@app.command("help", cls=Command, hidden=True)
def help_(context: typer.Context, command: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Show the help of folk, or of a command."""
    app([*(command or ()), "--help"], standalone_mode=False)


app.add_typer(runs.app, name="runs", cls=Group)
app.add_typer(corpus.app, name="corpus", cls=Group)
