"""`folk export`: a model in a format that other programs run."""

from pathlib import Path
from typing import Annotated

import typer

from folkkeras.errors import UsageError
from folkkeras.exporting.export import export_onnx
from folkkeras_cli import completions
from folkkeras_cli.console import say
from folkkeras_cli.models import chosen_model
from folkkeras_cli.options import RUNS, Force, ModelName, Runs
from folkkeras_cli.places import made_folder, names_folder

EXAMPLES = """Examples:

`folk export celtic` writes celtic.onnx, and celtic_features.py, which computes what the model reads beside characters;

`folk export oneills-1 --out models/reels.onnx` writes the best model of a run.
"""


def export(
    model: ModelName = None,
    to: Annotated[
        str,
        typer.Option(
            metavar="|".join(completions.MODEL_FORMATS), autocompletion=completions.model_formats, help="Format."
        ),
    ] = completions.MODEL_FORMATS[0],
    out: Annotated[
        str | None, typer.Option(metavar="FILE", show_default="the model's name", help="File or folder to write to.")
    ] = None,
    runs: Runs = RUNS,
    force: Force = False,
) -> None:
    """Write a model as an ONNX file.

    Other programs run it; the states of its LSTMs are inputs and outputs. A model with features comes with one Python
    file that computes them.
    """
    if to not in completions.MODEL_FORMATS:
        raise UsageError(f"unsupported format {to!r}: choose one of {', '.join(completions.MODEL_FORMATS)}")
    chosen = chosen_model(model, runs)
    chosen.say_note()
    stem = chosen.run.name if chosen.run else chosen.path.stem
    if out == "-":
        raise UsageError("--out - is not a file name: give a file or a folder")
    path = Path(out or "", f"{stem}.{to}") if names_folder(out) or not out else Path(out)
    with made_folder(path.parent):
        written = export_onnx(chosen.path, path, force=force)
    say(f"wrote {' and '.join(map(str, written))}")
