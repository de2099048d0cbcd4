"""The two streams: results go to stdout as plain text, everything else to stderr."""

import errno
import io
import os
import re
import sys

from rich.console import Console
from rich.table import Table

from folkkeras.errors import OutputError
from folkkeras.files import reason

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
WIDE = 240  # columns of a table that goes to a file or another program

status = Console(stderr=True, highlight=False, soft_wrap=True)


def say(message: str) -> None:
    """Tell something on stderr."""
    status.print(visible(message), markup=False)


def visible(text: str) -> str:
    """The text with control characters, but for tabs and lines' ends, as escapes that no terminal obeys."""
    return _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def write(text: str) -> None:
    """Write a result to stdout at once; to a file or a pipe as it stands, to a terminal so that it obeys none of it.

    Raises:
        OutputError: stdout cannot be written, such as a file on a full disk.
    """
    _write(visible(text) if sys.stdout.isatty() else text)


def write_table(sheet: Table) -> None:
    """Write a table to stdout.

    Raises:
        OutputError: stdout cannot be written.
    """
    on_screen = sys.stdout.isatty()
    text = io.StringIO()
    Console(file=text, force_terminal=on_screen, width=None if on_screen else WIDE).print(sheet)
    _write(text.getvalue())


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # What is still held back would fail once more when Python ends, with words and a code of its own.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:  # the reader has seen enough
            raise
        raise OutputError(f"cannot write to standard output: {reason(error)}") from error
