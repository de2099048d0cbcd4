"""Write files atomically.

A file is written in its folder under a hidden temporary name, flushed to disk, and renamed over the old
one. The rename is atomic on POSIX and on Windows' NTFS (`os.replace`), so a reader finds the old file or
the new one, but never a part of one, even after a kill or a power cut.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from folkkeras.errors import OutputError

TEMPORARY_PREFIX = ".unfinished-"


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; on exit that file replaces `path` or, after an error, is removed.

    The temporary name keeps the suffix of `path`, since Keras chooses its format by it.

    Raises:
        OutputError: the file cannot be written (folder missing or read-only, disk full).
    """
    path = Path(os.path.realpath(path))  # a link stays a link, and its target is written
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{path.name}")
    try:
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _flush_folder(path.parent)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {reason(error)}") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` atomically, as UTF-8 with plain newlines.

    Raises:
        OutputError: the file cannot be written.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    with atomic_file(path) as temporary:
        temporary.write_bytes(data)


def remove_unfinished(folder: Path) -> None:
    """Remove the temporary files that killed writers left in `folder`."""
    for path in folder.glob(TEMPORARY_PREFIX + "*"):
        path.unlink(missing_ok=True)


def reason(error: OSError) -> str:
    """The system's message for an error, such as "No space left on device"."""
    return error.strerror or str(error)


def _flush_folder(folder: Path) -> None:
    # The folder records the rename; without this flush, a power cut may undo it. Windows cannot open folders.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def cache_folder() -> Path:
    """The folder for data that can be fetched or computed again: `FOLKKERAS_CACHE`, or the user's cache folder."""
    return Path(os.environ.get("FOLKKERAS_CACHE") or platformdirs.user_cache_path("folkkeras", appauthor=False))
