"""Find and read what a CORPUS argument names: a built-in collection, a file, a folder or standard input."""

import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from folkkeras.corpus.collections import COLLECTIONS, collection_path
from folkkeras.corpus.packed_tunes import GrowingTuneList, TuneList
from folkkeras.errors import CorpusError
from folkkeras.files import reason
from folkkeras.notation.decoding import decode
from folkkeras.notation.tunes import file_header, first_tune, tunes_in, with_file_header

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Source:
    """One CORPUS argument and the tunes in it."""

    name: str  # a collection's name, an absolute path, or "-"
    tunes: TuneList  # verbatim, each with the blank lines that follow it
    skipped: Counter[str]  # what was outside the tunes -> count


def read_source(argument: str, standard_input: Path | None = None) -> Source:
    """Read the tunes of one CORPUS argument.

    Args:
        argument: a collection's name, the path of a file or folder, or `-`.
        standard_input: a file to read for `-` in place of standard input.

    Raises:
        CorpusError: it does not exist, cannot be read, or contains no tunes.
    """
    if argument == STANDARD_INPUT:
        data = standard_input.read_bytes() if standard_input else sys.stdin.buffer.read()
        return _gather(STANDARD_INPUT, [("standard input", decode(data, "standard input"))])
    name, files = source_files(argument)
    return _gather(name, ((str(file), _read(file)) for file in files))


def source_files(argument: str) -> tuple[str, list[Path]]:
    """The name of a CORPUS argument other than `-` (a collection's name or an absolute path), and its files.

    Raises:
        CorpusError: it does not exist, or has no files.
    """
    if argument in COLLECTIONS:
        return argument, _files(collection_path(argument))
    path = Path(argument).expanduser()
    if not os.path.exists(path):  # unlike Path.exists, False if a name is too long or access is denied
        names = ", ".join(COLLECTIONS)
        raise CorpusError(f"no corpus {argument!r}: give a file or folder that exists, or one of {names}")
    return str(path.resolve()), _files(path)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(
        Path(folder) / name
        for folder, _, names in os.walk(path, onerror=_refuse)
        for name in names
        if name.lower().endswith(".abc") and not name.startswith(".")
    )
    if not files:
        raise CorpusError(f"no .abc files in the folder {path}: give a folder with tunes in ABC notation")
    return files


def _refuse(error: OSError) -> None:
    raise CorpusError(f"cannot read {error.filename}: {reason(error)}")


def _read(path: Path) -> str:
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {reason(error)}") from error


def _gather(name: str, files: Iterable[tuple[str, str]]) -> Source:
    tunes = GrowingTuneList()
    skipped: Counter[str] = Counter()
    where = []
    for path, text in files:
        where.append(path)
        begin = first_tune(text)
        if text[:begin].strip():
            skipped["characters before a file's first X:"] += begin
        header, last = file_header(text[:begin]), ""
        for tune in (with_file_header(tune, header) for tune in tunes_in(text)):
            if last:
                tunes.append(last)
            last = tune
        if last:
            # The last tune ends in a blank line like all others, however the file ends.
            tunes.append(last.rstrip("\n") + "\n\n")
    found = tunes.done()
    if not found:
        raise CorpusError(
            f"no tune in {where[0] if len(where) == 1 else name}: a tune in ABC notation begins with a line X:1"
        )
    return Source(name, found, skipped)
