"""Where rendered tunes are written: to the path that --out names, or to generated names."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from folkkeras.errors import OutputError, UsageError
from folkkeras.files import reason
from folkkeras.music.render.file_names import slug


def place(out: str | None, stem: str, format: str) -> Path:
    """The path of one file.

    Args:
        out: the file, or a folder for it, which exists or ends with a slash; None generates a name.
        stem: the stem of a generated name.
        format: the file's format.

    Raises:
        UsageError: `out` means standard output.
        OutputError: the file's folder does not exist.
    """
    if out == "-":
        raise UsageError("--out - is not a file name: give a file or a folder")
    if names_folder(out):
        return Path(out or "", f"{stem}.{format}")
    path = Path(out or f"{stem}.{format}")
    if not path.parent.is_dir():
        raise OutputError(f"no folder {path.parent} for {path.name}: create it first")
    return path


def places(out: str | None, stem: str, format: str, titles: Sequence[str]) -> list[Path]:
    """A path for each tune; paths made from titles stay within their folder.

    Args:
        out: a file for one tune, a folder for many; see `place`.
        stem: the stem of a generated name.
        format: the files' format.
        titles: the tunes' titles.

    Raises:
        UsageError: `out` is one file, but there are many tunes.
        OutputError: the folder is a file, or does not exist.
    """
    if out == "-" or (len(titles) == 1 and not names_folder(out)):
        return [place(out, stem, format)]
    folder = Path(out or stem)
    if folder.is_file():
        raise OutputError(f"{folder} is a file, but there are {len(titles):,} tunes: give --out another folder")
    if out and folder.suffix and not names_folder(out):
        raise UsageError(
            f"--out {out} is one file, but there are {len(titles):,} tunes: "
            f"give a folder, such as --out {folder.with_suffix('')}/, or one tune"
        )
    digits = len(str(len(titles)))
    names = [f"{number:0{digits}}-{slug(title)}".rstrip("-") for number, title in enumerate(titles, start=1)]
    return [folder / f"{name}.{format}" for name in names]


def names_folder(out: str | None) -> bool:
    """Whether `out` is a folder, or ends with a slash and so names one to create."""
    return out is not None and (out.endswith(("/", os.sep)) or os.path.isdir(out))


@contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """Create a folder if it is missing; after an error, remove it again unless it holds something.

    Raises:
        OutputError: it cannot be created.
    """
    missing = [each for each in (folder, *folder.parents) if not os.path.exists(each)]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot create the folder {folder}: {reason(error)}") from error
        yield
    except BaseException:
        for each in missing:
            with suppress(OSError):
                each.rmdir()
        raise
