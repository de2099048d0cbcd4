"""Find and read what a CORPUS argument names: a built-in collection, a file, a folder, standard input."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from folkkeras.corpus.collections import COLLECTIONS, collection_path
from folkkeras.corpus.decoding import decode
from folkkeras.corpus.tunes import split_tunes
from folkkeras.errors import CorpusError
from folkkeras.files import reason

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Source:
    """One CORPUS argument and the tunes in it."""

    name: str  # a collection's name, an absolute path, or "-"
    tunes: list[str]  # verbatim, each with the blank lines that follow it
    skipped: dict[str, int]  # what stood outside the tunes


def read_source(argument: str, standard_input: Path | None = None) -> Source:
    """Read the tunes of one CORPUS argument.

    Args:
        argument: a collection's name, the path of a file or folder, or `-`.
        standard_input: a file to read for `-` in place of standard input.

    Raises:
        CorpusError: it does not exist, cannot be read, or holds no tunes.
    """
    if argument == STANDARD_INPUT:
        data = standard_input.read_bytes() if standard_input else sys.stdin.buffer.read()
        return _gather(STANDARD_INPUT, [("standard input", decode(data, "standard input"))])
    if argument in COLLECTIONS:
        return _gather(argument, _texts(collection_path(argument)))
    path = Path(argument).expanduser()
    if not os.path.exists(path):  # unlike Path's own, also False where a name is too long or may not be looked up
        names = ", ".join(COLLECTIONS)
        raise CorpusError(f"no corpus {argument!r}: give a file or folder that exists, or one of {names}")
    return _gather(str(path.resolve()), _texts(path))


def _texts(path: Path) -> list[tuple[str, str]]:
    if not path.is_dir():
        return [(str(path), _read(path))]
    files = sorted(
        Path(folder) / name
        for folder, _, names in os.walk(path, onerror=_refuse)
        for name in names
        if name.lower().endswith(".abc") and not name.startswith(".")
    )
    if not files:
        raise CorpusError(f"no .abc files in the folder {path}: give a folder with tunes in ABC notation")
    return [(str(file), _read(file)) for file in files]


def _refuse(error: OSError) -> None:
    raise CorpusError(f"cannot read {error.filename}: {reason(error)}")


def _read(path: Path) -> str:
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {reason(error)}") from error


def _gather(name: str, texts: list[tuple[str, str]]) -> Source:
    tunes: list[str] = []
    skipped: dict[str, int] = {}
    for _, text in texts:
        before, found = split_tunes(text)
        if before.strip():
            skipped["characters before a file's first X:"] = skipped.get(
                "characters before a file's first X:", 0
            ) + len(before)
        if found:
            # The last tune of a file ends like all others, whatever its line ends.
            found[-1] = found[-1].rstrip("\n") + "\n\n"
        tunes.extend(found)
    if not tunes:
        where = texts[0][0] if len(texts) == 1 else name
        raise CorpusError(f"no tune in {where}: a tune in ABC notation begins with a line X:1")
    return Source(name, tunes, skipped)
