"""The two streams: results go to stdout as plain text, everything else to stderr."""

import sys

from rich.console import Console

WIDE = 240  # columns of a table that goes to a file or another program

status = Console(stderr=True, highlight=False, soft_wrap=True)
table = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def say(message: str) -> None:
    """Tell something on stderr, as it stands."""
    status.print(message, markup=False)


def write(text: str) -> None:
    """Write a result to stdout at once, as it stands."""
    sys.stdout.write(text)
    sys.stdout.flush()
