"""One writer at a time: a lock of the system's on a file, which ends with the process that holds it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from folkkeras.errors import OutputError
from folkkeras.files import reason


class HeldError(Exception):
    """Another process holds the lock."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on the file `path`, which is made where it is missing and stays.

    Raises:
        HeldError: another process holds it.
        OutputError: the file cannot be written.
    """
    try:
        file = open(path, "ab")  # noqa: SIM115  # closed below, which also ends the lock
    except OSError as error:
        raise OutputError(f"cannot write {path}: {reason(error)}") from error
    with file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError) as error:  # POSIX's word for it, and Windows'
            raise HeldError from error
        yield


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
