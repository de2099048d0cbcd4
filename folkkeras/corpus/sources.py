"""Find and read what a CORPUS argument names: a built-in collection, a file, a folder or standard input."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from folkkeras.corpus.collections import COLLECTIONS, collection_path
from folkkeras.corpus.packed_tunes import GrowingTuneList, TuneList
from folkkeras.errors import CorpusError
from folkkeras.files import reason
from folkkeras.importing.names import chosen
from folkkeras.importing.notes import Notes
from folkkeras.importing.reading import abc_texts
from folkkeras.importing.the_session import ALL_SETTINGS
from folkkeras.notation.tunes import file_header, first_tune, tunes_in, with_file_header

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Source:
    """One CORPUS argument and the tunes in it."""

    name: str  # a collection's name, an absolute path, or "-"
    tunes: TuneList  # verbatim, each with the blank lines that follow it
    skipped: Counter[str]  # what was outside the tunes, or could not be kept -> count
    restricted: frozenset[str] = frozenset()  # collections in it whose licence forbids training on them
    unread: tuple[str, ...] = ()  # the scores that were left out, since they cannot be read as one melody


def read_source(argument: str, standard_input: Path | None = None, *, settings: str = ALL_SETTINGS) -> Source:
    """Read the tunes of one CORPUS argument.

    Args:
        argument: a collection's name, the path of a file or folder, or `-`; for formats, see `importing.reading`.
        standard_input: a file to read for `-` in place of standard input.
        settings: of The Session's tunes, read "all" settings of each, or only the "first".

    Raises:
        CorpusError: it does not exist, cannot be read, or contains no tunes.
    """
    if argument == STANDARD_INPUT:
        data = standard_input.read_bytes() if standard_input else sys.stdin.buffer.read()
        return _gather(STANDARD_INPUT, [("standard input", data)], settings=settings)
    name, files = source_files(argument)
    return _gather(name, ((str(file), _read(file)) for file in files), settings=settings)


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
    files = chosen(Path(folder) / name for folder, _, names in os.walk(path, onerror=_refuse) for name in names)
    if not files:
        raise CorpusError(f"no .abc files in the folder {path}: give a folder with tunes in ABC notation")
    return files


def _refuse(error: OSError) -> None:
    raise CorpusError(f"cannot read {error.filename}: {reason(error)}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {reason(error)}") from error


def _gather(name: str, files: Iterable[tuple[str, bytes]], *, settings: str) -> Source:
    tunes = GrowingTuneList()
    notes = Notes()
    where = []
    for path, data in files:
        where.append(path)
        for text in abc_texts(data, path, notes, settings=settings, several=True):
            begin = first_tune(text)
            if text[:begin].strip():
                notes.skipped["characters before a file's first X:"] += begin
            header = file_header(text[:begin])
            for tune in _ended(with_file_header(tune, header) for tune in tunes_in(text)):
                tunes.append(tune)
    found = tunes.done()
    if not found:
        if notes.unread:
            raise next(iter(notes.unread.values()))
        raise CorpusError(
            f"no tune in {where[0] if len(where) == 1 else name}: a tune in ABC notation begins with a line X:1"
        )
    return Source(name, found, notes.skipped, frozenset(notes.restricted), tuple(notes.unread))


def _ended(tunes: Iterable[str]) -> Iterator[str]:
    """The tunes, of which the last ends in a blank line like all others, however its file ends."""
    last = ""
    for tune in tunes:
        if last:
            yield last
        last = tune
    if last:
        yield last.rstrip("\n") + "\n\n"
