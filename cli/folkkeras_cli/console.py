"""The two streams: results go to stdout as plain text, everything else to stderr.

Output to a file or another program is UTF-8, whatever the system's encoding: tune files are UTF-8, so
`folk sample | folk check -` works everywhere. A terminal gets its own encoding. Characters that cannot be encoded are
escaped as in JSON, so that JSON stays valid.
"""

import codecs
import errno
import io
import os
import re
import shutil
import sys
import textwrap
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.table import Table

from folkkeras.errors import OutputError
from folkkeras.files import reason

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_ESCAPED = "folkkeras.escaped"
WIDE = 240  # columns of a table that goes to a file or another program


class _Status(Console):
    """Stderr. No results go here, so a command continues if it cannot be written."""

    def print(self, *objects: Any, **options: Any) -> None:
        try:
            super().print(*objects, **{"soft_wrap": not self.is_terminal, **options})
        except OSError:
            self.on_broken_pipe()

    def on_broken_pipe(self) -> None:
        self.quiet = True
        _discard(2)


status = _Status(stderr=True, highlight=False)


def say(message: str) -> None:
    """Write one line to stderr."""
    status.print(visible(message).replace("\n", "\\n"), markup=False)


def visible(text: str) -> str:
    """The text with control characters escaped, except tabs and line ends, so that no terminal acts on them."""
    return _CONTROLS.sub(lambda match: _escape(match[0]), text)


def write(text: str) -> None:
    """Write a result to stdout and flush it; a terminal gets control characters escaped, a file or a pipe as they are.

    Raises:
        OutputError: stdout cannot be written, such as a file on a full disk.
    """
    _write(visible(text) if _on_terminal() else text)


def write_lines(lines: list[str], indent: int) -> None:
    """Write lines to stdout; on a terminal, a line that is too long is folded and continues at the column `indent`.

    Raises:
        OutputError: stdout cannot be written.
    """
    if _on_terminal():
        columns = max(shutil.get_terminal_size().columns, 2 * indent)
        lines = [
            textwrap.fill(visible(line), columns, subsequent_indent=" " * indent, break_on_hyphens=False)
            for line in lines
        ]
    write("".join(f"{line}\n" for line in lines))


def write_table(sheet: Table) -> None:
    """Write a table to stdout.

    Raises:
        OutputError: stdout cannot be written.
    """
    on_screen = _on_terminal()
    text = io.StringIO()
    Console(file=text, force_terminal=on_screen, width=None if on_screen else WIDE).print(sheet)
    _write(text.getvalue())


def _write(text: str) -> None:
    if sys.stdout is None:
        raise OutputError("cannot write to standard output: it is closed")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # The buffered rest would fail again when Python exits, with a message and an exit code of its own.
        _discard(sys.stdout.fileno())
        if error.errno == errno.EPIPE:  # the reader has closed the pipe
            raise
        raise OutputError(f"cannot write to standard output: {reason(error)}") from error


def _on_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _discard(descriptor: int) -> None:
    """Redirect a descriptor to the null device."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def _escape(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)  # only streams name this handler
    return _escape(error.object[error.start : error.end]), error.end


def _prepare_streams() -> None:
    # If a stream is closed, the next file opened would take its number and receive what is printed there.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stdin = sys.stdin or os.fdopen(0)
    sys.stderr = sys.stderr or os.fdopen(2, "w")
    codecs.register_error(_ESCAPED, _escape_unencodable)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors=_ESCAPED)


_prepare_streams()  # on import, since every module that prints imports this one first
