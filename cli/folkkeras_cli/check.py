"""`folk check`: report whether tunes are complete, and why not."""

import json
from typing import Annotated

import typer

from folkkeras_cli.console import say, write, write_lines
from folkkeras_cli.options import Files
from folkkeras_cli.tune_files import files_of, name_of, tunes_of

INCOMPLETE = 3  # exit code if a tune is incomplete
INDENT = 8  # columns before the continuation of a long line

EXAMPLES = """Examples:

`folk check tunes.abc` says of each tune whether it is complete;

`folk check mytunes/` checks all files in a folder;

`folk sample --tunes 10 | folk check -` checks new tunes.
"""


def check(
    files: Files,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, a list of tunes with their faults.")] = False,
) -> None:
    """Check that tunes are complete.

    A complete tune can be read, has a key, ends with a bar line, and all its bars are full.
    """
    found = [(file, tune) for file in files_of(files) for tune in tunes_of(file)]
    if as_json:
        values = [
            {
                "file": file,
                "reference": tune.reference,
                "title": tune.title,
                "complete": tune.complete,
                "faults": [{"message": fault.message, "line": fault.line, "bar": fault.bar} for fault in tune.faults],
            }
            for file, tune in found
        ]
        write(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    else:
        several = len({file for file, _ in found}) > 1
        last = None
        for file, tune in found:
            if several and file != last:
                write_lines([f"{name_of(file)}:"], INDENT)
            last = file
            name = f"X:{tune.reference} {tune.title}".strip()
            faults = [f"    {fault}" for fault in tune.faults]
            write_lines([f"{name}: {'complete' if tune.complete else 'incomplete'}", *faults], INDENT)
    complete = sum(tune.complete for _, tune in found)
    say(f"{complete:,} of {len(found):,} tune{'s are' if len(found) > 1 else ' is'} complete")
    if complete < len(found):
        raise typer.Exit(INCOMPLETE)
