"""Write files whole or not at all.

A file is written beside its place under a hidden temporary name, flushed to the disk, and renamed
over the old one: `rename` is atomic on POSIX and on Windows' NTFS (`os.replace`), so whoever looks,
even after a kill or a power cut, finds the old file or the new one and never a part.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from folkkeras.errors import OutputError

TEMPORARY_PREFIX = ".unfinished-"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; on leaving, it becomes `path` or, after an error, vanishes.

    The temporary name keeps the suffix of `path`, since Keras chooses its format by it.

    Raises:
        OutputError: the file cannot be written (folder missing or read-only, disk full).
    """
    path = Path(os.path.realpath(path))  # a link stays one, and what it names is written
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
    """Write `text` as UTF-8 with plain newlines, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data`, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    with whole_file(path) as temporary:
        temporary.write_bytes(data)


def remove_unfinished(folder: Path) -> None:
    """Remove what killed writers left in `folder`."""
    for path in folder.glob(TEMPORARY_PREFIX + "*"):
        path.unlink(missing_ok=True)


def reason(error: OSError) -> str:
    """The system's own words for an error, such as "No space left on device"."""
    return error.strerror or str(error)


def _flush_folder(folder: Path) -> None:
    # A rename lives in the folder; without this a power cut may undo it. Windows cannot open folders.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def cache_folder() -> Path:
    """The folder for what can be fetched or made again: the system's for caches, or `FOLKKERAS_CACHE`."""
    return Path(os.environ.get("FOLKKERAS_CACHE") or platformdirs.user_cache_path("folkkeras", appauthor=False))
