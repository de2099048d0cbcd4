"""`folk check`: whether tunes are whole, and why not."""

import json
from typing import Annotated

import typer

from folkkeras_cli.options import Files
from folkkeras_cli.screen import say, write
from folkkeras_cli.tune_files import tunes_of

NOT_WHOLE = 3  # the exit code where a tune is not whole

EXAMPLES = """Examples:

`folk check tunes.abc` tells of each tune whether it is whole;

`folk sample --tunes 10 | folk check -` tells it of new tunes.
"""


def check(
    files: Files,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, a list of tunes with their faults.")] = False,
) -> None:
    """Tell of each tune whether it is whole: it parses, has a key, ends with a bar line, and every bar is full."""
    found = [(file, tune) for file in files for tune in tunes_of(file)]
    if as_json:
        values = [
            {
                "file": file,
                "reference": tune.reference,
                "title": tune.title,
                "whole": tune.whole,
                "faults": [vars(fault) for fault in tune.faults],
            }
            for file, tune in found
        ]
        write(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    else:
        for _, tune in found:
            name = f"X:{tune.reference} {tune.title}".strip()
            write(f"{name}: {'whole' if tune.whole else 'not whole'}\n")
            write("".join(f"    {fault}\n" for fault in tune.faults))
    whole = sum(tune.whole for _, tune in found)
    say(f"{whole:,} of {len(found):,} tunes are whole")
    if whole < len(found):
        raise typer.Exit(NOT_WHOLE)
