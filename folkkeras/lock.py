"""One writer at a time: an operating-system lock on a file, which is released when its process ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from folkkeras.errors import FolkError, OutputError
from folkkeras.files import reason


@contextmanager
def locked(path: Path, fault: FolkError) -> Iterator[None]:
    """Hold a lock on the file `path`, which is created if it is missing and not removed afterwards.

    Raises:
        FolkError: another process holds it; this is `fault`.
        OutputError: the file cannot be written.
    """
    try:
        file = open(path, "ab")  # noqa: SIM115  # closed below, which also releases the lock
    except OSError as error:
        raise OutputError(f"cannot write {path}: {reason(error)}") from error
    with file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError) as error:  # on POSIX and on Windows, respectively
            raise fault from error
        yield


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
