"""Where rendered tunes are written: what --out names, or names that are made up."""

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
        out: the file, or a folder for it, which exists or ends with a slash; None makes up a name.
        stem: of a name that is made up.
        format: of file.

    Raises:
        UsageError: `out` is the sign for standard output.
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
    """A path for each tune; made from titles, they stay within their folder.

    Args:
        out: a file for one tune, a folder for many; see `place`.
        stem: of a name that is made up.
        format: of file.
        titles: of the tunes.

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
    """Whether it is a folder, or ends with a slash, as one does that is to be made."""
    return out is not None and (out.endswith(("/", os.sep)) or os.path.isdir(out))


@contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """Make a folder where it is missing; after an error it is gone again, unless there is something in it.

    Raises:
        OutputError: it cannot be made.
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
