"""Run the app, and turn any error into one line and an exit code."""

import sys

import typer

from folkkeras.errors import FolkError, UsageError
from folkkeras.files import reason
from folkkeras_cli.app import app
from folkkeras_cli.console import status, visible


def run() -> None:
    """Run `folk`.

    Exit codes: 0 done, 1 error, 2 wrong usage, 3 incomplete or too few tunes or a failed trial, 130 and 143 signals.
    """
    try:
        code = app(standalone_mode=False)
    except UsageError as error:
        code = _fail(str(error), 2)
    except FolkError as error:
        code = _fail(str(error), 1)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "folk"
        message = error.format_message().strip().replace("\n", " ")
        code = 0 if not message else _fail(f"{message.rstrip('.?')}: see `{path} --help`", error.exit_code)
        if not message:  # a group without a command has shown its help
            code = error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = _fail("interrupted", 130)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        code = _fail(f"cannot use{where or ' a file'}: {reason(error)}", 1)
    except MemoryError:
        code = _fail("out of memory: give a smaller --units, --batch-size or --seq-length", 1)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> int:
    status.print(f"error: {visible(message)}", style="red", markup=False)
    return code
